// Fs on Windows calls.
#pragma once

#include <atomic>

#include "sys/fs.h"
#include "sys/win32/win32_call.h"

namespace deja::win32 {

// Every open of deja's shares everything: whoever else has the file open may read, write, rename
// and delete it.
inline constexpr DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

// The number that a file has on its volume for as long as it exists.
std::uint64_t index_of(HANDLE file);
// Facts of an open file. Zero device and inode for what is not on a disk (NUL, pipes).
Result<FileFacts> facts_of(HANDLE file, std::string_view path);
// 0 or the error code. Never a short write.
DWORD write_all(HANDLE file, std::string_view bytes);

class Win32Fs final : public Fs {
 public:
  Result<FileFacts> stat(const std::string& path) override;
  Result<FileFacts> lstat(const std::string& path) override;
  Result<FileFacts> read(const std::string& path, std::string& into, std::uint64_t limit) override;
  Result<FileFacts> read_stored(const std::string& path, std::string& into,
                                const Accept& accept) override;
  Result<void> create(const std::string& path, std::span<const std::string_view> pieces,
                      Access access = Access::by_umask) override;
  Result<void> write_output(const std::string& path, std::string_view bytes,
                            Existing existing) override;
  Result<void> rename(const std::string& from, const std::string& to, Overwrite overwrite) override;
  Result<void> remove(const std::string& path) override;
  Result<void> remove_directory(const std::string& path) override;
  Result<void> make_directories(const std::string& path) override;
  Result<std::vector<DirectoryItem>> list(const std::string& path) override;
  Result<void> touch(const std::string& path) override;
  Result<void> share(const std::string& from, const std::string& to, Share how) override;
  Result<std::vector<ListedFile>> list_with_facts(const std::string& path) override;
  Result<std::string> read_part(const std::string& path, std::uint64_t offset,
                                std::size_t size) override;
  Result<void> set_mtime(const std::string& path, std::int64_t mtime_ns) override;
  Result<void> append(const std::string& path, std::string_view record,
                      const AppendOptions& options) override;
  Result<void> with_append_lock(const std::string& path, std::int64_t deadline_ns,
                                const std::function<Result<void>()>& work) override;
  Result<std::unique_ptr<RandomFile>> open_random(const std::string& path) override;
  std::string temporary_name(const std::string& folder, std::string_view prefix) override;
  Result<std::string> current_directory() override;
  Result<std::string> real_path(const std::string& path) override;

 private:
  std::string unused_name_beside(const std::string& path);
  DWORD clear_name(const std::string& path);  // 0 or an error code

  std::atomic<std::uint64_t> names_given_ = 0;
};

}  // namespace deja::win32

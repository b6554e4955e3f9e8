// Fs on POSIX system calls.
#pragma once

#include <atomic>

#include "sys/fs.h"

namespace deja::posix {

class PosixFs final : public Fs {
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
  std::atomic<std::uint64_t> names_given_ = 0;
};

}  // namespace deja::posix

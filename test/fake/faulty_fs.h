// Passes every operation on, until the one that is to go wrong.
//   fail_at(3, Cause::no_space)   the third operation fails, the others work: a fault loop
//   crash_at(3)                   the third is cut short and nothing works after it, as if the
//   process had been killed before = …                    something else happens between two
//   operations
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "sys/fs.h"

namespace deja {

class FaultyFs final : public Fs {
 public:
  explicit FaultyFs(Fs& inner) : inner_(inner) {}

  // Counted from 1, from this call on; 0: never.
  void fail_at(int operation, Cause cause);
  void crash_at(int operation);
  void work_again() { fail_at(0, Cause::other); }
  std::function<void(std::string_view action)> before;             // called before each operation
  int operations() const { return operations_; }                   // since the last of these calls
  bool happened() const { return at_ > 0 && operations_ >= at_; }  // false ends the loop
  // Every path that was asked for, read or listed.
  const std::set<std::string>& asked_for() const { return asked_for_; }
  const std::string& victim() const { return victim_; }  // "read /src/a.c", for a test's message

  Result<FileFacts> stat(const std::string& path) override;
  Result<FileFacts> lstat(const std::string& path) override;
  Result<FileFacts> read(const std::string& path, std::string& into,
                         std::uint64_t limit = UINT64_MAX) override;
  Result<FileFacts> read_stored(const std::string& path, std::string& into,
                                const Accept& accept) override;
  Result<void> create(const std::string& path, std::span<const std::string_view> pieces,
                      Access access = Access::by_umask) override;
  Result<void> write_output(const std::string& path, std::string_view bytes,
                            Existing existing = Existing::removed) override;
  Result<void> rename(const std::string& from, const std::string& to, Overwrite overwrite) override;
  Result<void> remove(const std::string& path) override;
  Result<void> remove_directory(const std::string& path) override;
  Result<void> make_directories(const std::string& path) override;
  Result<std::vector<DirectoryItem>> list(const std::string& path) override;
  Result<void> touch(const std::string& path) override;
  Result<std::vector<ListedFile>> list_with_facts(const std::string& path) override;
  Result<std::string> read_part(const std::string& path, std::uint64_t offset,
                                std::size_t size) override;
  Result<void> set_mtime(const std::string& path, std::int64_t mtime_ns) override;
  Result<void> append(const std::string& path, std::string_view record,
                      const AppendOptions& options = {}) override;
  Result<void> with_append_lock(const std::string& path, std::int64_t deadline_ns,
                                const std::function<Result<void>()>& work) override;
  Result<std::unique_ptr<RandomFile>> open_random(const std::string& path) override;
  std::string temporary_name(const std::string& folder, std::string_view prefix) override;
  Result<std::string> current_directory() override;
  Result<std::string> real_path(const std::string& path) override;

 private:
  friend class FaultyRandomFile;
  struct Failure {
    Error error;
    bool tears;  // the operation at which the process is "killed": what it was writing stays there,
                 // cut in half
  };
  // Counts the operation; a failure when it is the one, or comes after a crash. Threads may call
  // it.
  std::optional<Failure> next(std::string_view action, const std::string& path);

  Fs& inner_;
  std::mutex mutex_;
  std::set<std::string> asked_for_;
  int operations_ = 0;
  int at_ = 0;
  bool crashes_ = false;
  Cause cause_ = Cause::other;
  std::string victim_;
};

}  // namespace deja

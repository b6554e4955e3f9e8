// A file system in memory: all of Fs, each operation counted by its name. Threads may call what Fs
// has, but not what is for tests.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "fake/fake_clock.h"
#include "sys/fs.h"

namespace deja {

class FakeFs final : public Fs {
 public:
  struct Node {
    FileKind kind = FileKind::regular;
    std::string bytes;  // of a link: where it leads
    // Written at random and not in `bytes` yet: large files with little in them would cost most of
    // a fault loop's time.
    std::map<std::uint64_t, std::string> pages;
    std::int64_t mtime_ns = 0;
    std::int64_t ctime_ns = 0;
    std::uint64_t inode = 0;
    std::uint32_t mode = 0644;
    std::uint32_t owner = 0;

    std::uint64_t size() const;
    std::string& whole();  // `bytes`, with all pages in it
    std::string& page(std::uint64_t number);
  };

  explicit FakeFs(FakeClock& clock);

  // --- for tests; none of these is counted ---
  // A file an hour old, its folders made. Replaces what is there, as an editor does: a new inode.
  void put(const std::string& path, std::string_view bytes);
  // The same, written now.
  void put_now(const std::string& path, std::string_view bytes);
  void put_link(const std::string& path, const std::string& target);
  void put_directory(const std::string& path);
  void erase(const std::string& path);  // with everything below
  bool has(const std::string& path) const;
  std::string get(const std::string& path) const;  // empty where there is none
  Node& node(const std::string& path);             // must exist: for times, modes and owners
  std::vector<std::string> files_below(
      const std::string& folder) const;  // full names of files and links, sorted

  std::string current = "/src";       // the working directory
  std::set<std::string> read_only;    // no change to these, nor below
  std::set<std::string> unreadable;   // no read of these
  std::set<std::string> locked;       // append() and with_append_lock() find these held for ever
  int most_locks = 0;                 // of append() and with_append_lock(), that were held at once
  std::uint64_t space = UINT64_MAX;   // bytes that may still be written
  std::map<std::string, int> counts;  // operations by name
  int count(const std::string& operation) const;
  int count_all() const;

  // --- Fs ---
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
  friend class FakeRandomFile;
  using NodePtr = std::shared_ptr<Node>;

  // Counts an operation; other threads' operations wait for the end of the scope. Recursive for
  // with_append_lock()'s work.
  [[nodiscard]] std::unique_lock<std::recursive_mutex> begin(const char* operation);
  std::string key(const std::string& path) const;
  std::string resolved(const std::string& path, bool follow_last) const;
  NodePtr find(const std::string& path, bool follow_last = true) const;
  Result<std::vector<std::string>> names_in(const std::string& path) const;  // full names
  NodePtr add(const std::string& full, FileKind kind, std::string_view bytes, std::int64_t time_ns);
  void stamp_folder(const std::string& full, std::int64_t time_ns);
  FileFacts facts(const Node& node) const;
  bool refuses_change(const std::string& full) const;
  // Whether a file of this name can be made: its folder exists, may be changed, and there is space.
  Result<void> room_for(const std::string& action, const std::string& full, std::size_t bytes);
  Result<FileFacts> look(const std::string& path, bool follow_last);
  Result<void> take_name(const std::string& path, bool directory);

  FakeClock& clock_;
  std::map<std::string, NodePtr> nodes_;
  std::uint64_t next_inode_ = 2;
  int names_given_ = 0;
  int locks_ = 0;  // held by with_append_lock()
  std::recursive_mutex mutex_;
};

}  // namespace deja

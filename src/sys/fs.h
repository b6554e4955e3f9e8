// Files as deja needs them: few, whole operations that a fake can count and fail. Every error is
// mapped here, once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace deja {

enum class FileKind : unsigned char { regular, directory, symlink, other };

// What a stat tells. Two equal facts of a file that was old enough mean: the same content.
struct FileFacts {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;  // bytes
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t disk_size = 0;  // bytes allocated, for the cache's accounts
  std::uint32_t owner = 0;
  std::uint32_t mode = 0;  // permission bits; 0 where the system has none
  std::uint32_t links = 1;
  FileKind kind = FileKind::regular;
  std::int64_t atime_ns = 0;  // last read, as far as the file system keeps it

  // Same file, same content as far as a stat can tell.
  bool same_content_as(const FileFacts& o) const {
    return device == o.device && inode == o.inode && size == o.size && mtime_ns == o.mtime_ns &&
           ctime_ns == o.ctime_ns;
  }
};

struct DirectoryItem {
  std::string name;
  FileKind kind;
};

// A name in a directory with the facts of the name itself (lstat).
struct ListedFile {
  std::string name;
  FileFacts facts;
};

enum class Overwrite : unsigned char { no, yes };

// Who may read and write a file that is made.
enum class Access : unsigned char { by_umask, owner_only };

// Judges a file by its size and its first bytes (at most 4 KiB).
using Accept = std::function<bool(std::string_view beginning, std::uint64_t size)>;

// What becomes of what already has an output's name: compilers differ, and so do the files that one
// of them writes.
enum class Existing : unsigned char {
  removed,  // a file, or a link to one, gives way to a new file; what a dangling link names is made
            // (GNU as, objcopy)
  replaced,  // so does a dangling link (Clang: a temporary file, renamed)
  kept,      // written over: mode, owner and other names stay, links are followed (fopen)
};

// How a file gets the content of another without a copy.
enum class Share : unsigned char {
  clone,  // the same blocks, until one of the two is written to (reflink)
  link,   // the very same file, with one more name
};

// How long append() may wait for other processes, and what it does with a torn tail.
struct AppendOptions {
  std::int64_t deadline_ns = 500'000'000;  // in all, from the call
  bool text = true;           // begin with a newline when the file does not end with one
  bool follow_rename = true;  // reopen when the name was given to another file while waiting
};

// A file kept open for reads and writes at positions (the digest cache).
class RandomFile {
 public:
  virtual ~RandomFile() = default;
  // Reads up to `size` bytes at `offset`; a shorter string at the end of the file.
  virtual Result<std::string> read_at(std::uint64_t offset, std::size_t size) = 0;
  virtual Result<void> write_at(std::uint64_t offset, std::string_view bytes) = 0;
};

// What read_stored() shows of a file's beginning, in bytes; and its answer where that is refused.
inline constexpr std::uint64_t most_of_beginning = 4096;
inline Error not_accepted(const std::string& path) {
  return {"read", path, "its size is not what its beginning says", Cause::corrupt};
}

class Fs {
 public:
  virtual ~Fs() = default;

  // Facts of what `path` leads to (links followed), or of the name itself.
  virtual Result<FileFacts> stat(const std::string& path) = 0;
  virtual Result<FileFacts> lstat(const std::string& path) = 0;

  // The whole file into `into` (its capacity is reused); the facts come from the open file, so they
  // fit the bytes. More than `limit` bytes: Cause::too_large. A directory: an error.
  virtual Result<FileFacts> read(const std::string& path, std::string& into,
                                 std::uint64_t limit = UINT64_MAX) = 0;

  // The whole of a file that anybody may have written: links are not followed, what is no regular
  // file is an error at once. Nothing behind the beginning is read unless `accept` says so; else
  // Cause::corrupt.
  virtual Result<FileFacts> read_stored(const std::string& path, std::string& into,
                                        const Accept& accept) = 0;

  // Creates `path`, which must not exist, from `pieces` in order. On an error no file is left
  // behind.
  virtual Result<void> create(const std::string& path, std::span<const std::string_view> pieces,
                              Access access = Access::by_umask) = 0;
  // The caller's output. What can be told from a new file by nobody is unlinked and created, also
  // where it is to be `kept`: faster than truncating (1.4 to 1.8 times). Special files (/dev/null,
  // pipes) and links to them are written through. Windows knows `removed` only.
  virtual Result<void> write_output(const std::string& path, std::string_view bytes,
                                    Existing existing = Existing::removed) = 0;
  // Gives `to` the content of `from`. Overwrite::no: Cause::exists when `to` is there; atomic
  // either way.
  virtual Result<void> rename(const std::string& from, const std::string& to,
                              Overwrite overwrite) = 0;
  virtual Result<void> remove(
      const std::string& path) = 0;  // a file or link; Cause::not_found is an error too
  virtual Result<void> remove_directory(const std::string& path) = 0;  // an empty one
  virtual Result<void> make_directories(const std::string& path) = 0;  // fine when it exists
  virtual Result<std::vector<DirectoryItem>> list(
      const std::string& path) = 0;                         // without . and .., unsorted
  virtual Result<void> touch(const std::string& path) = 0;  // mtime and atime to now
  // Makes `to`, which must not exist, of the file `from`. An error where the file system cannot.
  virtual Result<void> share(const std::string& from, const std::string& to, Share /*how*/) {
    return Error{"share " + from + " as", to, "not supported"};
  }

  // list() and lstat() in one, for directories of many files; a name that vanishes meanwhile is
  // left out.
  virtual Result<std::vector<ListedFile>> list_with_facts(const std::string& path) = 0;
  // Up to `size` bytes at `offset`; fewer at the end of the file.
  virtual Result<std::string> read_part(const std::string& path, std::uint64_t offset,
                                        std::size_t size) = 0;
  // mtime and atime to `mtime_ns`.
  virtual Result<void> set_mtime(const std::string& path, std::int64_t mtime_ns) = 0;

  // The log appender (docs/concurrency.md): one record, complete or not at all, in one file that
  // many processes share. Creates the file (not its folder). Cause::busy when the deadline passes.
  virtual Result<void> append(const std::string& path, std::string_view record,
                              const AppendOptions& options = {}) = 0;
  // Holds the appender's lock on `path` while `work` runs: for folding files into it. Cause::busy
  // after the deadline.
  virtual Result<void> with_append_lock(const std::string& path, std::int64_t deadline_ns,
                                        const std::function<Result<void>()>& work) = 0;

  // Opens or creates a file for positioned access.
  virtual Result<std::unique_ptr<RandomFile>> open_random(const std::string& path) = 0;

  // A name in `folder` that no other process uses now or later: "<prefix>.<pid>.<counter and
  // random>".
  virtual std::string temporary_name(const std::string& folder, std::string_view prefix) = 0;
  virtual Result<std::string>
  current_directory() = 0;  // absolute, as $PWD spells it when that is the same directory
  virtual Result<std::string> real_path(const std::string& path) = 0;
};

}  // namespace deja

// A manifest: for one direct key, the sets of headers (by content) seen so far and the result each led to. Byte layout: docs/formats.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "cache/source_files.h"

namespace deja {

struct ManifestFile {
  std::string path;  // as the compiler named it: relative to the working directory, or absolute
  Digest digest;     // SourceFiles::key_digest
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
};

// A directory in which a new name could change what an #include finds. As long as its facts agree, nothing was added; when
// they differ, the names that matter (see ManifestEntry) are listed, digested and compared.
struct WatchedDirectory {
  std::string path;
  std::uint64_t inode = 0;   // 0: it did not exist, and must not
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  Digest names;              // digest of the sorted names in it that matter
};

struct ManifestEntry {
  std::vector<ManifestFile> files;
  std::vector<WatchedDirectory> directories;
  std::vector<std::string> probed_names;  // __has_include names: their components matter too
  bool all_names_matter = false;          // a computed __has_include: every name matters
  Digest result;                          // key of the result
};

// What a match may leave out of account; filled from the configuration by the caller.
struct MatchOptions {
  std::string today;                  // "YYYY-MM-DD", for __DATE__
  bool ignore_time_macros = false;
  bool stat_is_enough = false;        // sloppiness file_stat_matches
  bool stat_ignores_ctime = false;    // … file_stat_matches_ctime
  bool skip_directories = false;      // tests only
};

struct MatchReport {
  std::optional<Digest> result;
  std::string why_not;                // of the newest entry: "header 'a.h' changed", "'foo.h' appeared in 'include'"
};

class Manifest {
 public:
  static Result<Manifest> decode(std::string_view bytes);  // checks magic, version, lengths, checksum
  std::string encode() const;

  // The newest entry that holds for the files as they are now.
  MatchReport match(Fs& fs, SourceFiles& files, const MatchOptions& options) const;
  // Adds an entry in front; one that equals it in files and result is replaced; beyond the limits the oldest go.
  void add(ManifestEntry entry);
  std::vector<ManifestEntry> entries() const;  // newest first

 private:
  std::vector<ManifestEntry> entries_;
};

// The names that matter for `entry`: every component of every file's path and of every probed name, sorted, unique.
std::vector<std::string> names_that_matter(const ManifestEntry& entry);
// Observes the directories that are to be watched for `files` found along `search` (search directories in order, then the directories
// of the files themselves): each existing directory among {search, directory of a file} × {directory parts of the files' names}.
// Fills entry.directories from entry.files, entry.probed_names and entry.all_names_matter. `started_ns`: the run's start by
// Clock::file_now_ns(); a directory that changed less than 2 s before it, or since, is never trusted by its facts alone.
void watch_directories(Fs& fs, ManifestEntry& entry, const std::vector<std::string>& search, std::int64_t started_ns);

}  // namespace deja

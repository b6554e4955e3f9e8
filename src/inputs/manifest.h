// A manifest: for one direct key, the sets of headers (by content) seen so far and the result each
// led to. Byte layout: docs/formats.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/reason.h"
#include "base/result.h"
#include "inputs/directory_names.h"
#include "inputs/source_files.h"

namespace deja {

class ByteReader;

struct ManifestFile {
  std::string path;  // as the compiler named it: relative to the working directory, or absolute
  Digest digest;     // SourceFiles::key_digest
  std::uint64_t size = 0;
  // Both times 0: they are not known, and only the content tells.
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  Digest code{};  // the same of SourceFiles::code, where its comments do not matter; else zero

  bool operator==(const ManifestFile&) const = default;
};

// A directory in which a new name could change what an #include finds. As long as its facts agree,
// nothing was added; when they differ, the names that matter (see ManifestEntry) are listed,
// digested and compared.
struct WatchedDirectory {
  std::string path;
  std::uint64_t inode = 0;  // 0: no such directory existed, and none must
  std::int64_t mtime_ns =
      0;  // both times 0: it was too young, or on another machine, so that only its names tell
  std::int64_t ctime_ns = 0;
  Digest names;  // of the names in it that matter, in any order

  bool operator==(const WatchedDirectory&) const = default;
};

struct ManifestEntry {
  std::vector<ManifestFile> files;
  std::vector<WatchedDirectory> directories;
  std::vector<std::string>
      probed_names;               // headers that are only asked for: their components matter too
  bool all_names_matter = false;  // a header is asked for by a macro: every name matters
  Digest result;                  // key of the result

  bool operator==(const ManifestEntry&) const = default;
};

// What a match may leave out of account; filled from the configuration by the caller.
struct MatchOptions {
  std::string today;  // "YYYY-MM-DD", for the date macro
  bool ignore_time_macros = false;
  bool mtimes_matter = false;       // a precompiled header of clang's names them
  bool stat_is_enough = false;      // sloppiness file_stat_matches
  bool stat_ignores_ctime = false;  // … file_stat_matches_ctime
  bool by_code = false;             // comments do not matter
};

struct MatchReport {
  std::optional<Digest> result;
  std::size_t entry = 0;          // place among entries() of the one that holds
  std::optional<Reason> why_not;  // of the newest entry, where none holds
};

class Manifest {
 public:
  static constexpr std::size_t max_entries = 64;
  static constexpr std::size_t max_bytes = 4u << 20;  // encoded; a single entry may pass it
  static constexpr std::size_t max_account = 64u << 10;

  static Result<Manifest> decode(
      std::string_view bytes);  // checks magic, version, lengths, checksum
  std::string encode() const;

  // The newest entry that holds for the files as they are now. Each path is stat'ed once
  // (SourceFiles remembers), whatever the number of entries that name it; contents are asked for
  // only once all sizes of an entry agree.
  MatchReport match(Fs& fs, SourceFiles& files, const MatchOptions& options) const;
  // Puts the entries of `other` that are not in this one behind its own, as far as there is room:
  // what is known here comes first.
  void merge(const Manifest& other);
  // Without what only this machine knows: the facts of its files and directories, so that they are
  // compared by content and by names, and the account.
  Manifest without_facts() const;
  // Adds an entry in front; one that equals it in files and result is replaced; beyond the limits
  // the oldest go.
  void add(const ManifestEntry& entry);
  std::vector<ManifestEntry> entries() const;  // newest first
  // What the manifest's own key is made of (inputs/account.h), encoded; "" where nobody said. One
  // that is longer than max_account is not kept.
  const std::string& account() const { return account_; }
  void set_account(std::string account);

 private:
  class Matcher;
  // Entries share strings, files and directories by their place in these tables: most headers are
  // in every entry.
  struct FileRow {
    std::uint32_t path;
    Digest digest;
    std::uint64_t size;
    std::int64_t mtime_ns, ctime_ns;
    Digest code;
    auto operator<=>(const FileRow&) const = default;
  };
  struct DirectoryRow {
    std::uint32_t path;
    std::uint64_t inode;
    std::int64_t mtime_ns, ctime_ns;
    Digest names;
    auto operator<=>(const DirectoryRow&) const = default;
  };
  struct EntryRow {
    std::vector<std::uint32_t> files, directories, probed_names;
    bool all_names_matter = false;
    Digest result;
  };

  template <class Row>
  class Places;

  // Puts what the entries name into the tables.
  std::vector<EntryRow> intern(std::span<const ManifestEntry> entries);
  ManifestEntry entry_of(const EntryRow& row) const;
  bool same_compile(const EntryRow& a, const EntryRow& b) const;
  bool has(const EntryRow& row) const;
  void keep_newest(std::size_t count);
  bool decode_strings(ByteReader& in, std::uint32_t count);
  bool decode_tables(ByteReader& in, std::uint32_t files, std::uint32_t directories);
  bool decode_entries(ByteReader& in, std::uint32_t count);

  std::vector<std::string> strings_;
  std::vector<FileRow> files_;
  std::vector<DirectoryRow> directories_;
  std::vector<EntryRow> entries_;  // newest first
  std::string account_;
};

// Finds the directories in which a new name could change what an #include of this compile, or
// asking for a header, finds, and fills entry.directories from entry.files, entry.probed_names and
// entry.all_names_matter. `search`: the directory of the source, then the search directories in
// order. `started_ns`: the run's start by Clock::file_now_ns(); a directory that changed less than
// 2 s before it, or since, is never trusted by its facts alone. Why this is enough:
// watch_directories.cpp. False where it is not: a link under a name that matters leads nowhere.
bool watch_directories(Fs& fs, DirectoryNames& names, ManifestEntry& entry,
                       const std::vector<std::string>& search, std::int64_t started_ns);

}  // namespace deja

// Making replay records: what the ordinary flow knows about a compile, turned into what the fast path (replay.h) checks and writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "sys/system.h"

namespace deja {

// A file the result depends on.
struct ReplayFile {
  std::string path;               // as it was opened: absolute, or relative to the working directory
  std::optional<Digest> content;  // digest_of() its bytes as this run used them. With it, a replay accepts a file whose times changed but
                                  // whose content did not; without it (compiler, configuration) changed facts end the replay.
};

// A file the compile left behind, with exactly the bytes this caller got.
struct ReplayOutput {
  std::string path;        // as the compiler writes it
  std::string_view bytes;  // the whole file
  // Where the very same bytes lie raw in ReplayCall::entry_file, so that large ones need not be stored twice; nullopt: keep them in the
  // record.
  std::optional<std::uint64_t> entry_offset;
};

// One compile that ended with exit code 0, as its caller saw it.
struct ReplayCall {
  std::vector<std::string> words;  // what wrap() got, verbatim: KEY=VALUE words, the compiler's name, its arguments
  std::string cache_dir;           // Config::cache_dir
  std::int64_t started_ns = 0;     // this run's start by Clock::file_now_ns(), before any of the files was looked at

  std::vector<ReplayFile> included;  // the source and every header read, none left out (ignored or system ones neither)
  std::vector<ReplayFile> files;     // everything else: compiler, candidates on PATH that were passed over, configuration files, response
                                  // files, extra files, plugins, specs, profiles, PCH
  std::vector<std::string>
      absent;  // paths looked for in vain that must stay absent: configuration files, the compiler in earlier PATH folders
  std::vector<std::string>
      search_directories;  // where #include looks (quote, -I, -isystem, built-in …), existing or not, spelled as the compiler joins them
  std::vector<std::string> probed_names;  // names in __has_include, as written: they matter although nothing was read

  std::vector<ReplayOutput> outputs;  // regular files only
  std::string entry_file;             // absolute path of the packed result, "" when every output goes into the record
  std::string out, err;               // what was written to the caller's stdout and stderr

  std::string log_file;  // Config::log_file, "" without; "syslog" is refused
  std::vector<std::string>
      log_lines;        // what a replay tells the log, without time, PID and newline; a closing line with the duration is added
  bool counted = true;  // Config::stats: a replay counts as direct_cache_hit, local_storage_hit and local_storage_read_hit
};

struct ReplayRecord {
  Digest key;         // of the call, not of the result
  std::string bytes;  // to be stored verbatim in the local store, replacing an older one
};

// False when no record can be made for this call, so that nobody gathers what it takes: the environment forbids replays, or the cache
// directory is not the one that follows from the environment alone.
bool replay_possible(System& system, const std::vector<std::string>& words, const std::string& cache_dir);

// Stats every dependency and encodes the record; store it by `local.put(record->key, EntryKind::replay, record->bytes, Overwrite::yes)`.
// Runs after the caller has been served. Refuses in doubt, and the error says why (for the log): a file that changed less than two seconds
// before the run began or during it, a file that is gone, outputs too large.
//
// The caller must not ask for a record when: the compile failed or was not cacheable; a source holds __DATE__, __TIME__ or __TIMESTAMP__
// (unless sloppy), #embed or .incbin; any of debug, disable, recache, file_clone, hard_link, remote_only, reshare, stats_log, umask,
// direct_mode = false or a prefix command is configured.
Result<ReplayRecord> make_replay_record(System& system, const ReplayCall& call);

}  // namespace deja

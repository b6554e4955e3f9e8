// Making replay records: what the ordinary flow knows about a compile, turned into what the fast
// path checks and writes.
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
  std::string path;  // as it was opened: absolute, or relative to the working directory
  // digest_of() its bytes as this run used them. With it, a replay accepts a file whose times
  // changed but whose content did not; without it (compiler, configuration) changed facts end the
  // replay.
  std::optional<Digest> content = std::nullopt;
  // What a stat told when this run looked at it (SourceFile::facts), to save another; nullopt: the
  // writer stats it.
  std::optional<FileFacts> facts = std::nullopt;
};

// A regular file the compile left behind, with exactly the bytes this caller got.
struct ReplayOutput {
  std::string path;        // as the compiler writes it
  std::string_view bytes;  // the whole file
};

// One compile that ended with exit code 0, as its caller saw it.
struct ReplayCall {
  std::vector<std::string>
      words;  // what wrap() got, verbatim: KEY=VALUE words, the compiler's name, its arguments
  std::string cache_dir;  // Config::cache_dir
  std::int64_t started_ns =
      0;  // this run's start by Clock::file_now_ns(), before any of the files was looked at

  // The source and every header read, none left out (ignored or system ones neither).
  std::vector<ReplayFile> included;
  // Everything else that was looked at: compiler, candidates on PATH that were passed over,
  // configuration files, response files, extra files, plugins, specs, profiles, PCH.
  std::vector<ReplayFile> files;
  // Looked for in vain, and must stay absent: configuration files, the compiler in earlier PATH
  // folders.
  std::vector<std::string> absent;
  // Existing or not: where a new name could change what an #include finds
  // (ManifestEntry::directories).
  std::vector<std::string> watched_directories;
  // Headers that are only asked for, as written (ManifestEntry::probed_names).
  std::vector<std::string> probed_names;

  std::vector<ReplayOutput> outputs;
  std::string entry_file;  // absolute path of the packed result: a replay is a use of it
  std::string out, err;    // what was written to the caller's stdout and stderr

  std::string log_file;  // Config::log_file, "" without
  // What a replay tells the log, without time, PID and newline: all that a direct hit would have
  // told but for its last line, "Done in … ms", which the replay adds itself.
  std::vector<std::string> log_lines;
  bool counted = true;  // Config::stats: counts as direct_cache_hit, local_storage_hit and
                        // local_storage_read_hit
};

struct ReplayRecord {
  Digest key;            // of the call, not of the result
  std::string bytes;     // to be stored verbatim in the local store, replacing an older one
  std::string hot_copy;  // outputs too large for it, to be stored under the same key before it
};

// False when no record can be made for this call, so that nobody gathers what it takes: the
// environment forbids replays, or the cache directory is not the one that follows from the
// environment alone.
bool replay_possible(System& system, const std::vector<std::string>& words,
                     const std::string& cache_dir);

// Stats every dependency and encodes the record; store it by
// `local.put(record->key, EntryKind::replay, record->bytes, Overwrite::yes)`. Runs after the caller
// has been served. Refuses in doubt, and the error says why (for the log): a file that changed less
// than two seconds before the run began or during it, a file that is gone, outputs too large, a log
// that goes to syslog.
//
// The caller must not ask for a record when: the compile failed or was not cacheable; a source
// holds one of the three date and time macros (unless sloppy), another file's data, or asks for
// headers by a macro; a key is not at its default whose row in the options table says so.
Result<ReplayRecord> make_replay_record(System& system, const ReplayCall& call);

// Whether `bytes` are a whole, undamaged record for this call.
bool is_replay_record(std::string_view bytes, const Digest& key);

}  // namespace deja

// Telling what happened: the log, the statistics, CCACHE_STATSLOG and the debug files. Nothing here
// can fail the caller.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "wrap/session.h"

namespace deja {

// Lines as the contract has them: `[2026-11-22T15:33:12.123456 4711 ] text`, each ending in a
// newline. Embedded newlines start new lines.
std::string format_log(System& system, const std::vector<LogLine>& lines);

// Where this configuration's log goes: the log file or syslog, and `debug_log` unless it is null.
// No sink when nobody reads.
Log::Sink log_sink(System& system, const Config& config, std::string* debug_log);

// The run's counts into the cache's statistics and into CCACHE_STATSLOG.
void record_counts(System& system, const Config& config, Log& log, const Counts& counts,
                   const std::vector<StoreChange>& changes, const std::string& source);

// The object that a command would make which deja leaves to the compiler: what -o names, else what
// the compiler makes of the first source. "" where there is neither.
std::string likely_object(Fs& fs, const FoundCompiler& compiler,
                          const std::vector<std::string>& words);

// CCACHE_DEBUG: gathers what goes into the keys and writes it, with the log, beside the object, or
// below debug_dir under the object's real path. Nothing without an object.
class DebugFiles {
 public:
  explicit DebugFiles(const Config& config);
  ~DebugFiles();
  KeyTraces traces();
  std::string* log() { return enabled_ ? &log_ : nullptr; }
  void write(System& system, const Config& config, const std::string& object,
             const std::string& working_directory);

 private:
  class Trace;
  bool enabled_;
  bool with_inputs_;
  std::string log_;
  std::unique_ptr<Trace> common_, direct_, preprocessed_;
};

}  // namespace deja

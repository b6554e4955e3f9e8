// What every pass of one run may use. Services only: nothing in it changes the meaning of the run.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "base/log.h"
#include "base/outcome.h"
#include "compiler/identify.h"
#include "compiler/invocation.h"
#include "config/config.h"
#include "inputs/digest_cache.h"
#include "inputs/ledger.h"
#include "inputs/source_files.h"
#include "remote/tiers.h"
#include "store/local_store.h"
#include "store/stats.h"
#include "sys/system.h"
#include "wrap/command.h"

namespace deja {

// The compile has been answered; its outputs and streams are where the caller expects them.
struct Served {
  Outcome how;
  int exit_code;
};

using Verdict = std::variant<Served, Bypass>;

// Sees what goes into the three parts of the keys, for CCACHE_DEBUG; null members when nobody
// looks.
struct KeyTraces {
  HashTrace* common = nullptr;
  HashTrace* direct = nullptr;
  HashTrace* preprocessed = nullptr;
};

struct Session {
  System& system;
  const Config& config;
  Log& log;
  Counts& counts;
  LocalStore& store;
  RemoteTiers& remote;
  SourceFiles& files;
  Ledger& ledger;
  DigestCache* digests;  // null where inode_cache is off
  const FoundCompiler& compiler;
  const std::vector<std::string>& words;  // as typed, the compiler first
  const std::string& working_directory;
  std::int64_t started_ns;  // Clock::file_now_ns() at the start
  KeyTraces traces;
  bool observes = false;                 // compiles are watched for what they read and make
  std::optional<unsigned> caller_umask;  // where config.umask replaces it for the cache's files
};

// A cache that cannot be read or written is told once a run: what follows fails for the same
// reason.
inline void tell_cache_failure(Log& log, std::string_view what, const Error& error) {
  log.add_first("cache", std::string(what) + ": " + error.text());
}

// "Not stored: 'a.h' changed while it was compiled". The text is made only where somebody reads it.
inline void tell(Log& log, std::string_view what, const Reason& why) {
  if (log.enabled()) log.add(std::string(what) + ": " + text_of(why));
}

// While it lives, files are made as the caller would make them: outputs, and whatever the compiler
// writes.
class CallerUmask {
 public:
  explicit CallerUmask(const Session& session) : session_(session) {
    if (session_.caller_umask) session_.system.console.set_umask(*session_.caller_umask);
  }
  ~CallerUmask() {
    if (session_.caller_umask) session_.system.console.set_umask(*session_.config.umask);
  }
  CallerUmask(const CallerUmask&) = delete;
  CallerUmask& operator=(const CallerUmask&) = delete;

 private:
  const Session& session_;
};

// Whether words of the command stand in a file, out of sight.
inline bool has_response_file(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word.starts_with('@'); });
}

// Ends this process as `signal` has ended, or would have ended, the compiler; the log first. Does
// not return, except on fakes.
inline void die_of(const Session& session, int signal) {
  session.log.add("Ended by signal " + std::to_string(signal));
  session.log.flush();
  session.system.processes.die_of(signal);
}

// What the session's compiler answers to `arguments`, run through nothing. A signal meanwhile ends
// deja, as it would have ended the compiler.
inline Result<Finished> ask_driver(const Session& session,
                                   const std::vector<std::string>& arguments) {
  auto command = compiler_command(session.system, session.config, session.compiler,
                                  session.words.front(), "", arguments);
  if (!command) return command.error();
  command->input = Command::Input::empty;
  auto done = session.system.processes.run(*command);
  if (done && done->interrupted_by != 0) die_of(session, done->interrupted_by);
  return done;
}

}  // namespace deja

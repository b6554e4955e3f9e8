// When "-pipe" is added, and what undoes it.
#include "app/pipe.h"

#include <algorithm>
#include <utility>

#include "base/path.h"

namespace deja {

namespace {

constexpr std::uint64_t largest_kept = std::uint64_t{4} << 20;            // bytes of an earlier object held in memory
constexpr std::string_view assembler_speaks = "Assembler messages:";  // GNU as, in English

bool is_gcc_with_assembler(const Session& session, const Invocation& call) {
  const bool is_gcc = call.family == Family::gcc && session.compiler.type == CompilerType::gcc;
  const bool compiles = call.language != Language::assembler && call.language != Language::assembler_with_cpp;
  return is_gcc && compiles && call.runs_assembler && !call.suppress_additions && session.config.prefix_command.empty();
}

// Whoever talks to the assembler would see it: its listing loses the text's layout.
bool talks_to_assembler(const Invocation& call) {
  const auto talks = [](const std::string& word) { return word.starts_with("-Wa,") || word.starts_with("-Xassembler"); };
  return std::ranges::any_of(call.arguments, [&](const Argument& argument) { return std::ranges::any_of(argument.words, talks); });
}

// Whether `assembler_speaks` is what the assembler says.
bool messages_are_english(Env& env) {
  const auto is_english = [](const std::string& locale) { return locale.starts_with("C") || locale == "POSIX" || locale.starts_with("en"); };
  if (const auto languages = env.get("LANGUAGE"); languages && !languages->empty() && !is_english(*languages)) return false;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const auto locale = env.get(name); locale && !locale->empty()) return is_english(*locale);
  return true;
}

}  // namespace

Pipe::Pipe(const Session& session, const Invocation& call) : session_(session), call_(call) {
  // In no folder the driver's exit code becomes another.
  used_ = is_gcc_with_assembler(session, call) && !talks_to_assembler(call) &&
          session.system.fs.stat(std::string(path::directory(call.object))) && keep_earlier();
}

bool Pipe::keep_earlier() {
  System& system = session_.system;
  const auto facts = system.fs.lstat(call_.object);
  if (!facts) return facts.error().cause == Cause::not_found;
  const unsigned umask = session_.caller_umask.value_or(system.console.get_umask());
  const bool plain = facts->kind == FileKind::regular && facts->links == 1 && facts->owner == system.console.user() &&
                     facts->mode == (0666 & ~umask) && messages_are_english(system.env);
  if (!plain) return false;
  Earlier earlier{{}, *facts};
  if (!system.fs.read(call_.object, earlier.bytes, largest_kept)) return false;
  earlier_ = std::move(earlier);
  return true;
}

void Pipe::put_back() {
  Fs& fs = session_.system.fs;
  const auto now = fs.lstat(call_.object);
  if (now && now->same_content_as(earlier_->facts)) return;  // the assembler was not started
  const CallerUmask as_caller(session_);
  if (fs.write_output(call_.object, earlier_->bytes)) (void)fs.set_mtime(call_.object, earlier_->facts.mtime_ns);
}

bool Pipe::must_repeat(const Finished& failed) {
  if (!std::exchange(used_, false)) return false;
  if (earlier_) put_back();
  return failed.signal == 0 && failed.interrupted_by == 0 && failed.err.find(assembler_speaks) != std::string::npos;
}

}  // namespace deja

// The compiler's own run, with what deja adds to the caller's words.
#include "wrap/compile.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "compiler/depfile.h"
#include "compiler/outputs.h"
#include "wrap/deliver.h"

namespace deja {

namespace {

// The caller's words, or the words as understand() rewrote them.
std::vector<std::string> caller_words(const Session& session, const Invocation& call) {
  if (session.config.base_dir.empty() && session.config.ignore_options.empty() && !call.rewritten)
    return {session.words.begin() + 1, session.words.end()};
  std::vector<std::string> out;
  for (const Argument& argument : call.arguments)
    out.insert(out.end(), argument.words.begin(), argument.words.end());
  out.insert(out.end(), call.depfile.target_words.begin(), call.depfile.target_words.end());
  out.insert(out.end(), call.object.words.begin(), call.object.words.end());
  out.push_back(call.source);
  return out;
}

// The option that asks for colours, for a driver that has one: results hold them, and serving takes
// them out for who does not want them.
std::string color_option(const Session& session, const Invocation& call) {
  const bool is_assembler =
      call.language == Language::assembler || call.language == Language::assembler_with_cpp;
  if (!call.allows.additions || is_assembler) return "";
  if (call.family == Family::clang) return "-fcolor-diagnostics";
  return call.family == Family::gcc && session.compiler.type == CompilerType::gcc
             ? "-fdiagnostics-color"
             : "";
}

// Puts `option` where it outdoes the caller's own choice: last, but before "--". In front where a
// response file may hold a "--".
void add_last(std::vector<std::string>& words, const std::string& option) {
  if (option.empty()) return;
  words.insert(has_response_file(words) ? words.begin() : std::ranges::find(words, "--"), option);
}

// A file that does not name the source is not this compile's, or is not understood.
std::optional<std::vector<std::string>> headers_of(const Session& session, const Invocation& call,
                                                   const std::string& depfile) {
  std::string text;
  if (!session.system.fs.read(depfile, text)) return std::nullopt;
  std::vector<std::string> files = parse_depfile(text);
  const std::string source = path::normal(call.source);
  if (std::erase_if(files, [&](const std::string& file) { return path::normal(file) == source; }) ==
      0)
    return std::nullopt;
  return files;
}

// A script is not what its name says.
bool is_elf(Fs& fs, const std::string& program) {
  constexpr std::string_view magic = "\177ELF";
  const auto beginning = fs.read_part(program, 0, magic.size());
  return beginning && *beginning == magic;
}

// Observed, where that is to be. What fails because it is observed, or may have, runs again.
Result<Observed> run_maybe_observed(const Session& session, const Command& command) {
  Processes& processes = session.system.processes;
  const bool known = session.config.observe == Observe::when_possible;
  std::string why = !session.observes                                      ? "not asked for"
                    : known && !is_elf(session.system.fs, command.program) ? "a script"
                                                                           : "";
  if (why.empty()) {
    auto observed =
        processes.run_observed(command, {}, known ? LinkReads::left_out : LinkReads::observed);
    if (!observed || observed->incomplete.empty() || observed->finished.exit_code == 0)
      return observed;
    why = std::move(observed->incomplete);
  }
  auto finished = processes.run(command);
  if (!finished) return finished.error();
  return Observed{std::move(*finished), {}, std::move(why)};
}

// The compiler with `arguments`; the log first, for it must not wait for the compiler.
Result<Observed> run_compiler_once(const Session& session,
                                   const std::vector<std::string>& arguments) {
  const auto command =
      compiler_command(session.system, session.config, session.compiler, session.words.front(),
                       session.config.prefix_command, arguments);
  if (!command) return command.error();
  if (session.log.enabled()) session.log.add("Compile: " + text::quoted(command->argv));
  session.log.flush();
  const CallerUmask as_caller(session);
  return run_maybe_observed(session, *command);
}

// Who was asked by a socket may have read anything.
std::string why_unobserved(const Observed& observed) {
  if (!observed.incomplete.empty()) return observed.incomplete;
  for (const NameUse& use : observed.uses)
    if (use.kind == NameUse::Kind::connected)
      return "a server was asked" + (use.name.empty() ? "" : " at '" + use.name + "'");
  return {};
}

}  // namespace

Result<Compiled> compile(const Session& session, const Invocation& call, Ask ask) {
  const bool by_list = ask == Ask::dependencies && is_cl_dialect(call.family);
  const bool own_list = by_list && !call.show_includes;
  const bool own = ask == Ask::dependencies && !by_list && !call.depfile.wanted;
  const std::string own_depfile =
      own ? session.system.fs.temporary_name(session.config.temporary_dir, "dependencies") : "";
  if (own) (void)session.system.fs.make_directories(session.config.temporary_dir);

  std::vector<std::string> arguments = caller_words(session, call);
  if (own) arguments.insert(arguments.begin(), {"-MD", "-MF", own_depfile});
  if (own_list) arguments.insert(arguments.begin(), "/showIncludes");
  add_last(arguments, color_option(session, call));
  auto observed = run_compiler_once(session, arguments);
  if (!observed) return observed.error();
  std::string unobserved = why_unobserved(*observed);
  Finished* const finished = &observed->finished;
  if (session.log.enabled())
    session.log.add(fmt::format(
        "Compiler ended: exit code {}{}, {} bytes of output, {} of messages", finished->exit_code,
        finished->signal != 0 ? fmt::format(" (signal {})", finished->signal) : "",
        finished->out.size(), finished->err.size()));
  // Not the caller's failure: the compiler could not write what deja asked for.
  if (own && finished->exit_code != 0 && finished->err.find(own_depfile) != std::string::npos)
    return Error{"write", own_depfile, "the compiler could not"};

  if (session.log.enabled())
    session.log.add(unobserved.empty() ? fmt::format("Observed: {} system calls, {} names",
                                                     observed->calls, observed->uses.size())
                                       : "Not observed: " + unobserved);
  Compiled out{std::move(*finished), std::nullopt, own_depfile, std::move(observed->uses),
               std::move(unobserved)};
  if (by_list) {
    ShowIncludes shown = parse_show_includes(out.finished.out, session.config.msvc_dep_prefix);
    out.headers = std::move(shown.headers);
    if (own_list) out.finished.out = std::move(shown.rest);
  }
  session.system.console.write_out(out.finished.out);
  session.system.console.write_err(stderr_for_caller(session, call, out.finished.err));
  if (ask == Ask::dependencies && !by_list && out.finished.exit_code == 0)
    out.headers = headers_of(session, call, own ? own_depfile : call.depfile.path);
  if (own) (void)session.system.fs.remove(own_depfile);
  return out;
}

std::variant<Entry, Bypass> collect(const Session& session, const Invocation& call,
                                    const Finished& finished) {
  Entry entry;
  entry.created_ns = session.system.clock.now_ns();
  if (!finished.out.empty()) entry.parts.push_back({stdout_part, finished.out});
  if (!finished.err.empty()) entry.parts.push_back({stderr_part, finished.err});
  if (!call.depfile.targets.empty())
    entry.parts.push_back({targets_part, text::join(call.depfile.targets, "\n")});
  for (const OutputFile& output : call.outputs) {
    if (path::is_null_device(output.path)) continue;
    std::string bytes;
    const auto facts = session.system.fs.read(output.path, bytes, largest_output);
    // A file from an earlier compile is not of this one.
    const bool is_new = facts && facts->mtime_ns >= session.started_ns;
    if (!is_new && row_of(output.kind).required)
      return Bypass(Why::no_output, facts ? "'" + output.path + "' is older than the compile"
                                          : facts.error().text());
    if (!is_new) continue;
    if (bytes.empty() && output.kind == OutputKind::object)
      return Bypass(Why::empty_output, output.path);
    entry.parts.push_back({part_of(output), std::move(bytes)});
  }
  std::ranges::sort(entry.parts, {}, &EntryPart::kind);
  return entry;
}

}  // namespace deja

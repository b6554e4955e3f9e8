// Asking for the values and files of a compile. When in doubt a piece is asked for: a needless one
// costs a miss, a missing one a wrong object.
#include "wrap/ask.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "compiler/outputs.h"
#include "config/compiler_check.h"
#include "wrap/lookup.h"
#include "wrap/precompiled.h"
#include "wrap/programs.h"

namespace deja {

namespace {

// Changes with every change to what goes into keys or entries.
constexpr std::string_view key_format = "deja 8";

// A prefix map's OLD may be left out only where no other paths than those on the command line are
// mapped.
void ask_argument(Ledger& ledger, Role role, const Argument& argument) {
  const bool as_typed = argument.hashed_as.empty() || ledger.has_search_variables();
  for (const std::string& word : as_typed ? argument.words : argument.hashed_as)
    ledger.value(role, word);
}

// The working directory as it reaches debug information: -fdebug-prefix-map and its kin rewrite it;
// the last match wins.
std::string mapped_directory(const Invocation& call, const std::string& directory) {
  for (auto map = call.prefix_maps.rbegin(); map != call.prefix_maps.rend(); ++map) {
    const std::size_t equals = map->find('=');
    if (equals == std::string::npos || !directory.starts_with(map->substr(0, equals))) continue;
    return map->substr(equals + 1) + directory.substr(equals);
  }
  return directory;
}

void ask_working_directory(const Session& session, const Invocation& call) {
  const bool for_coverage =
      call.coverage.wanted && !session.config.sloppiness.has(Sloppy::gcno_cwd);
  if (for_coverage) session.ledger.value(Role::directory, "of coverage", session.working_directory);
  // It would lead to the headers of another directory.
  if (call.pch.made && call.pch.holds_directory)
    session.ledger.value(Role::directory, "of the precompiled header", session.working_directory);
  if (call.matters.working_directory && session.config.hash_dir)
    session.ledger.value(Role::directory, "of debug information",
                         mapped_directory(call, session.working_directory));
}

// A root that is given by a relative name is another one in each directory, and compilers tell
// where it is not there, or no directory.
void ask_system_root(const Session& session, const Invocation& call) {
  for (const Argument& argument : call.arguments) {
    const std::string& word = argument.words.front();
    const auto begins = [&](std::string_view option) { return word.starts_with(option); };
    if (!begins("--sysroot") && !begins("-isysroot")) continue;
    std::string root = argument.words.back();
    if (argument.words.size() == 1) root = root.substr(begins("--sysroot") ? 10 : 9);
    const auto facts = session.files.facts(root);
    const char* const kind = !facts                               ? "absent"
                             : facts->kind == FileKind::directory ? "a directory"
                                                                  : "a file";
    // Below base_dir it is relative only since deja has made it so.
    const bool is_placed = path::is_absolute(root) || !session.config.base_dir.empty();
    session.ledger.value(Role::directory, "of the system root",
                         is_placed ? kind : session.working_directory + " " + kind);
  }
}

// What tells one program from another without reading it.
std::string stat_text(const FileFacts& facts) {
  return fmt::format("{} bytes of {}", facts.size, facts.mtime_ns);
}

// The commands of compiler_check, run once per part between ';', with %compiler% replaced. What
// they say counts as one text, whichever command said it.
std::optional<Bypass> ask_check_commands(const Session& session, std::string_view commands) {
  const FoundCompiler& compiler = session.compiler;
  std::string output;
  for (std::string_view part : text::split(commands, ';')) {
    std::vector<std::string> argv;
    for (std::string_view word : text::words(part))
      argv.push_back(word == "%compiler%" ? compiler.path : std::string(word));
    if (argv.empty()) continue;
    const FoundCompiler* const self = argv[0] == compiler.path ? &compiler : nullptr;
    const auto program = self != nullptr ? Result<FoundCompiler>(*self)
                                         : find_compiler(session.system, session.config, argv[0]);
    if (!program) return Bypass(Why::compiler_check_failed, program.error().text());
    const auto done =
        session.system.processes.run({program->path, argv, {{"CCACHE_DISABLE", "1"}}});
    if (!done || done->exit_code != 0)
      return Bypass(Why::compiler_check_failed, fmt::format("'{}' failed", part));
    output.append(done->out).append(done->err);
  }
  session.ledger.value(Role::compiler_check, "output", output);
  return std::nullopt;
}

std::optional<Bypass> ask_compiler(const Session& session) {
  const FoundCompiler& compiler = session.compiler;
  Ledger& ledger = session.ledger;
  ledger.value(Role::setting, "compiler", path::file_name(session.words.front()));
  const CompilerCheck check = compiler_check_of(session.config.compiler_check);
  switch (check.kind) {
    case CheckKind::none:
      ledger.file(Role::compiler, compiler.path);
      break;
    case CheckKind::text:
      ledger.file(Role::compiler, compiler.path, std::string(check.rest));
      break;
    case CheckKind::mtime:
      ledger.file(Role::compiler, compiler.path, stat_text(compiler.facts), compiler.facts);
      break;
    case CheckKind::content:
      if (const auto content = ledger.content(Role::compiler, compiler.path); !content)
        return Bypass(Why::compiler_check_failed, content.error().text());
      break;
    case CheckKind::commands:
      ledger.file(Role::compiler, compiler.path);
      return ask_check_commands(session, check.rest);
  }
  return std::nullopt;
}

// An assembler found earlier on PATH, or programs below -B, make other objects.
std::optional<Bypass> ask_other_programs(const Session& session, const Invocation& call) {
  const bool by_content =
      compiler_check_of(session.config.compiler_check).kind == CheckKind::content;
  for (const OtherProgram& program : other_programs(session, call)) {
    const bool is_program = program.exists && program.facts.kind == FileKind::regular;
    if (!program.exists) {
      session.ledger.absent(Role::program, program.path);
    } else if (is_program && by_content) {
      const auto content = session.files.get(program.path);
      if (!content) return Bypass(Why::compiler_check_failed, content.error().text());
      session.ledger.file(
          Role::program, program.path,
          fmt::format("{} {}", path::file_name(program.path), (*content)->content.hex()));
    } else {
      session.ledger.file(
          Role::program, program.path,
          is_program ? fmt::format("{} {}", path::file_name(program.path), stat_text(program.facts))
                     : std::string());
    }
  }
  return std::nullopt;
}

// Files whose content matters wholly: profiles, plugins, specs, sanitizer lists; and what the user
// added.
std::optional<Bypass> ask_files(const Session& session, const Invocation& call) {
  Ledger& ledger = session.ledger;
  for (const std::string& file : call.files.to_hash)
    if (const auto content = ledger.content(Role::data_file, file); !content)
      return Bypass(Why::input_unreadable, content.error().text());
  for (const std::string& file : session.config.extra_files_to_hash)
    if (const auto content = ledger.content(Role::extra_file, file); !content)
      return Bypass(Why::extra_file_unreadable, content.error().text());
  for (const std::string& file : call.pch.files) {
    const std::string sum = file + ".sum";
    const bool by_sum =
        session.config.pch_external_checksum && bool(ledger.stat(Role::absent_candidate, sum));
    const auto content = session.files.get(by_sum ? sum : file);
    if (!content) return Bypass(Why::precompiled_header_unreadable, content.error().text());
    ask_precompiled_header(session, call, file, (*content)->content, by_sum);
  }
  for (const std::string& directory : call.pch.directories) {
    std::string names;
    for (const std::string& file : call.pch.files)
      if (path::directory(file) == directory) names.append(path::file_name(file)).push_back('/');
    const auto facts = session.files.facts(directory);
    ledger.file(Role::precompiled_header, directory, names,
                facts ? std::optional(*facts) : std::nullopt);
  }
  for (const std::string& file : call.files.absent) ledger.absent(Role::absent_candidate, file);
  return std::nullopt;
}

// -march=native names this machine: the driver is asked what it stands for.
std::optional<Bypass> ask_native_architecture(const Session& session, const Invocation& call) {
  if (!call.architecture.native) return std::nullopt;
  std::vector<std::string> argv = {"-###", "-c"};
  for (const Argument& argument : call.arguments)
    if (argument.to_preprocess)
      argv.insert(argv.end(), argument.words.begin(), argument.words.end());
  argv.insert(argv.end(), {"-x", "c", std::string(path::null_device())});
  const auto done = ask_driver(session, argv);
  const std::string resolved = done && done->exit_code == 0 ? parse_resolved_native(done->err) : "";
  if (resolved.empty()) return Bypass(Why::native_unknown);
  session.ledger.value(Role::native_architecture, "native", resolved);
  return std::nullopt;
}

// Whether dependency files are laid out as with_targets() understands: not those of a compiler that
// is only said to speak gcc's options, such as TinyCC.
bool targets_can_be_rewritten(const Session& session) {
  const CompilerType type = session.compiler.type;
  return session.config.compiler_type == CompilerType::auto_detect &&
         (type == CompilerType::gcc || type == CompilerType::clang || type == CompilerType::icx);
}

// What the command makes, and under which circumstances its own words or names reach it.
void ask_outputs(const Session& session, const Invocation& call) {
  Ledger& ledger = session.ledger;
  for (const std::string& word : call.depfile.key) ledger.value(Role::dependency_file, word);
  if (!targets_can_be_rewritten(session))
    for (const std::string& target : call.depfile.targets)
      ledger.value(Role::dependency_file, target);
  for (const OutputFile& output : call.outputs)
    ledger.value(Role::output, row_of(output.kind).made_by,
                 std::to_string(static_cast<unsigned>(output.kind)));
  // Nothing lies beside a device, and what else would be made there is not known.
  const auto beside = [](const OutputFile& output) {
    return output.kind != OutputKind::object && output.kind != OutputKind::depfile;
  };
  if (path::is_null_device(call.object.path) && std::ranges::any_of(call.outputs, beside))
    ledger.value(Role::object, "is a device");
  if (call.matters.object_path)
    ledger.value(Role::object, "path",
                 call.coverage.object_path.empty() ? call.object.path : call.coverage.object_path);
  // Where deja cannot have the last word on colours, results differ by the caller's.
  const bool caller_colors =
      call.colors.chosen && (!call.allows.additions || has_response_file(session.words));
  if (caller_colors) ledger.value(Role::setting, "colours", call.colors.on ? "on" : "off");
  if (call.matters.command_line)
    for (const std::string& word : session.words) ledger.value(Role::command_line, word);
}

void ask_settings(const Session& session, const Invocation& call) {
  Ledger& ledger = session.ledger;
  ledger.value(Role::format, key_format);
  ledger.value(Role::setting, "namespace", session.config.name_space);
  ledger.value(Role::setting, "family", std::to_string(static_cast<unsigned>(call.family)));
  ledger.value(Role::setting, "language", std::to_string(static_cast<unsigned>(call.language)));
}

}  // namespace

bool time_is_fixed(const Session& session) {
  return session.compiler.family == Family::gcc &&
         session.ledger.variable("SOURCE_DATE_EPOCH").has_value();
}

std::string date_for_keys(const Session& session) {
  System& system = session.system;
  if (time_is_fixed(session)) return "epoch " + *session.ledger.variable("SOURCE_DATE_EPOCH");
  return date_text(system.clock.local(system.clock.now_ns()));
}

std::optional<Bypass> ask_common(const Session& session, const Invocation& call) {
  ask_settings(session, call);
  if (auto why = ask_compiler(session)) return why;
  if (auto why = ask_other_programs(session, call)) return why;
  ask_working_directory(session, call);
  ask_system_root(session, call);
  for (const Argument& argument : call.arguments)
    if (argument.keys == Keys::both) ask_argument(session.ledger, Role::option, argument);
  ask_outputs(session, call);
  if (auto why = ask_files(session, call)) return why;
  return ask_native_architecture(session, call);
}

void ask_direct(const Session& session, const Invocation& call, const SourceFile& source) {
  Ledger& ledger = session.ledger;
  for (const Argument& argument : call.arguments)
    if (argument.keys == Keys::direct) ask_argument(ledger, Role::text_option, argument);
  const bool sloppy = session.config.sloppiness.has(Sloppy::time_macros);
  const SourceTraits& traits = source.traits;
  if (traits.date_macro || traits.time_macro || traits.timestamp_macro)
    ledger.value(Role::date, "SOURCE_DATE_EPOCH",
                 ledger.variable("SOURCE_DATE_EPOCH").value_or(""));
  // What a sloppy run left out of its manifests must not answer a strict one.
  for (const Sloppy what : {Sloppy::system_headers, Sloppy::time_macros, Sloppy::incbin})
    if (session.config.sloppiness.has(what))
      ledger.value(Role::text_setting, "sloppiness",
                   std::to_string(static_cast<std::uint32_t>(what)));
  for (const std::string& header : session.config.ignore_headers_in_manifest)
    ledger.value(Role::text_setting, "ignored header", header);
  // __FILE__ and, in clang, the object's symbol table hold the name as typed.
  const Digest stands_for = session.files.key_digest(
      source, by_code(session, call) ? session.files.code(call.source, source) : source.content,
      date_for_keys(session), sloppy);
  if (tells_time(traits)) ledger.file(Role::changing_file, call.source);
  ledger.file(Role::source, call.source, std::string(stands_for.view()), source.facts,
              source.content);
}

Digest depend_key(const Digest& direct, const std::vector<ManifestFile>& files,
                  const Entry& entry) {
  Hasher hasher;
  hasher.add("direct key", direct);
  // Names that were looked for in vain are not among the files: what came of the compile tells its
  // results apart.
  for (const EntryPart& part : entry.parts)
    hasher.add("part", std::uint64_t{part.kind}).add("bytes", part.bytes);
  for (const ManifestFile& file : files)
    hasher.add("file name", file.path).add("file", file.digest);
  return hasher.finish();
}

}  // namespace deja

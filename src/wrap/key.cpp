// Keys from tagged pieces. When in doubt a piece goes in: a needless piece costs a miss, a missing
// one a wrong object.
#include "wrap/key.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "wrap/header_search.h"
#include "wrap/programs.h"

namespace deja {

namespace {

// Changes with every change to what goes into keys or entries.
constexpr std::string_view key_format = "deja 4";

// Variables that reach the output of any compile.
constexpr std::string_view common_environment[] = {
    "COMPILER_PATH",
    "DEVELOPER_DIR",
    "GCC_COLORS",
    "GCC_COMPARE_DEBUG",
    "GCC_EXEC_PREFIX",
    "GCC_EXTRA_DIAGNOSTIC_OUTPUT",
    "GCC_URLS",
    "I_MPI_CC",
    "I_MPI_CXX",
    "MACOSX_DEPLOYMENT_TARGET",
    "QCC_CONF_PATH",
    "QNX_HOST",
    "QNX_TARGET",
    "TERM_URLS",
    "VCToolsInstallDir",
    "VCToolsVersion",
    "SDKROOT",
    "DRIVERKIT_DEPLOYMENT_TARGET",
    "IPHONEOS_DEPLOYMENT_TARGET",
    "TVOS_DEPLOYMENT_TARGET",
    "WATCHOS_DEPLOYMENT_TARGET",
};

// Variables that reach the words of messages; left out by sloppiness `locale`.
constexpr std::string_view locale_environment[] = {"LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES"};

// Variables whose effect shows in the preprocessed text; TZ in a file's time.
constexpr std::string_view direct_environment[] = {
    "CLANG_CONFIG_FILE_SYSTEM_DIR",
    "CLANG_CONFIG_FILE_USER_DIR",
    "CPATH",
    "CPLUS_INCLUDE_PATH",
    "C_INCLUDE_PATH",
    "EXTERNAL_INCLUDE",
    "INCLUDE",
    "OBJCPLUS_INCLUDE_PATH",
    "OBJC_INCLUDE_PATH",
    "TZ",
};

template <class Names>
void add_environment(Hasher& hasher, Env& env, const Names& names) {
  for (std::string_view name : names)
    if (const auto value = env.get(std::string(name))) hasher.add(name, *value);
}

bool has_header_variables(Env& env) {
  return std::ranges::any_of(header_variables,
                             [&](const char* name) { return env.get(name).has_value(); });
}

// A prefix map's OLD may be left out only where no other paths than those on the command line are
// mapped.
void add_argument(Hasher& hasher, Env& env, const Argument& argument) {
  const auto& words =
      argument.hashed_as.empty() || has_header_variables(env) ? argument.words : argument.hashed_as;
  for (const std::string& word : words) hasher.add("argument", word);
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

void add_working_directory(Hasher& hasher, const Session& session, const Invocation& call) {
  const bool for_coverage = call.is_coverage && !session.config.sloppiness.has(Sloppy::gcno_cwd);
  if (for_coverage) hasher.add("coverage directory", session.working_directory);
  if (call.working_directory_matters && session.config.hash_dir)
    hasher.add("working directory", mapped_directory(call, session.working_directory));
}

// What compiler_check asks for. Commands run once per part between ';', with %compiler% replaced.
std::optional<Bypass> add_compiler(Hasher& hasher, const Session& session) {
  const FoundCompiler& compiler = session.compiler;
  const std::string& check = session.config.compiler_check;
  hasher.add("compiler name", path::file_name(session.words.front()));
  if (check == "none") return std::nullopt;
  if (check.starts_with("string:")) {
    hasher.add("compiler string", check.substr(7));
    return std::nullopt;
  }
  if (check == "mtime") {
    hasher.add("compiler size", compiler.facts.size)
        .add("compiler mtime", std::to_string(compiler.facts.mtime_ns));
    return std::nullopt;
  }
  if (check == "content") {
    const auto content = session.files.get(compiler.path);
    if (!content) return Bypass{Outcome::compiler_check_failed, content.error().text()};
    hasher.add("compiler content", (*content)->content);
    return std::nullopt;
  }
  for (std::string_view part : text::split(check, ';')) {
    std::vector<std::string> argv;
    for (std::string_view word : text::words(part))
      argv.push_back(word == "%compiler%" ? compiler.path : std::string(word));
    if (argv.empty()) continue;
    const FoundCompiler* const self = argv[0] == compiler.path ? &compiler : nullptr;
    const auto program = self != nullptr ? Result<FoundCompiler>(*self)
                                         : find_compiler(session.system, session.config, argv[0]);
    if (!program) return Bypass{Outcome::compiler_check_failed, program.error().text()};
    const auto done =
        session.system.processes.run({program->path, argv, {{"CCACHE_DISABLE", "1"}}});
    if (!done || done->exit_code != 0)
      return Bypass{Outcome::compiler_check_failed, fmt::format("'{}' failed", part)};
    hasher.add("compiler check output", done->out).add("compiler check errors", done->err);
  }
  return std::nullopt;
}

// An assembler found earlier on PATH, or programs below -B, make other objects.
std::optional<Bypass> add_other_programs(Hasher& hasher, const Session& session,
                                         const Invocation& call) {
  for (const OtherProgram& program : other_programs(session, call)) {
    if (!program.exists || program.facts.kind != FileKind::regular) continue;
    hasher.add("program name", path::file_name(program.path));
    if (session.config.compiler_check == "content") {
      const auto content = session.files.get(program.path);
      if (!content) return Bypass{Outcome::compiler_check_failed, content.error().text()};
      hasher.add("program content", (*content)->content);
    } else {
      hasher.add("program size", program.facts.size)
          .add("program mtime", std::to_string(program.facts.mtime_ns));
    }
  }
  return std::nullopt;
}

// Files whose content matters wholly: profiles, plugins, specs, sanitizer lists; and what the user
// added.
std::optional<Bypass> add_files(Hasher& hasher, const Session& session, const Invocation& call) {
  for (const std::string& file : call.files_to_hash) {
    const auto content = session.files.get(file);
    if (!content) return Bypass{Outcome::bad_input_file, content.error().text()};
    hasher.add("file name", file).add("file content", (*content)->content);
  }
  for (const std::string& file : session.config.extra_files_to_hash) {
    const auto content = session.files.get(file);
    if (!content) return Bypass{Outcome::error_hashing_extra_file, content.error().text()};
    hasher.add("extra file", (*content)->content);
  }
  for (const std::string& file : call.pch_files) {
    const std::string sum = file + ".sum";
    const bool by_sum = session.config.pch_external_checksum && bool(session.files.facts(sum));
    const auto content = session.files.get(by_sum ? sum : file);
    if (!content) return Bypass{Outcome::could_not_use_precompiled_header, content.error().text()};
    hasher.add("precompiled header", (*content)->content);
  }
  return std::nullopt;
}

// -march=native names this machine: the driver is asked what it stands for.
std::optional<Bypass> add_native_architecture(Hasher& hasher, const Session& session,
                                              const Invocation& call) {
  if (!call.native_architecture) return std::nullopt;
  std::vector<std::string> argv = {"-###", "-c"};
  for (const Argument& argument : call.arguments)
    if (argument.to_preprocess)
      argv.insert(argv.end(), argument.words.begin(), argument.words.end());
  argv.insert(argv.end(), {"-x", "c", "/dev/null"});
  const auto done = ask_driver(session, argv);
  const std::string resolved = done && done->exit_code == 0 ? parse_resolved_native(done->err) : "";
  if (resolved.empty())
    return Bypass{Outcome::unsupported_compiler_option,
                  "the driver does not tell what 'native' is"};
  hasher.add("native architecture", resolved);
  return std::nullopt;
}

}  // namespace

bool time_is_fixed(const Session& session) {
  return session.compiler.family == Family::gcc &&
         session.system.env.get("SOURCE_DATE_EPOCH").has_value();
}

std::string date_for_keys(const Session& session) {
  System& system = session.system;
  if (time_is_fixed(session)) return "epoch " + *system.env.get("SOURCE_DATE_EPOCH");
  const LocalTime now = system.clock.local(system.clock.now_ns());
  return fmt::format("{:04}-{:02}-{:02}", now.year, now.month, now.day);
}

std::variant<Hasher, Bypass> common_part(const Session& session, const Invocation& call) {
  Hasher hasher(session.traces.common);
  hasher.add("format", key_format).add("namespace", session.config.name_space);
  if (auto why = add_compiler(hasher, session)) return *why;
  if (auto why = add_other_programs(hasher, session, call)) return *why;
  add_environment(hasher, session.system.env, common_environment);
  if (!session.config.sloppiness.has(Sloppy::locale))
    add_environment(hasher, session.system.env, locale_environment);
  hasher.add("family", static_cast<std::uint64_t>(call.family))
      .add("language", static_cast<std::uint64_t>(call.language));
  add_working_directory(hasher, session, call);
  for (const Argument& argument : call.arguments)
    if (argument.in_preprocessed_key) add_argument(hasher, session.system.env, argument);
  for (const std::string& word : call.dep_key) hasher.add("dependency file", word);
  for (const OutputFile& output : call.outputs) hasher.add("output kind", output.kind);
  hasher.add("object is a device", call.object == "/dev/null" ? 1u : 0u);
  if (call.object_path_matters)
    hasher.add("object path",
               call.profile_path_hint.empty() ? call.object : call.profile_path_hint);
  // Where deja cannot have the last word on colours, results differ by the caller's.
  const bool caller_colors =
      call.diagnostics_color_given && (call.suppress_additions || has_response_file(session.words));
  if (caller_colors) hasher.add("colors", call.color_wanted_explicitly ? 1u : 0u);
  if (call.verbatim_key)
    for (const std::string& word : session.words) hasher.add("verbatim", word);
  if (auto why = add_files(hasher, session, call)) return *why;
  if (auto why = add_native_architecture(hasher, session, call)) return *why;
  return hasher;
}

Digest direct_key(const Session& session, const Invocation& call, const Hasher& common,
                  const SourceFile& source) {
  Hasher hasher(session.traces.direct);
  hasher.add("common", common.finish());
  add_environment(hasher, session.system.env, direct_environment);
  for (const Argument& argument : call.arguments)
    if (argument.in_direct_key && !argument.in_preprocessed_key)
      add_argument(hasher, session.system.env, argument);
  const bool sloppy = session.config.sloppiness.has(Sloppy::time_macros);
  const SourceTraits& traits = source.traits;
  if (traits.date_macro || traits.time_macro || traits.timestamp_macro)
    hasher.add("SOURCE_DATE_EPOCH", session.system.env.get("SOURCE_DATE_EPOCH").value_or(""));
  // What a sloppy run left out of its manifests must not answer a strict one.
  for (const Sloppy what : {Sloppy::system_headers, Sloppy::time_macros, Sloppy::incbin})
    if (session.config.sloppiness.has(what))
      hasher.add("sloppiness", static_cast<std::uint64_t>(what));
  for (const std::string& header : session.config.ignore_headers_in_manifest)
    hasher.add("ignored header", header);
  // __FILE__ and, in clang, the object's symbol table hold the name as typed.
  hasher.add("source name", call.source);
  hasher.add("source", session.files.key_digest(source, date_for_keys(session), sloppy));
  return hasher.finish();
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

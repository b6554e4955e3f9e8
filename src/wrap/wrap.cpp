// deja in front of a compiler: configure, find, understand, answer, report; and whenever that does
// not work out, the real compiler.
#include "wrap/wrap.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/path.h"
#include "base/text.h"
#include "compiler/understand.h"
#include "config/load.h"
#include "config/options.h"
#include "inputs/digest_cache.h"
#include "inputs/environment.h"
#include "remote/spec.h"
#include "replay/replay.h"
#include "store/cleanup.h"
#include "wrap/answer.h"
#include "wrap/command.h"
#include "wrap/observe.h"
#include "wrap/remember.h"
#include "wrap/report.h"

namespace deja {

namespace {

int fail(System& system, const std::string& text) {
  system.console.write_err("deja: error: " + text + "\n");
  return 1;
}

// Takes the KEY=VALUE words in front of the compiler off `words`.
std::vector<Override> take_overrides(std::vector<std::string>& words) {
  std::vector<Override> out;
  while (out.size() < words.size()) {
    auto setting = as_override(words[out.size()]);
    if (!setting) break;
    out.push_back(std::move(*setting));
  }
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(out.size()));
  return out;
}

// What stands in front of the compiler: settings, and launchers that a build system has added once
// more. One is enough.
std::vector<Override> take_overrides_and_launchers(std::vector<std::string>& words) {
  std::vector<Override> out = take_overrides(words);
  while (words.size() > 1 && is_launcher(words.front())) {
    words.erase(words.begin());
    for (Override& setting : take_overrides(words)) out.push_back(std::move(setting));
  }
  return out;
}

void log_start(Log& log, const std::vector<std::string>& words, const std::string& directory,
               const LoadedConfig& loaded, const FoundCompiler& compiler) {
  if (!log.enabled()) return;
  log.add("=== deja " DEJA_VERSION " ===");
  log.add("Command line: " + text::quoted(words));
  log.add("Working directory: " + directory);
  for (std::size_t row = 0; row < options().size(); ++row)
    if (loaded.origins[row] != "default")
      log.add(fmt::format("Config: ({}) {} = {}", loaded.origins[row], options()[row].key,
                          options()[row].key == "remote_storage"
                              ? redacted_storage_list(loaded.config.remote_storage)
                              : show_option(options()[row], loaded.config)));
  for (const std::string& note : loaded.notes) log.add(note);
  log.add("Compiler: " + compiler.path +
          (compiler.real_path == compiler.path ? "" : " -> " + compiler.real_path));
  log.add("Compiler type: " + name_of(compiler.type));
}

// Writes down what was asked for before there was a ledger: configuration and compiler.
void write_down(Ledger& ledger, const LoadedConfig& loaded, const FoundCompiler& compiler) {
  for (const std::string& file : loaded.files_read) ledger.file(Role::configuration, file);
  for (const std::string& file : loaded.files_absent) ledger.absent(Role::configuration, file);
  for (const std::string& name : loaded.variables) (void)ledger.variable(name);
  const Config defaults;
  for (std::size_t row = 0; row < options().size(); ++row) {
    const Option& option = options()[row];
    if (option.with_replay == WithReplay::replays || loaded.origins[row] == "default") continue;
    const std::string value = show_option(option, loaded.config);
    if (value != show_option(option, defaults))
      ledger.value(Role::unreplayed_setting, option.key, value);
  }
  for (const Candidate& candidate : compiler.passed_over)
    if (candidate.facts)
      ledger.file(Role::compiler_candidate, candidate.path, {}, candidate.facts);
    else
      ledger.absent(Role::compiler_candidate, candidate.path);
}

// Variables under which a compile writes files, or takes options, that deja does not see.
std::optional<Bypass> unsupported_environment(const Ledger& ledger, Family family) {
  for (const Input& input : ledger.inputs()) {
    if (input.role != Role::other_variable) continue;
    const VariableUse use = variable_row((input.name + "=").c_str())->use;
    if (use == VariableUse::refused || (use == VariableUse::refused_cl && is_cl_dialect(family)))
      return Bypass(Why::refused_variable, input.name);
  }
  return std::nullopt;
}

Understood understand_command(System& system, const Config& config, Ledger& ledger,
                              const FoundCompiler& compiler, const std::vector<std::string>& words,
                              const std::string& directory) {
  // A compiler fails where it cannot say what it has to say; a hit would not.
  if (system.console.output_is_closed()) return Bypass(Why::closed_streams);
  if (auto why = unsupported_environment(ledger, compiler.family)) return *why;
  auto expanded = expand_response_files(system.fs, {words.begin() + 1, words.end()},
                                        config.response_file_format);
  if (const Bypass* why = std::get_if<Bypass>(&expanded)) return *why;
  UnderstandInput input;
  input.family = compiler.family;
  input.is_cpp_driver = compiler.is_cpp_driver;
  input.words = std::move(std::get<Expanded>(expanded).words);
  for (std::string& file : std::get<Expanded>(expanded).files)
    ledger.file(Role::response_file, std::move(file));
  input.working_directory = directory;
  return understand(system.fs, config, input);
}

// Whether the limits are worth a look, which reads all statistics. Where sixteen runs like this one
// come to less than a thousandth of each limit, one in sixteen looks; which, the shard decides, for
// those are drawn evenly.
bool may_have_passed(const Config& config, const std::vector<StoreChange>& changes) {
  constexpr std::int64_t share = 16 * 1000;
  std::int64_t bytes = 0, files = 0;
  for (const StoreChange& change : changes) {
    bytes += std::max<std::int64_t>(change.bytes, 0);
    files += std::max<std::int64_t>(change.files, 0);
  }
  const auto matters = [](std::int64_t put, std::uint64_t limit) {
    return limit != 0 && static_cast<std::uint64_t>(put) > limit / share;
  };
  return matters(bytes, config.max_size) || matters(files, config.max_files) ||
         (!changes.empty() && changes.front().shard % 16 == 0);
}

// Keeps the cache below its limits; only a run that stored something can have passed them.
void clean(System& system, const Config& config, Log& log, const LocalStore& store) {
  if (!config.stats || !may_have_passed(config, store.changes())) return;
  const Maintenance on{system, config.cache_dir, {}, {}};
  const auto done = clean_after_put(on, {config.max_size, config.max_files});
  if (!done) tell_cache_failure(log, "Clean-up failed", done.error());
}

int run_compiler(System& system, const FoundCompiler& compiler, const Config& config,
                 const std::vector<std::string>& words) {
  std::vector<std::string> arguments(words.begin() + 1, words.end());
  std::erase(arguments, "--ccache-skip");
  const auto command =
      compiler_command(system, config, compiler, words.front(), config.prefix_command, arguments);
  if (!command) return fail(system, command.error().text());
  const auto code = system.processes.become(*command);
  return code ? *code : fail(system, code.error().text());
}

// How the run ends, for the log.
std::string ending_of(const Verdict& verdict) {
  if (const auto* bypass = std::get_if<Bypass>(&verdict))
    return fmt::format("Run the real compiler: {} ({})", row_of(bypass->counted()).doc,
                       text_of(bypass->why));
  return fmt::format("Result: {}", id_of(std::get<Served>(verdict).how));
}

// After what nobody foresaw (no memory, no thread): the compiler, found without any configuration.
int run_compiler_plainly(System& system, std::vector<std::string> words) {
  (void)take_overrides_and_launchers(words);
  if (words.empty()) return fail(system, "no compiler given");
  const auto compiler = find_compiler(system, Config(), words.front());
  return compiler ? run_compiler(system, *compiler, Config(), words)
                  : fail(system, compiler.error().text());
}

// What is known before the compile itself is looked at.
struct Call {
  std::vector<std::string> own_words;  // as deja got them
  std::vector<std::string> words;      // the compiler first
  LoadedConfig loaded;
  std::vector<StorageSpec> storages;
  FoundCompiler compiler;
  std::string directory;
  std::int64_t started_ns;
  std::int64_t started_monotonic_ns;
};

// The compiler in deja's place, with deja's configuration: nothing was looked up and nothing is
// counted, so no cache directory is made.
int run_disabled(System& system, const Call& call) {
  const Config& config = call.loaded.config;
  Log log([&system] { return system.clock.now_ns(); });
  log.enable(log_sink(system, config, nullptr));
  log_start(log, call.words, call.directory, call.loaded, call.compiler);
  log.add("Run the real compiler: disabled by the configuration");
  log.flush();
  return run_compiler(system, call.compiler, config, call.words);
}

HelperSettings helper_settings(const Config& config) {
  return {config.libexec_dirs, config.temporary_dir};
}

int run_enabled(System& system, const Call& run) {
  const Config& config = run.loaded.config;
  const auto caller_umask = config.umask ? std::optional(system.console.get_umask()) : std::nullopt;
  if (config.umask) system.console.set_umask(*config.umask);
  DebugFiles debug(config);
  Log log([&system] { return system.clock.now_ns(); });
  log.enable(log_sink(system, config, debug.log()));
  log_start(log, run.words, run.directory, run.loaded, run.compiler);

  Counts counts;
  DigestCache digests(system.fs, path::join(config.cache_dir, digest_cache_name), config.max_size);
  DigestCache* const remembered = config.inode_cache ? &digests : nullptr;
  SourceFiles files(system.fs, remembered, run.started_ns);
  Ledger ledger(system.env, files, config.sloppiness);
  write_down(ledger, run.loaded, run.compiler);
  LocalStore store(system, config.cache_dir, config.name_space);
  const bool looks_only = config.read_only || config.read_only_direct;
  RemoteTiers remote(system.clock, log, counts, run.storages,
                     looks_only ? StorageUse::look : StorageUse::look_and_store,
                     open_with(system, log, helper_settings(config)));
  const Session session{system,         config,         log,
                        counts,         store,          remote,
                        files,          ledger,         remembered,
                        run.compiler,   run.words,      run.directory,
                        run.started_ns, debug.traces(), may_observe(system, config, run.compiler),
                        caller_umask};

  const Understood understood =
      understand_command(system, config, ledger, run.compiler, run.words, run.directory);
  const Invocation* const call = std::get_if<Invocation>(&understood);
  const Answer answered =
      call != nullptr ? answer(session, *call) : Answer{std::get<Bypass>(understood), std::nullopt};
  if (answered.replayable) remember(session, *call, run.own_words, *answered.replayable);

  const Bypass* const bypass = std::get_if<Bypass>(&answered.verdict);
  if (call == nullptr) counts.add(bypass->counted());
  log.add(ending_of(answered.verdict));
  record_counts(system, config, log, counts, store.changes(), call != nullptr ? call->source : "");
  clean(system, config, log, store);
  const auto taken_ns = system.clock.monotonic_ns() - run.started_monotonic_ns;
  log.add(fmt::format("Done in {:.3f} ms", static_cast<double>(taken_ns) / 1e6));
  log.flush();
  if (config.debug) {
    const bool has_source = call != nullptr && system.fs.stat(call->source);
    debug.write(system, config,
                has_source ? call->object.path : likely_object(system.fs, run.compiler, run.words),
                run.directory);
  }
  if (caller_umask) system.console.set_umask(*caller_umask);
  return bypass != nullptr ? run_compiler(system, run.compiler, config, run.words)
                           : std::get<Served>(answered.verdict).exit_code;
}

// A wrong remote_storage is told at once, not when something is looked for there.
Result<std::vector<StorageSpec>> read_remote_storage(LoadedConfig& loaded) {
  if (loaded.config.remote_storage.empty()) return std::vector<StorageSpec>();
  auto list = parse_storage_list(loaded.config.remote_storage);
  if (!list)
    return Error{fmt::format("{}: bad value for remote_storage",
                             loaded.origins[*option_of_key("remote_storage")]),
                 "", list.error().text()};
  loaded.notes.insert(loaded.notes.end(), list->notes.begin(), list->notes.end());
  return std::move(list->storages);
}

// All of a run that goes as it should.
int wrap_call(System& system, std::vector<std::string> words) {
  const std::int64_t started_ns = system.clock.file_now_ns();
  const std::int64_t started_monotonic_ns = system.clock.monotonic_ns();
  const std::vector<std::string> own_words = words;
  const auto overrides = take_overrides_and_launchers(words);
  auto loaded = load_config(system, overrides);
  if (!loaded) return fail(system, loaded.error().text());
  const Config& config = loaded->config;
  if (words.empty()) return fail(system, "no compiler given after the settings; try 'deja --help'");
  auto storages = read_remote_storage(*loaded);
  if (!storages && !config.disable) return fail(system, storages.error().text());
  if (storages && !config.disable)
    if (const auto known = check_schemes(system, helper_settings(config), *storages); !known)
      return fail(system, known.error().text());
  auto compiler =
      find_compiler(system, config, config.compiler.empty() ? words.front() : config.compiler);
  if (!compiler) return fail(system, compiler.error().text());
  auto directory = system.fs.current_directory();
  if (!directory) return run_compiler(system, *compiler, config, words);
  const Call call{own_words,
                  std::move(words),
                  std::move(*loaded),
                  std::move(storages).value_or({}),
                  std::move(*compiler),
                  *directory,
                  started_ns,
                  started_monotonic_ns};
  return call.loaded.config.disable ? run_disabled(system, call) : run_enabled(system, call);
}

}  // namespace

int wrap(System& system, std::vector<std::string> words) {
  try {
    return wrap_call(system, words);
  } catch (const std::exception&) {
    return run_compiler_plainly(system, std::move(words));
  }
}

}  // namespace deja

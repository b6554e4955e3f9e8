// Gathers for the replay writer all that this answer depended on.
#include "wrap/remember.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "replay/writer.h"
#include "wrap/lookup.h"
#include "wrap/programs.h"
#include "wrap/serve.h"

namespace deja {

namespace {

// Settings under which a repeat must go the long way.
bool settings_allow(const Config& config) {
  const bool plain_check = config.compiler_check == "mtime" || config.compiler_check == "content" ||
                           config.compiler_check == "none" ||
                           config.compiler_check.starts_with("string:");
  return config.direct_mode && plain_check && !config.debug && !config.disable && !config.recache &&
         !config.file_clone && !config.hard_link && !config.remote_only && !config.reshare &&
         !config.read_only && !config.umask && config.stats_log.empty() &&
         config.log_file != "syslog" && config.prefix_command.empty() &&
         config.ignore_headers_in_manifest.empty();
}

// Content alone does not tell what these sources become.
bool sources_allow(const Session& session, const std::vector<std::string>& included) {
  return std::ranges::all_of(included, [&](const std::string& path) {
    const auto file = session.files.get(path);
    if (!file) return false;
    const SourceTraits& traits = (*file)->traits;
    return !traits.date_macro && !traits.time_macro && !traits.timestamp_macro && !traits.embed &&
           !traits.incbin && !traits.assembler_include;
  });
}

std::vector<ReplayFile> included_files(const Session& session,
                                       const std::vector<std::string>& paths) {
  std::vector<ReplayFile> out;
  for (const std::string& path : paths)
    if (const auto file = session.files.get(path))
      out.push_back({path, (*file)->content, (*file)->facts});
  return out;
}

void add_files(std::vector<ReplayFile>& files, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) files.push_back({path, std::nullopt});
}

// The compiler must still be the first of its name on PATH.
void add_compiler(ReplayCall& replay, const Session& session) {
  const FoundCompiler& compiler = session.compiler;
  const std::string& name =
      session.config.compiler.empty() ? session.words.front() : session.config.compiler;
  add_files(replay.files, {compiler.path});
  for (const std::string& folder : compiler.path_entries_before) {
    const std::string candidate = path::join(folder, path::file_name(name));
    // A candidate that is there was passed over (deja itself, not executable): it must stay what it
    // is.
    if (session.system.fs.lstat(candidate)) {
      add_files(replay.files, {candidate});
    } else {
      replay.absent.push_back(candidate);
    }
  }
}

void add_other_programs(ReplayCall& replay, const Session& session, const Invocation& call) {
  for (OtherProgram& program : other_programs(session, call)) {
    if (program.exists)
      replay.files.push_back({std::move(program.path), std::nullopt});
    else
      replay.absent.push_back(std::move(program.path));
  }
}

constexpr std::size_t most_inline =
    16 * 1024;  // bytes; larger outputs are taken from the result entry, where they lie raw

std::optional<std::uint64_t> offset_in_entry(const Session& session, const std::string& entry_file,
                                             std::uint8_t kind) {
  const auto beginning = session.system.fs.read_part(entry_file, 0, max_entry_header);
  const auto info = beginning ? inspect_entry(*beginning, claimed_entry_size(*beginning))
                              : Result<EntryInfo>(beginning.error());
  if (!info) return std::nullopt;
  for (const EntryPartInfo& part : info->parts)
    if (part.kind == kind && !part.compressed) return part.offset;
  return std::nullopt;
}

void add_outputs(ReplayCall& replay, const Session& session, const Invocation& call,
                 const Evidence& evidence) {
  replay.entry_file = session.store.path_of(evidence.result, EntryKind::result);
  for (const OutputFile& output : call.outputs) {
    const std::uint8_t kind = part_of(output);
    const std::string* const bytes = evidence.entry.find(kind);
    if (bytes == nullptr) continue;
    const bool large = bytes->size() > most_inline;
    replay.outputs.push_back(
        {output.path, *bytes,
         large ? offset_in_entry(session, replay.entry_file, kind) : std::nullopt});
  }
}

// The fast path fell through a record that is there: damaged? It runs before there is a log.
void tell_broken(const Session& session, const ReplayRecord& fresh) {
  if (!session.log.enabled()) return;
  const auto old = session.store.get(fresh.key, EntryKind::replay);
  if (old && *old && !is_replay_record(**old, fresh.key))
    session.log.add("Broken entry " + fresh.key.hex() + ".p: no whole replay record; replaced");
}

}  // namespace

void remember(const Session& session, const Invocation& call, const LoadedConfig& loaded,
              const std::vector<std::string>& own_words,
              const std::vector<std::string>& response_files, const Evidence& evidence) {
  const Config& config = session.config;
  if (!settings_allow(config) || evidence.all_names_matter || call.native_architecture ||
      !loaded.variables.empty())
    return;
  if (!replay_possible(session.system, own_words, config.cache_dir)) return;
  std::vector<std::string> included = {call.source};
  included.insert(included.end(), evidence.headers.begin(), evidence.headers.end());
  if (!sources_allow(session, included)) return;

  ReplayCall replay;
  replay.words = own_words;
  replay.cache_dir = config.cache_dir;
  replay.started_ns = session.started_ns;
  replay.included = included_files(session, included);
  add_compiler(replay, session);
  add_other_programs(replay, session, call);
  add_files(replay.files, loaded.files_read);
  add_files(replay.files, response_files);
  add_files(replay.files, call.files_to_hash);
  add_files(replay.files, config.extra_files_to_hash);
  add_files(replay.files, call.pch_files);
  for (const auto* missing : {&loaded.files_absent, &call.missing_files})
    replay.absent.insert(replay.absent.end(), missing->begin(), missing->end());
  replay.watched_directories = evidence.directories;
  replay.probed_names = evidence.probed_names;
  add_outputs(replay, session, call, evidence);
  if (const std::string* out = evidence.entry.find(stdout_part)) replay.out = *out;
  if (const std::string* err = evidence.entry.find(stderr_part))
    replay.err = stderr_for_caller(session, call, *err);
  replay.log_file = config.log_file;
  replay.log_lines = {"=== deja " DEJA_VERSION " ===",
                      "Command line: " + text::quoted(own_words),
                      "Working directory: " + session.working_directory,
                      "Compiler: " + session.compiler.path,
                      "Replayed: nothing that this command depends on has changed",
                      "Result: direct_cache_hit"};
  replay.counted = config.stats;

  const auto record = make_replay_record(session.system, replay);
  if (!record) {
    session.log.add("No replay record: " + record.error().text());
    return;
  }
  tell_broken(session, *record);
  const auto stored =
      session.store.put(record->key, EntryKind::replay, record->bytes, Overwrite::yes);
  if (stored) session.log.add("Replay record " + record->key.hex() + " stored");
  if (!stored) tell_cache_failure(session.log, "Cache not written", stored.error());
}

}  // namespace deja

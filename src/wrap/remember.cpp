// Gathers for the replay writer all that this answer depended on.
#include "wrap/remember.h"

#include <span>

#include "base/text.h"
#include "replay/writer.h"
#include "wrap/serve.h"

namespace deja {

namespace {

// The ledger as the replay writer takes it. An error names the input that forbids a replay.
Result<void> add_inputs(ReplayCall& replay, std::span<const Input> inputs) {
  for (const Input& input : inputs) {
    switch (row_of(input.role).replay) {
      case OnReplay::in_call:
        break;
      case OnReplay::facts:
        if (input.kind == Input::Kind::absent)
          replay.absent.push_back(input.name);
        else
          replay.files.push_back({input.name, std::nullopt, input.facts});
        break;
      case OnReplay::content:
        replay.included.push_back({input.name, input.content, input.facts});
        break;
      case OnReplay::names:
        (input.kind == Input::Kind::directory ? replay.watched_directories : replay.probed_names)
            .push_back(input.name);
        break;
      case OnReplay::forbid:
        return Error{std::string(row_of(input.role).id), input.name, "it can change unseen"};
    }
  }
  return {};
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

void remember(const Session& session, const Invocation& call,
              const std::vector<std::string>& own_words, const Evidence& evidence) {
  const Config& config = session.config;
  if (!replay_possible(session.system, own_words, config.cache_dir)) return;
  ReplayCall replay;
  if (const auto done = add_inputs(replay, session.ledger.inputs()); !done) {
    session.log.add("No replay record: " + done.error().text());
    return;
  }
  replay.words = own_words;
  replay.cache_dir = config.cache_dir;
  replay.started_ns = session.started_ns;
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

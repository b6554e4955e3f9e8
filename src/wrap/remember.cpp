// Gathers for the replay writer all that this answer depended on.
#include "wrap/remember.h"

#include <span>

#include "base/text.h"
#include "replay/writer.h"
#include "wrap/deliver.h"

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

void add_outputs(ReplayCall& replay, const Session& session, const Invocation& call,
                 const Found& found) {
  replay.entry_file = session.store.path_of(found.result, EntryKind::result);
  for (const OutputFile& output : call.outputs)
    if (const std::string* const bytes = bytes_for(found.entry, output))
      replay.outputs.push_back({output.path, *bytes});
}

// Hot copies and records get a tenth of the cache; one alone, a small part of that.
bool has_room_for(const ReplayRecord& record, const Config& config) {
  constexpr std::uint64_t share = 10 * 32;
  const std::uint64_t size = record.bytes.size() + record.hot_copy.size();
  return config.max_size == 0 || size <= config.max_size / share;
}

// The copy first: a record must find it.
Result<void> store(const Session& session, const ReplayRecord& record) {
  if (!record.hot_copy.empty())
    if (auto done =
            session.store.put(record.key, EntryKind::hot_copy, record.hot_copy, Overwrite::yes);
        !done)
      return done;
  return session.store.put(record.key, EntryKind::replay, record.bytes, Overwrite::yes);
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
              const std::vector<std::string>& own_words, const Found& found) {
  const Config& config = session.config;
  if (!replay_possible(session.system, own_words, config.cache_dir)) return;
  if (!call.makes_files.empty()) {
    session.log.add("No replay record: files are made besides the outputs");
    return;
  }
  ReplayCall replay;
  if (const auto done = add_inputs(replay, session.ledger.inputs()); !done) {
    session.log.add("No replay record: " + done.error().text());
    return;
  }
  replay.words = own_words;
  replay.cache_dir = config.cache_dir;
  replay.started_ns = session.started_ns;
  add_outputs(replay, session, call, found);
  if (const std::string* out = found.entry.find(stdout_part)) replay.out = *out;
  if (const std::string* err = found.entry.find(stderr_part))
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
  if (!has_room_for(*record, config)) {
    session.log.add("No replay record: the outputs are large beside max_size");
    return;
  }
  tell_broken(session, *record);
  const auto stored = store(session, *record);
  if (stored) session.log.add("Replay record " + record->key.hex() + " stored");
  if (!stored) tell_cache_failure(session.log, "Cache not written", stored.error());
}

}  // namespace deja

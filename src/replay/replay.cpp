// The fast path on top of System.
#include "replay/replay.h"

#include <memory>

#include "replay/fast_path.h"
#include "replay/system_calls.h"

namespace deja {

bool replay_call(System& system, const std::vector<std::string>& words) {
  const replay::CallText text(system, words);
  if (text.call().working_directory.empty()) return false;
  const auto room = std::make_unique_for_overwrite<replay::Room>();
  replay::SystemCalls calls(system);
  return replay::Replay(calls, *room).serve(text.call());
}

bool is_launcher(const std::string& word) { return replay::is_own_name(word); }

}  // namespace deja

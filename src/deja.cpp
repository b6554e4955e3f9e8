// deja: what every compile runs. The first word decides: an option of deja's own, which deja-manage
// carries out, or a compiler to wrap.
#include <string>
#include <vector>

#include "config/companion.h"
#include "config/load.h"
#include "replay/call.h"
#include "replay/replay.h"
#include "sys/system.h"
#include "wrap/wrap.h"

namespace {

// Becomes deja-manage, with the words as they came. A configuration that is wrong is for that
// program to tell about.
int become_manager(deja::System& system, std::vector<std::string> words) {
  const auto loaded = deja::load_config(system, {});
  const auto program =
      deja::find_companion(system, loaded ? loaded->config : deja::Config(), "deja-manage");
  const auto code = program ? system.processes.become({*program, std::move(words), {}})
                            : deja::Result<int>(program.error());
  if (code) return *code;
  system.console.write_err("deja: error: " + code.error().text() + "\n");
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words = deja::native_arguments(argc, argv);
  deja::System& system = deja::native_system();
  // Called by its own name; anything else is a link named like a compiler.
  const bool own_name = words.empty() || deja::replay::is_own_name(words[0]);
  if (own_name && (words.size() < 2 || words[1].starts_with('-')))
    return become_manager(system, std::move(words));
  if (own_name) words.erase(words.begin());
  if (DEJA_STARTS_FAST == 0 && deja::replay_call(system, words)) return 0;
  return deja::wrap(system, std::move(words));
}

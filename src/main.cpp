// deja: a compiler cache. The first word decides: an option of deja's own, or a compiler to wrap.
#include <string>
#include <vector>

#include "manage/manage.h"
#include "replay/call.h"
#include "replay/replay.h"
#include "sys/system.h"
#include "wrap/wrap.h"

int main(int argc, char** argv) {
  std::vector<std::string> words = deja::native_arguments(argc, argv);
  deja::System& system = deja::native_system();
  // Called by its own name; anything else is a link named like a compiler.
  const bool own_name = words.empty() || deja::replay::is_own_name(words[0]);
  if (own_name && !words.empty()) words.erase(words.begin());
  if (own_name && (words.empty() || words[0].starts_with('-'))) return deja::manage(system, words);
  if (DEJA_STARTS_FAST == 0 && deja::replay_call(system, words)) return 0;
  return deja::wrap(system, std::move(words));
}

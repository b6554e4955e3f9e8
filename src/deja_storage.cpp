// deja-storage: the helper between compiler caches and remote storage; one process for each user
// and storage.
#include <cstdlib>
#include <string>
#include <vector>

#include "helper/helper.h"
#include "sys/system.h"

int main(int argc, char** argv) {
  std::vector<std::string> words = deja::native_arguments(argc, argv);
  if (!words.empty()) words.erase(words.begin());
  // Threads may still be serving: nothing that they use is taken down.
  std::_Exit(deja::helper::run_helper(deja::native_system(), words));
}

// deja-manage: what people run to look after a cache; `deja OPTIONS` becomes it.
#include <string>
#include <vector>

#include "manage/manage.h"
#include "sys/system.h"

int main(int argc, char** argv) {
  std::vector<std::string> words = deja::native_arguments(argc, argv);
  if (!words.empty()) words.erase(words.begin());
  return deja::manage(deja::native_system(), words);
}

// Options of deja itself: statistics, limits, clean-up, configuration.
#pragma once

#include <string>
#include <vector>

#include "sys/system.h"

namespace deja {

// `words`: argv without the program's name, the first one an option. Returns 0 or 1.
int manage(System& system, const std::vector<std::string>& words);

}  // namespace deja

// All of deja-storage but its entry point.
#pragma once

#include <string>
#include <vector>

#include "sys/system.h"

namespace deja::helper {

// Runs until it is idle or told to stop; the exit code.
int run_helper(System& system, const std::vector<std::string>& words);

}  // namespace deja::helper

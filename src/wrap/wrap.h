// Wrapping a compiler: the pass list from command line to served outputs.
#pragma once

#include <string>
#include <vector>

#include "sys/system.h"

namespace deja {

// `words`: argv from the compiler's name on. Returns the exit code. Whatever goes wrong inside, the
// real compiler runs.
int wrap(System& system, std::vector<std::string> words);

}  // namespace deja

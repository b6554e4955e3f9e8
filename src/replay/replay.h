// The fast path for callers that have a System: main(), where the program did not start with it (start.cpp).
#pragma once

#include <string>
#include <vector>

#include "sys/system.h"

namespace deja {

// True when the program has tried the fast path before main() began, so that there is no sense in trying again.
inline constexpr bool starts_fast = DEJA_STARTS_FAST != 0;

// Answers `words` (the compiler's name or the KEY=VALUE words before it first) from its replay record. True: all is done, the exit code is
// 0.
bool replay_call(System& system, const std::vector<std::string>& words);

}  // namespace deja

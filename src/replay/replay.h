// The fast path for callers that have a System: main(), where the program did not start with it
// (start.cpp; DEJA_STARTS_FAST).
#pragma once

#include <string>
#include <vector>

#include "sys/system.h"

namespace deja {

// Answers `words` (the compiler's name or the KEY=VALUE words before it first) from its replay
// record. True: all is done, the exit code is 0.
bool replay_call(System& system, const std::vector<std::string>& words);

// Whether a word names deja, or the program whose place it takes.
bool is_launcher(const std::string& word);

}  // namespace deja

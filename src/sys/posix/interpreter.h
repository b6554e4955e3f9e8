// The second program that the system opens when it executes a file.
#pragma once

#include <string>

namespace deja::posix {

// The interpreter of a script ("#!"), the dynamic loader of an ELF program of this machine's word
// size; "" where there is none, and where the file cannot be read. A name as it stands in the file.
std::string interpreter_of(const std::string& file);

}  // namespace deja::posix

// The real compiler as a command: its first word, what it is run through, its environment.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/identify.h"
#include "config/config.h"
#include "sys/process.h"
#include "sys/system.h"

namespace deja {

// `typed arguments…`, to be run through the words of `prefix` (prefix_command, prefix_command_cpp,
// or ""). Should one of its children be deja again, it only runs the compiler. `typed`: the
// compiler as the caller named it. Error: the program of `prefix` is not found.
Result<Command> compiler_command(System& system, const Config& config,
                                 const FoundCompiler& compiler, const std::string& typed,
                                 const std::string& prefix,
                                 const std::vector<std::string>& arguments);

}  // namespace deja

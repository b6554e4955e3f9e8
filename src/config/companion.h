// deja's other programs: where the one that every compile runs finds them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config.h"
#include "sys/system.h"

namespace deja {

// The path of `name` ("deja-manage"; on Windows with .exe behind it): in libexec_dirs, beside this
// program, in ../libexec/deja seen from there, on PATH. Error: in none of these, which it names.
Result<std::string> find_companion(System& system, const Config& config, std::string_view name);

}  // namespace deja

// The text of a configuration file: lines to keys and values, and back with one value changed. No
// file is touched here.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace deja {

// One `key = value`, its continuation lines joined by single blanks; variables are not expanded
// yet.
struct Setting {
  std::size_t line;  // of the key, from 1
  std::string key;
  std::string value;
};

// All settings in order, the same key twice if it is there twice. The error names `file` and the
// line.
Result<std::vector<Setting>> parse_settings(std::string_view text, const std::string& file);

// `text` with `key` set to `value` (one line): the last setting of the key is replaced, or a line
// is added at the end. Comments, blank lines and everything else stay as they are.
std::string with_setting(std::string_view text, std::string_view key, std::string_view value);

using VariableLookup = std::function<std::optional<std::string>(const std::string&)>;
// Replaces $NAME and ${NAME} by the variable and $$ by a dollar sign; a dollar sign before anything
// else stays. The error's reason tells of a variable that is not set or a brace that is not closed.
Result<std::string> expand_variables(std::string_view value, const VariableLookup& lookup);

}  // namespace deja

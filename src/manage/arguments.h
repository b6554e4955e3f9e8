// The command line of deja itself, read by CLI11 into the options that were asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "manage/manage_options.h"

namespace deja {

struct Asked {
  const ManageOption* option;
  std::string value;  // "" for an option without
};

// In the order of the command line.
using AskedList = std::vector<Asked>;

// `words`: argv without the program's name. A long name may be cut short as long as only one option
// begins so; a value that begins with "--" is written behind an equals sign. Errors: an unknown or
// ambiguous option, a missing value, a value too many, a word that is no option.
Result<AskedList> read_arguments(const std::vector<std::string>& words);

// The last value given for `name`, such as "--threads".
std::optional<std::string> value_of(const AskedList& asked, std::string_view name);

}  // namespace deja

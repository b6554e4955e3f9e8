// What the table of options looks like to people and shells: --help, the man page, completions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "manage/tables.h"

namespace deja {

std::string help_text(const Painter& paint);

// deja(1) in the man macros of roff: the options, and the configuration keys from their table.
std::string man_page();

// The completion script for "bash", "zsh" or "fish"; nullopt for another shell. Words that are no
// options of deja complete as a command does.
std::optional<std::string> completion_script(std::string_view shell);

}  // namespace deja

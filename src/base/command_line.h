// Windows' one-string command lines: how programs split them, and how to write one that they split
// as meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace deja {

// Splits as the C run-time does ("Parsing C command-line arguments", learn.microsoft.com): blanks
// separate, 2n backslashes before a quote are n, an odd one more makes the quote literal, "" inside
// quotes is one. The first word is a program's path, where a backslash is plain.
std::vector<std::string> split_command_line(std::string_view line);
// One word as split_command_line() reads it back; quoted only where it must be.
std::string quoted_word(std::string_view word);
// argv as one string; a quote cannot occur in a program's path, so the first word is quoted without
// escapes.
std::string command_line_of(const std::vector<std::string>& argv);

}  // namespace deja

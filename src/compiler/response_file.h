// Splitting the text of a response file into words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace deja {

// As GCC and Clang do on POSIX systems.
std::vector<std::string> split_posix_response(std::string_view content);
// As cl and clang-cl do; UTF-16 with a byte order mark becomes UTF-8.
std::vector<std::string> split_windows_response(std::string_view content);

}  // namespace deja

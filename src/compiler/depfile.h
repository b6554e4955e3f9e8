// Dependency files as gcc and clang write them (make rules): reading prerequisites.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace deja {

// All prerequisites of the first rule in order, unescaped ("\ ", "\#", "$$", line continuations),
// duplicates removed. Never fails: text that is no rule yields nothing.
std::vector<std::string> parse_depfile(std::string_view text);

// The lines of /showIncludes output that start with `prefix`: header paths in order, duplicates
// removed, and the text without those lines.
struct ShowIncludes {
  std::vector<std::string> headers;
  std::string rest;
};
ShowIncludes parse_show_includes(std::string_view text, std::string_view prefix);

}  // namespace deja

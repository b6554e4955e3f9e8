// Dependency files as gcc and clang write them (make rules): reading prerequisites.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deja {

// All prerequisites of the first rule in order, unescaped ("\ ", "\#", "$$", line continuations),
// duplicates removed. Never fails: text that is no rule yields nothing.
std::vector<std::string> parse_depfile(std::string_view text);

// How a compiler breaks the lines of its rules.
enum class RuleStyle : unsigned char { gcc, clang };

// `text` with other targets in its first rule, exactly as the compiler would have written it for
// them: `targets` are escaped already. nullopt where the text is not laid out as that compiler does
// and has other targets.
std::optional<std::string> with_targets(std::string_view text,
                                        const std::vector<std::string>& targets, RuleStyle style);
// A name as a target, escaped as for -MQ.
std::string quoted_target(std::string_view name);

// The lines of /showIncludes output that start with `prefix`: header paths in order, duplicates
// removed, and the text without those lines.
struct ShowIncludes {
  std::vector<std::string> headers;
  std::string rest;
};
ShowIncludes parse_show_includes(std::string_view text, std::string_view prefix);

}  // namespace deja

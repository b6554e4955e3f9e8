// The headers that a source asks for before its first token.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace deja {

struct LeadingInclude {
  std::string name;  // as written between the quotes or brackets
  bool quoted = false;

  bool operator==(const LeadingInclude&) const = default;
};

// Of these alone gcc reads a precompiled form: "You can't use a precompiled header once the first C
// token is seen" (GCC manual, Using Precompiled Headers). Both sides of a condition count, since
// nothing is evaluated; a name that a macro gives is not seen.
std::vector<LeadingInclude> leading_includes(std::string_view source);

}  // namespace deja

// What a C or C++ source says without its comments: two files of one code digest have the same
// tokens in the same lines and columns.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace deja {

// `text` with comments blanked out, byte for byte, and without the blanks at the ends of lines; in
// a comment that goes on, a line's end is marked, for it ends no directive. nullopt where comments
// cannot be told from code with certainty (raw strings, what no compiler should see), or where a
// comment itself may be told of: one within another, a line that a comment continues, a
// fall-through, letters that are not ASCII.
std::optional<std::string> without_comments(std::string_view text);

// The digest of that; nullopt as above.
std::optional<Digest> code_digest(std::string_view text);

}  // namespace deja

// For tests whose paths have a meaning only in POSIX style, on fakes that know no other: test(… *
// posix_paths()).
#pragma once

#include <doctest/doctest.h>

#include "base/path.h"

namespace deja {

inline doctest::skip posix_paths() { return doctest::skip(native_style == PathStyle::windows); }

}  // namespace deja

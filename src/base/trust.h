// When what a stat says may be trusted: ONE age, in one place.
#pragma once

#include <algorithm>
#include <cstdint>

namespace deja {

// A file's times and size say nothing about its content while it is younger than this: the clock
// that stamps files ticks in milliseconds, on some file systems in whole or every second seconds,
// and what writes a file may write it again within one tick. 2 s; a program for tests is linked
// with less. It has a C name, since replay's start has a namespace of its own.
extern "C" const std::int64_t trust_age_ns;

// No change after `now_ns` can leave these times as they are.
inline bool is_settled(std::int64_t mtime_ns, std::int64_t ctime_ns, std::int64_t now_ns) {
  return std::max(mtime_ns, ctime_ns) <= now_ns - trust_age_ns;
}

}  // namespace deja

// Windows' times (ticks of 100 ns since 1601) and ours (nanoseconds since 1970).
#pragma once

#include "sys/win32/win32_call.h"

namespace deja::win32 {

inline constexpr std::int64_t ticks_until_1970 = 116'444'736'000'000'000;

constexpr std::int64_t since_1970_ns(std::int64_t ticks) {
  return (ticks - ticks_until_1970) * 100;
}
constexpr std::int64_t since_1970_ns(FILETIME time) {
  return since_1970_ns(std::int64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime);
}
constexpr FILETIME file_time(std::int64_t ns) {
  const std::int64_t ticks = ns / 100 + ticks_until_1970;
  return {static_cast<DWORD>(ticks), static_cast<DWORD>(ticks >> 32)};
}

}  // namespace deja::win32

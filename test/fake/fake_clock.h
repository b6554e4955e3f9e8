// A clock that stands still until a test moves it.
#pragma once

#include "sys/system.h"

namespace deja {

class FakeClock final : public Clock {
 public:
  std::int64_t time_ns = 1'700'000'000'000'000'000;  // 2023-11-14 22:13:20 UTC
  std::int64_t tick_ns = 0;                          // how far each now_ns() moves it
  std::int64_t file_lag_ns = 0;                      // how far files' stamps are behind

  void advance(std::int64_t nanoseconds) { time_ns += nanoseconds; }
  void advance_seconds(std::int64_t seconds) { advance(seconds * 1'000'000'000); }

  // Standing still it is only read, by several threads perhaps.
  std::int64_t now_ns() override {
    return tick_ns == 0 ? time_ns : std::exchange(time_ns, time_ns + tick_ns);
  }
  std::int64_t file_now_ns() override { return time_ns - file_lag_ns; }
  std::int64_t monotonic_ns() override { return time_ns; }
  // UTC, so that no test depends on a time zone; counts days from the start of time_ns' default
  // day.
  LocalTime local(std::int64_t since_1970_ns) override {
    const std::int64_t seconds =
        since_1970_ns / 1'000'000'000 - 1'699'920'000;  // since 2023-11-14 00:00:00
    const auto part = [&](std::int64_t unit, std::int64_t limit) {
      return static_cast<int>(seconds / unit % limit);
    };
    return {2023,           11,           14 + static_cast<int>(seconds / 86400),
            part(3600, 24), part(60, 60), part(1, 60)};
  }
};

}  // namespace deja

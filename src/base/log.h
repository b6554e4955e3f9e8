// The log of one run: lines gather in memory with their times and become one record for the appender (sys/fs.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace deja {

struct LogLine {
  std::int64_t time_ns;  // since 1970, UTC
  std::string text;
};

// Collects what a run has to tell. Where it goes is the app's business: log file, syslog, a debug file.
class Log {
 public:
  // `now` gives nanoseconds since 1970. Without `enabled`, add() does nothing and costs a branch.
  explicit Log(std::function<std::int64_t()> now) : now_(std::move(now)) {}

  bool enabled() const { return enabled_; }
  void enable() { enabled_ = true; }

  void add(std::string_view text) {
    if (enabled_) lines_.push_back({now_(), std::string(text)});
  }

  const std::vector<LogLine>& lines() const { return lines_; }
  // Takes what has gathered since the last take.
  std::vector<LogLine> take() { return std::exchange(lines_, {}); }

 private:
  std::function<std::int64_t()> now_;
  bool enabled_ = false;
  std::vector<LogLine> lines_;
};

}  // namespace deja

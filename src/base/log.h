// The log of one run: lines gather in memory with their times and become one record for the
// appender (sys/fs.h).
#pragma once

#include <algorithm>
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

// Collects what a run has to tell, and hands it over in few, large pieces. Where it goes is the
// sink's business: log file, syslog, a debug file.
class Log {
 public:
  using Sink = std::function<void(const std::vector<LogLine>&)>;

  // `now` gives nanoseconds since 1970. Until enable(), add() does nothing and costs a branch.
  explicit Log(std::function<std::int64_t()> now) : now_(std::move(now)) {}

  bool enabled() const { return static_cast<bool>(sink_); }
  void enable(Sink sink) { sink_ = std::move(sink); }

  void add(std::string_view text) {
    if (!enabled()) return;
    lines_.push_back({now_(), std::string(text)});
    gathered_ += text.size();
    if (gathered_ > most_gathered) flush();
  }

  // The first of a run on this topic: one full disk makes every write to the cache fail, and one
  // line tells it.
  void add_first(std::string_view topic, std::string_view text) {
    if (!enabled() || std::find(topics_.begin(), topics_.end(), topic) != topics_.end()) return;
    topics_.emplace_back(topic);
    add(text);
  }

  // Before the compiler starts (it may run for minutes, or be killed with us) and at the end.
  void flush() {
    if (!enabled() || lines_.empty()) return;
    gathered_ = 0;
    sink_(std::exchange(lines_, {}));
  }

 private:
  static constexpr std::size_t most_gathered = 64 * 1024;  // bytes of text

  std::function<std::int64_t()> now_;
  Sink sink_;
  std::vector<LogLine> lines_;
  std::vector<std::string> topics_;  // of add_first()
  std::size_t gathered_ = 0;
};

}  // namespace deja

// What a helper counts, for INFO and METRICS.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "helper/far.h"

namespace deja::helper {

struct Counts {
  std::uint64_t gets = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t puts = 0;
  std::uint64_t stored = 0;
  std::uint64_t kept = 0;
  std::uint64_t removes = 0;
  std::uint64_t shared = 0;      // gets that waited for another one's answer
  std::uint64_t remembered = 0;  // answered without asking: known to be there, or not to be
  std::uint64_t refused = 0;     // by the breaker
  std::uint64_t bytes_in = 0;    // of entries
  std::uint64_t bytes_out = 0;
  std::uint64_t queued = 0;   // puts that were promised
  std::uint64_t dropped = 0;  // and not kept: the server refuses, or the queue is full
  std::array<std::uint64_t, 9> failures{};  // by Failure::Kind
};

// A name for people and for JSON.
std::string_view name_of(Failure::Kind kind);

class Metrics {
 public:
  // Changes the counts.
  template <class Change>
  void count(Change change) {
    const std::lock_guard lock(mutex_);
    change(counts_);
  }
  void count_failure(const Failure& failure) {
    count([&](Counts& all) { ++all.failures[static_cast<std::size_t>(failure.kind)]; });
  }
  // How long the far side took for a get.
  void add_latency(std::chrono::nanoseconds took);

  Counts counts() const;
  // Of the last gets; 0 where there were none. `share` 0.5 is the median.
  std::chrono::microseconds latency(double share) const;

 private:
  static constexpr std::size_t most_latencies = 256;

  mutable std::mutex mutex_;
  Counts counts_;
  std::vector<std::int64_t> latencies_;  // µs, a ring
  std::size_t next_ = 0;
};

// One JSON object; `more` is put behind the counts: "name": value, each ready.
std::string metrics_json(const Metrics& metrics,
                         const std::vector<std::pair<std::string, std::string>>& more);
// The same as lines "name: value" of what is not zero.
std::vector<std::string> metrics_lines(const Metrics& metrics);

}  // namespace deja::helper

// Statistics: every run appends fixed-size records to one file through the appender; readers sum, maintenance folds. Byte layout: docs/formats.md.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/outcome.h"
#include "base/result.h"
#include "cache/local_store.h"
#include "sys/system.h"

namespace deja {

inline constexpr unsigned shard_count = 256;

// One run's counts.
class Counts {
 public:
  void add(Outcome outcome, std::int64_t n = 1) { values_[static_cast<std::size_t>(outcome)] += n; }
  std::int64_t operator[](Outcome outcome) const { return values_[static_cast<std::size_t>(outcome)]; }
  bool any() const;

 private:
  std::array<std::int64_t, outcome_limit> values_{};
};

// The whole cache's sums.
struct Totals {
  Counts counts;
  std::array<std::int64_t, shard_count> shard_bytes{};
  std::array<std::int64_t, shard_count> shard_files{};
  std::int64_t zeroed_ns = 0;   // since 1970; 0 never
  std::int64_t updated_ns = 0;
  std::int64_t bytes() const;
  std::int64_t files() const;
};

class Stats {
 public:
  Stats(System& system, std::string cache_dir);

  // One append. Folds when the file has grown past 64 KiB (while it holds the lock anyway).
  Result<void> record(const Counts& counts, const std::vector<StoreChange>& changes);
  Result<Totals> read();
  Result<void> zero();  // the counters, not the sizes
  // Replaces a shard's size and file count by what a listing found.
  Result<void> set_shard(unsigned shard, std::int64_t bytes, std::int64_t files);

 private:
  System& system_;
  std::string file_;
};

}  // namespace deja

// Statistics: every run appends fixed-size records to one file through the appender; readers sum,
// maintenance folds. Byte layout: docs/formats.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/outcome.h"
#include "base/result.h"
#include "store/local_store.h"
#include "sys/system.h"

namespace deja {

// One run's counts.
class Counts {
 public:
  void add(Outcome outcome, std::int64_t n = 1) { values_[static_cast<std::size_t>(outcome)] += n; }
  std::int64_t operator[](Outcome outcome) const {
    return values_[static_cast<std::size_t>(outcome)];
  }
  bool any() const;

 private:
  std::array<std::int64_t, outcome_limit> values_{};
};

// The whole cache's sums.
struct Totals {
  Counts counts;
  std::array<std::int64_t, shard_count> shard_bytes{};
  std::array<std::int64_t, shard_count> shard_files{};
  std::int64_t hot_bytes = 0;     // of those bytes, what replay records and hot copies take up
  std::int64_t digest_bytes = 0;  // of the digest cache, which is in no shard
  std::int64_t zeroed_ns = 0;     // since 1970, whole seconds; 0 never
  std::int64_t updated_ns = 0;    // since 1970; 0 never
  std::int64_t bytes() const;     // of all shards, none less than zero, and of the digest cache
  std::int64_t files() const;
};

// What a listing found in a shard.
struct ShardSize {
  unsigned shard = 0;
  std::int64_t bytes = 0;
  std::int64_t files = 0;
};

// The records of one run, as they are appended: a multiple of 64 bytes, none when there is nothing
// to tell.
std::string encode_run(const Counts& counts, const std::vector<StoreChange>& changes,
                       std::int64_t now_ns);

class Stats {
 public:
  Stats(System& system, std::string cache_dir);

  // One append. One process in sixteen then looks whether the file has grown past 64 KiB, and folds
  // it.
  Result<void> record(const Counts& counts, const std::vector<StoreChange>& changes);
  // Nothing recorded yet: zeros.
  Result<Totals> read();
  Result<void> zero();  // the counters, not the sizes
  // Replaces shards' sizes and file counts by what a listing found; `hot_bytes`, where all shards
  // were listed.
  Result<void> set_shards(const std::vector<ShardSize>& shards,
                          std::optional<std::int64_t> hot_bytes = std::nullopt);
  // Puts one sum in the place of the records, those of processes that found the file locked
  // included.
  Result<void> fold();

 private:
  Result<void> append(std::string_view records);
  Result<FileFacts> read_file(const std::string& path, std::string& into);
  Result<void> leave_aside(std::string_view records);
  std::vector<std::string> names_aside();
  Result<void> move_log_aside();
  Result<void> sum_up_aside();

  System& system_;
  std::string cache_dir_;
  std::string file_;
  std::string fold_lock_;
};

}  // namespace deja

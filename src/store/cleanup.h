// Maintenance: size and file limits, clearing, eviction, recompression. Never blocks a hit or a
// put.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/stats.h"
#include "sys/system.h"

namespace deja {

struct Limits {
  std::uint64_t bytes = 0;  // 0 none
  std::uint64_t files = 0;  // 0 none
};

// Called after each shard with (shards done, shards in all), by whichever worker did it.
using Progress = std::function<void(unsigned, unsigned)>;
// Runs what it is given, in as many threads as it sees fit, and returns when all have ended.
using Workers = std::function<void(const std::function<void()>& work)>;

struct MaintenanceReport {
  std::int64_t files_removed = 0;
  std::int64_t bytes_removed = 0;
  std::int64_t files_failed = 0;  // could not be removed or rewritten
  std::int64_t files_rewritten = 0;
};

struct Maintenance {
  System& system;
  std::string cache_dir;
  Workers workers = {};  // empty: this thread alone
  Progress progress = {};
};

// After a put: when the cache is over a limit, removes the coldest entries to 90 % of it. Cheap
// when it is not; nothing when another process is at it.
Result<MaintenanceReport> clean_after_put(const Maintenance& on, const Limits& limits);
// -c: recount, remove left-over temporaries, evict to 90 % where a limit is passed. Replay records
// and hot copies go first, and take up a tenth of the limit on bytes at most.
Result<MaintenanceReport> clean_all(const Maintenance& on, const Limits& limits);
Result<MaintenanceReport> clear_all(const Maintenance& on);  // -C
// Of one namespace, or of all when `only_namespace` is empty.
Result<MaintenanceReport> evict_older_than(const Maintenance& on, std::int64_t age_ns,
                                           const std::string& only_namespace);
Result<MaintenanceReport> evict_namespace(const Maintenance& on, const std::string& name);
// Results keep the time of their last use.
Result<MaintenanceReport> recompress(const Maintenance& on,
                                     std::optional<int> level);  // nullopt: uncompressed

struct CompressionReport {
  std::uint64_t stored = 0, raw = 0, compressed_entries = 0, entries = 0,
                unreadable = 0;  // bytes but for the counts; results only
};
Result<CompressionReport> compression_report(const Maintenance& on);  // -x

}  // namespace deja

// Maintenance as lists of steps over the shards: list, decide, remove or rewrite, set the accounts
// right.
#include "store/cleanup.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/path.h"
#include "store/shard_files.h"

namespace deja {

namespace {

constexpr std::int64_t whole_cache_files =
    16384;  // up to here the coldest of all go; beyond, those of the fullest shards
constexpr std::uint64_t hot_share = 10;  // of the limit on bytes, for what is made for speed
constexpr std::string_view lock_name = "cleanup.lock";

// What may stay: 90 % of a limit that is passed, whatever is there for one that is not.
struct Target {
  std::int64_t bytes = INT64_MAX;
  std::int64_t files = INT64_MAX;
  std::int64_t hot = INT64_MAX;  // bytes of replay records and hot copies
};

std::int64_t as_signed(std::uint64_t limit) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(limit, INT64_MAX));
}

bool over(std::int64_t used, std::uint64_t limit) { return limit != 0 && used > as_signed(limit); }
// What counts against the limits.
struct Used {
  std::int64_t bytes = 0, files = 0, hot = 0;
};
Used used_of(const Totals& totals) { return {totals.bytes(), totals.files(), totals.hot_bytes}; }

bool over(const Used& used, const Limits& limits) {
  return over(used.bytes, limits.bytes) || over(used.files, limits.files) ||
         over(used.hot, limits.bytes / hot_share);
}

std::int64_t nine_tenths(std::uint64_t limit) {
  return as_signed(limit / 10 * 9 + limit % 10 * 9 / 10);
}

// `elsewhere`: bytes that count but are in no shard, so that none of them can go.
Target target_of(const Used& used, const Limits& limits, std::int64_t elsewhere) {
  Target target;
  if (over(used.bytes, limits.bytes))
    target.bytes = std::max<std::int64_t>(nine_tenths(limits.bytes) - elsewhere, 0);
  if (over(used.files, limits.files)) target.files = nine_tenths(limits.files);
  if (over(used.hot, limits.bytes / hot_share)) target.hot = nine_tenths(limits.bytes / hot_share);
  return target;
}

ShardSize size_of(const ShardWork& work) {
  ShardSize size{work.change.shard, 0, 0};
  for (const StoredFile& file : work.files) {
    size.bytes += file.bytes();
    size.files += counted_files(file.name.kind);
  }
  return size;
}

std::int64_t hot_bytes_of(const ShardWork& work) {
  std::int64_t bytes = 0;
  for (const StoredFile& file : work.files)
    if (is_hot(file.name.kind)) bytes += file.bytes();
  return bytes;
}

enum class Fate : unsigned char { stays, goes, stuck };
using Fates = std::vector<std::vector<Fate>>;  // of each file of each shard

// Lets files go, those that are stuck left out, until the rest is within `target`: first what was
// made for speed alone, then the coldest of all others. False when none needs to go, or can.
bool choose_coldest(const std::vector<ShardWork*>& works, const Target& target, Fates& fates) {
  struct Candidate {
    bool last;
    std::int64_t mtime_ns;
    std::uint32_t work, file;
    auto rank() const { return std::pair(last, mtime_ns); }
  };
  std::int64_t bytes = 0, files = 0, hot = 0;
  std::size_t count = 0;
  for (const ShardWork* work : works) {
    const ShardSize size = size_of(*work);
    bytes += size.bytes;
    files += size.files;
    hot += hot_bytes_of(*work);
    count += work->files.size();
  }
  if (bytes <= target.bytes && files <= target.files && hot <= target.hot) return false;
  std::vector<Candidate> candidates;
  candidates.reserve(count);
  for (std::uint32_t w = 0; w < works.size(); ++w)
    for (std::uint32_t f = 0; f < works[w]->files.size(); ++f)
      if (fates[w][f] == Fate::stays) {
        const StoredFile& file = works[w]->files[f];
        candidates.push_back({!is_hot(file.name.kind), file.mtime_ns, w, f});
      }
  // A heap: mostly a tenth of them goes, and the others need no order.
  const auto warmer = [](const Candidate& a, const Candidate& b) { return a.rank() > b.rank(); };
  std::make_heap(candidates.begin(), candidates.end(), warmer);

  bool any = false;
  for (; !candidates.empty() && (bytes > target.bytes || files > target.files || hot > target.hot);
       candidates.pop_back()) {
    std::pop_heap(candidates.begin(), candidates.end(), warmer);
    const Candidate& candidate = candidates.back();
    const StoredFile& file = works[candidate.work]->files[candidate.file];
    // What is no file in the accounts goes only to make room.
    const bool too_hot = is_hot(file.name.kind) && hot > target.hot;
    const bool too_many = counted_files(file.name.kind) != 0 && files > target.files;
    if (bytes <= target.bytes && !too_hot && !too_many) continue;
    fates[candidate.work][candidate.file] = Fate::goes;
    any = true;
    bytes -= file.bytes();
    files -= counted_files(file.name.kind);
    if (is_hot(file.name.kind)) hot -= file.bytes();
  }
  return any;
}

// Removes the shard's files that are to go; what cannot be removed is stuck.
void remove_chosen(const Maintenance& on, ShardWork& work, std::vector<Fate>& fates) {
  std::size_t kept = 0;
  for (std::size_t f = 0; f < work.files.size(); ++f) {
    if (fates[f] == Fate::goes) {
      const std::int64_t failed = work.report.files_failed;
      remove_file(on, work.files[f], work);
      if (work.report.files_failed == failed) continue;
      fates[f] = Fate::stuck;
    }
    work.files[kept] = work.files[f];
    fates[kept++] = fates[f];
  }
  work.files.resize(kept);
  fates.resize(kept);
}

// Evicts the coldest files of `works` until what is left of them is within `target`: chosen among
// all, removed shard by shard.
void evict(const Maintenance& on, const std::vector<ShardWork*>& works, const Target& target) {
  Fates fates;
  for (const ShardWork* work : works) fates.emplace_back(work->files.size(), Fate::stays);
  while (choose_coldest(works, target, fates))
    each_of(on, static_cast<unsigned>(works.size()),
            [&](unsigned w) { remove_chosen(on, *works[w], fates[w]); });
}

std::unique_ptr<AllShards> list_all(const Maintenance& on) {
  auto all = std::make_unique<AllShards>();
  each_shard(on, [&](unsigned shard) { (*all)[shard] = list_shard(on, shard); });
  return all;
}

std::vector<ShardWork*> pointers_to(AllShards& all) {
  std::vector<ShardWork*> out;
  for (ShardWork& work : all) out.push_back(&work);
  return out;
}

void add_to(MaintenanceReport& sum, const MaintenanceReport& one) {
  sum.files_removed += one.files_removed;
  sum.bytes_removed += one.bytes_removed;
  sum.files_failed += one.files_failed;
  sum.files_rewritten += one.files_rewritten;
}

MaintenanceReport report_of(const AllShards& all) {
  MaintenanceReport sum;
  for (const ShardWork& work : all) add_to(sum, work.report);
  return sum;
}

Result<void> count_cleanup(Stats& stats, std::int64_t hot_change) {
  Counts counts;
  counts.add(Outcome::cleanups_performed);
  return stats.record(counts, {StoreChange{0, 0, 0, hot_change}});
}

// What an eviction came to.
struct Evicted {
  MaintenanceReport report;
  std::vector<ShardSize> sizes;           // what is left in the shards that were looked at
  std::optional<std::int64_t> hot_bytes;  // … of hot files, where all were looked at
  std::int64_t hot_change = 0;            // … else what was removed
};

Evicted outcome_of(const AllShards& all) {
  Evicted out{report_of(all), {}, 0};
  for (const ShardWork& work : all) {
    out.sizes.push_back(size_of(work));
    *out.hot_bytes += hot_bytes_of(work);
  }
  return out;
}

// The accounts follow the listing: whatever a killed process failed to count is right again.
Result<MaintenanceReport> recounted(const Maintenance& on, const Evicted& evicted) {
  Stats stats(on.system, on.cache_dir);
  if (auto set = stats.set_shards(evicted.sizes, evicted.hot_bytes); !set) return set.error();
  if (auto counted = count_cleanup(stats, evicted.hot_change); !counted) return counted.error();
  return evicted.report;
}

// The accounts change by what was done; puts of other processes meanwhile stay counted.
Result<MaintenanceReport> accounted(const Maintenance& on, const AllShards& all) {
  std::vector<StoreChange> changes;
  for (const ShardWork& work : all) changes.push_back(work.change);
  if (auto recorded = Stats(on.system, on.cache_dir).record({}, changes); !recorded)
    return recorded.error();
  return report_of(all);
}

// Maintenance of a cache that does not exist must not create it.
bool is_there(const Maintenance& on) {
  const auto facts = on.system.fs.stat(on.cache_dir);
  return facts && facts->kind == FileKind::directory;
}

// The shard that takes up the largest part of its share, among those not `done`.
unsigned fullest(const Totals& totals, const Limits& limits,
                 const std::array<bool, shard_count>& done) {
  const auto fill = [&](unsigned shard) {
    const double bytes = limits.bytes != 0 ? static_cast<double>(totals.shard_bytes[shard]) /
                                                 static_cast<double>(limits.bytes)
                                           : 0;
    const double files = limits.files != 0 ? static_cast<double>(totals.shard_files[shard]) /
                                                 static_cast<double>(limits.files)
                                           : 0;
    return done[shard] ? -1.0
                       : std::max(over(totals.bytes(), limits.bytes) ? bytes : 0,
                                  over(totals.files(), limits.files) ? files : 0);
  };
  unsigned best = 0;
  for (unsigned shard = 1; shard < shard_count; ++shard)
    if (fill(shard) > fill(best)) best = shard;
  return best;
}

Evicted evict_from_fullest(const Maintenance& on, const Limits& limits, Totals totals) {
  Evicted out;
  std::array<bool, shard_count> done{};
  const auto part = [](std::int64_t whole) {
    return whole == INT64_MAX ? INT64_MAX : whole / shard_count;
  };
  for (unsigned round = 0; round < shard_count && over(used_of(totals), limits); ++round) {
    const Target whole = target_of(used_of(totals), limits, totals.digest_bytes);
    const Target share{part(whole.bytes), part(whole.files), part(whole.hot)};
    const unsigned shard = fullest(totals, limits, done);
    done[shard] = true;
    ShardWork work = list_shard(on, shard);
    evict(on, {&work}, share);
    add_to(out.report, work.report);
    out.sizes.push_back(size_of(work));
    out.hot_change += work.change.hot;
    totals.hot_bytes += work.change.hot;
    totals.shard_bytes[shard] = out.sizes.back().bytes;
    totals.shard_files[shard] = out.sizes.back().files;
  }
  return out;
}

Evicted evict_from_all(const Maintenance& on, const Limits& limits, const Totals& totals) {
  const auto all = list_all(on);
  evict(on, pointers_to(*all), target_of(used_of(totals), limits, totals.digest_bytes));
  return outcome_of(*all);
}

}  // namespace

Result<MaintenanceReport> clean_after_put(const Maintenance& on, const Limits& limits) {
  if (limits.bytes == 0 && limits.files == 0) return MaintenanceReport();
  Stats stats(on.system, on.cache_dir);
  const auto totals = stats.read();
  if (!totals) return totals.error();
  if (!over(used_of(*totals), limits)) return MaintenanceReport();

  // The accounts have locks of their own, so they are read before and set afterwards. Should
  // another process have made the room meanwhile, the listing shows it.
  Evicted evicted;
  auto done =
      on.system.fs.with_append_lock(path::join(on.cache_dir, lock_name), 0, [&]() -> Result<void> {
        evicted = totals->files() <= whole_cache_files ? evict_from_all(on, limits, *totals)
                                                       : evict_from_fullest(on, limits, *totals);
        return {};
      });
  if (!done)
    return done.error().cause == Cause::busy ? MaintenanceReport()
                                             : Result<MaintenanceReport>(done.error());
  return recounted(on, evicted);
}

Result<MaintenanceReport> clean_all(const Maintenance& on, const Limits& limits) {
  if (!is_there(on)) return MaintenanceReport();
  remove_stale_temporaries(on, on.cache_dir);
  const auto all = list_all(on);
  const auto totals = Stats(on.system, on.cache_dir).read();
  const std::int64_t elsewhere = totals ? totals->digest_bytes : 0;
  Used used{elsewhere, 0, 0};
  for (const ShardWork& work : *all) {
    used.bytes += size_of(work).bytes;
    used.files += size_of(work).files;
    used.hot += hot_bytes_of(work);
  }
  evict(on, pointers_to(*all), target_of(used, limits, elsewhere));
  return recounted(on, outcome_of(*all));
}

Result<MaintenanceReport> clear_all(const Maintenance& on) {
  if (!is_there(on)) return MaintenanceReport();
  auto all = std::make_unique<AllShards>();
  each_shard(on, [&](unsigned shard) {
    (*all)[shard] = list_shard(on, shard);
    remove_files_if(on, (*all)[shard], [](const StoredFile&) { return true; });
  });
  remove_stale_temporaries(on, on.cache_dir);
  return recounted(on, outcome_of(*all));
}

Result<MaintenanceReport> evict_older_than(const Maintenance& on, std::int64_t age_ns,
                                           const std::string& only_namespace) {
  if (!is_there(on)) return MaintenanceReport();
  const std::int64_t before = on.system.clock.now_ns() - age_ns;
  auto all = std::make_unique<AllShards>();
  each_shard(on, [&](unsigned shard) {
    (*all)[shard] = list_shard(on, shard);
    remove_files_if(on, (*all)[shard], [&](const StoredFile& file) {
      return file.mtime_ns < before &&
             (only_namespace.empty() || namespace_of(on, file) == only_namespace);
    });
  });
  return accounted(on, *all);
}

Result<MaintenanceReport> evict_namespace(const Maintenance& on, const std::string& name) {
  if (!is_there(on)) return MaintenanceReport();
  auto all = std::make_unique<AllShards>();
  each_shard(on, [&](unsigned shard) {
    (*all)[shard] = list_shard(on, shard);
    remove_files_if(on, (*all)[shard],
                    [&](const StoredFile& file) { return namespace_of(on, file) == name; });
  });
  return accounted(on, *all);
}

Result<MaintenanceReport> recompress(const Maintenance& on, std::optional<int> level) {
  if (!is_there(on)) return MaintenanceReport();
  auto all = std::make_unique<AllShards>();
  each_shard(on, [&](unsigned shard) {
    ShardWork& work = (*all)[shard] = list_shard(on, shard);
    for (StoredFile& file : work.files)
      if (file.name.kind == EntryKind::result) rewrite(on, file, level, work);
  });
  return accounted(on, *all);
}

Result<CompressionReport> compression_report(const Maintenance& on) {
  std::array<CompressionReport, shard_count> reports{};
  each_shard(on, [&](unsigned shard) {
    CompressionReport& report = reports[shard];
    for (const StoredFile& file : list_shard(on, shard).files) {
      if (file.name.kind != EntryKind::result) continue;
      const auto info = peek(on, file);
      report.stored += file.size;
      if (!info) {
        ++report.unreadable;
        report.raw += file.size;
        continue;
      }
      ++report.entries;
      bool compressed = false;
      report.raw += file.size;
      for (const EntryPartInfo& part : info->parts) {
        report.raw +=
            part.raw_size -
            part.stored_size;  // of the two, raw_size is never the smaller one as we write them
        compressed |= part.compressed;
      }
      report.compressed_entries += compressed ? 1 : 0;
    }
  });
  CompressionReport sum;
  for (const CompressionReport& report : reports) {
    sum.stored += report.stored;
    sum.raw += report.raw;
    sum.compressed_entries += report.compressed_entries;
    sum.entries += report.entries;
    sum.unreadable += report.unreadable;
  }
  return sum;
}

}  // namespace deja

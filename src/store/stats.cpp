// The statistics file: a log of 64-byte records. Every change is an append, so nothing is read to
// count; folding replaces records by their sum.
//
// Nothing is counted twice or lost, wherever a process stops, and wherever a rename over a file is
// not one step (FAT, network drives, Wine):
// - An append is complete or not there; a record that is not whole (its checksum) is passed over.
// - Besides the log there are files aside, stats.<pid>.…, which are never written again. A process
// that does not get the log's lock in time
//   leaves its records in one. No name is ever used twice, and no file ever replaced.
// - A fold first gives the log such a name, under the log's lock: appenders that waited for it find
// that the name leads to another file,
//   and open that one. Then, under a lock of its own that no append needs, it writes the sum of all
//   files aside into a new one, which notes the names of those that it sums up; whoever sees the
//   notes counts those files no more. Last it removes them.
// - Records of different files are applied in the order of their times, so that a zeroing clears
// what was counted before it and no more.
#include "store/stats.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/bytes.h"
#include "base/path.h"

namespace deja {

namespace {

constexpr std::string_view magic = "djaS";
constexpr std::uint8_t version = 1;
constexpr std::size_t record_size = 64;
constexpr std::size_t items_per_record = 5;
constexpr std::size_t checked_size = record_size - 8;
constexpr std::uint64_t fold_size = 64 * 1024;    // bytes
constexpr std::uint32_t fold_look_every = 16;     // processes
constexpr std::uint64_t largest_file = 64 << 20;  // bytes; larger is not ours
constexpr std::int64_t second_ns = 1'000'000'000;
constexpr int most_looks = 10;

enum class What : std::uint8_t {
  add_outcome = 1,      // index: outcome
  add_shard_bytes = 2,  // index: shard
  add_shard_files = 3,
  set_shard_bytes = 4,
  set_shard_files = 5,
  zero = 6,     // value: seconds since 1970
  took_in = 7,  // value: hash of the name of a file that was left aside and is in the sum
  add_hot_bytes = 8,
  set_hot_bytes = 9,
};

// One step of the log: eight bytes.
struct Item {
  What what;
  std::uint8_t index;
  std::int64_t value;  // 48 bits
};

constexpr std::int64_t item_limit = (std::int64_t{1} << 47) - 1;

std::uint64_t pack(const Item& item) {
  const std::int64_t value = std::clamp(item.value, -item_limit, item_limit);
  return static_cast<std::uint64_t>(value) << 16 | std::uint64_t{item.index} << 8 |
         static_cast<std::uint64_t>(item.what);
}

Item unpack(std::uint64_t bits) {
  return {static_cast<What>(bits & 0xff), static_cast<std::uint8_t>(bits >> 8),
          static_cast<std::int64_t>(bits) >> 16};
}

std::string encode(const std::vector<Item>& items, std::int64_t now_ns) {
  std::string bytes;
  for (std::size_t first = 0; first < items.size(); first += items_per_record) {
    std::string record;
    record.reserve(record_size);
    ByteWriter out(record);
    const std::size_t count = std::min(items_per_record, items.size() - first);
    out.raw(magic);
    out.u8(version);
    out.u8(static_cast<std::uint8_t>(count));
    out.u16(0);
    out.i64(now_ns);
    for (std::size_t i = 0; i < items_per_record; ++i)
      out.u64(i < count ? pack(items[first + i]) : 0);
    out.u64(checksum_of(record));
    bytes += record;
  }
  return bytes;
}

std::vector<Item> items_of(const Counts& counts) {
  std::vector<Item> items;
  for (const OutcomeRow& row : outcomes)
    if (counts[row.outcome] != 0)
      items.push_back(
          {What::add_outcome, static_cast<std::uint8_t>(row.outcome), counts[row.outcome]});
  return items;
}

// The hash by which the log names a file that it took in; as an item's value.
std::int64_t name_mark(std::string_view name) { return unpack(checksum_of(name) << 16).value; }

// What records add up to.
struct State {
  Totals totals;
  std::int64_t zero_time_ns = 0;

  void apply(const Item& item);
};

// Sums wrap rather than overflow: the file may hold anything.
void add_to(std::int64_t& sum, std::int64_t value) {
  sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) +
                                  static_cast<std::uint64_t>(value));
}

void State::apply(const Item& item) {
  switch (item.what) {
    case What::add_outcome:
      if (item.index < outcome_limit)
        totals.counts.add(static_cast<Outcome>(item.index), item.value);
      return;
    case What::add_shard_bytes:
      return add_to(totals.shard_bytes[item.index], item.value);
    case What::add_shard_files:
      return add_to(totals.shard_files[item.index], item.value);
    case What::set_shard_bytes:
      totals.shard_bytes[item.index] = item.value;
      return;
    case What::set_shard_files:
      totals.shard_files[item.index] = item.value;
      return;
    case What::zero:
      totals.counts = {};
      totals.zeroed_ns = std::clamp<std::int64_t>(item.value, 0, INT64_MAX / second_ns) * second_ns;
      return;
    case What::took_in:
      return;
    case What::add_hot_bytes:
      return add_to(totals.hot_bytes, item.value);
    case What::set_hot_bytes:
      totals.hot_bytes = item.value;
      return;
  }
}

// The time and items of a whole record.
struct Record {
  std::int64_t time_ns;
  std::vector<Item> items;
};

std::optional<Record> decode(std::string_view record) {
  if (record.size() != record_size || !record.starts_with(magic)) return std::nullopt;
  ByteReader in(record.substr(magic.size()));
  const bool known = in.u8() == version;
  const std::size_t count = in.u8();
  in.u16();
  Record out{in.i64(), {}};
  for (std::size_t i = 0; i < items_per_record; ++i) {
    const Item item = unpack(in.u64());
    if (i < count) out.items.push_back(item);
  }
  if (!known || count > items_per_record || in.u64() != checksum_of(record.substr(0, checked_size)))
    return std::nullopt;
  return out;
}

// Whole records; torn or foreign bytes are passed over, on to what may be the next record.
std::vector<Record> records_in(std::string_view bytes) {
  std::vector<Record> out;
  while (!bytes.empty()) {
    auto record = decode(bytes.substr(0, record_size));
    bytes.remove_prefix(record ? record_size : std::min(bytes.find(magic, 1), bytes.size()));
    if (record) out.push_back(std::move(*record));
  }
  return out;
}

// A file with records. The log itself has no mark.
struct Part {
  std::int64_t mark = 0;
  std::vector<Record> records;
};

State state_of(const std::vector<Part>& parts) {
  std::unordered_set<std::int64_t> taken_in;
  for (const Part& part : parts)
    for (const Record& record : part.records)
      for (const Item& item : record.items)
        if (item.what == What::took_in) taken_in.insert(item.value);
  std::vector<const Record*> all;
  for (const Part& part : parts)
    for (const Record& record : part.records)
      if (part.mark == 0 || !taken_in.contains(part.mark)) all.push_back(&record);
  std::ranges::stable_sort(all, {}, &Record::time_ns);
  State state;
  for (const Record* record : all) {
    state.totals.updated_ns = std::max(state.totals.updated_ns, record->time_ns);
    for (const Item& item : record->items) {
      if (item.what == What::zero) state.zero_time_ns = record->time_ns;
      state.apply(item);
    }
  }
  return state;
}

// The records that say the same in the fewest. Sizes are added, not set: a listing that is newer
// stays what it is.
std::string encode(const State& state, const std::vector<std::int64_t>& took_in) {
  std::string out;
  if (state.totals.zeroed_ns != 0)
    out = encode({{What::zero, 0, state.totals.zeroed_ns / second_ns}}, state.zero_time_ns);
  std::vector<Item> items = items_of(state.totals.counts);
  for (unsigned shard = 0; shard < shard_count; ++shard) {
    const auto index = static_cast<std::uint8_t>(shard);
    if (state.totals.shard_bytes[shard] != 0)
      items.push_back({What::add_shard_bytes, index, state.totals.shard_bytes[shard]});
    if (state.totals.shard_files[shard] != 0)
      items.push_back({What::add_shard_files, index, state.totals.shard_files[shard]});
  }
  if (state.totals.hot_bytes != 0)
    items.push_back({What::add_hot_bytes, 0, state.totals.hot_bytes});
  for (std::int64_t mark : took_in) items.push_back({What::took_in, 0, mark});
  return out + encode(items, state.totals.updated_ns);
}

std::int64_t sum_of(const std::array<std::int64_t, shard_count>& shards) {
  std::int64_t sum = 0;
  for (std::int64_t value : shards) add_to(sum, std::max<std::int64_t>(value, 0));
  return sum;
}

}  // namespace

bool Counts::any() const {
  return std::any_of(values_.begin(), values_.end(), [](std::int64_t value) { return value != 0; });
}

std::int64_t Totals::bytes() const { return sum_of(shard_bytes) + digest_bytes; }
std::int64_t Totals::files() const { return sum_of(shard_files); }

std::string encode_run(const Counts& counts, const std::vector<StoreChange>& changes,
                       std::int64_t now_ns) {
  std::vector<Item> items = items_of(counts);
  for (const StoreChange& change : changes) {
    const auto index = static_cast<std::uint8_t>(change.shard);
    if (change.bytes != 0) items.push_back({What::add_shard_bytes, index, change.bytes});
    if (change.files != 0) items.push_back({What::add_shard_files, index, change.files});
    if (change.hot != 0) items.push_back({What::add_hot_bytes, 0, change.hot});
  }
  return encode(items, now_ns);
}

Stats::Stats(System& system, std::string cache_dir)
    : system_(system),
      cache_dir_(std::move(cache_dir)),
      file_(path::join(cache_dir_, statistics_name)),
      fold_lock_(file_ + ".lock") {}

Result<void> Stats::record(const Counts& counts, const std::vector<StoreChange>& changes) {
  const std::string records = encode_run(counts, changes, system_.clock.now_ns());
  if (records.empty()) return {};
  if (auto appended = append(records); !appended) return appended;
  if (system_.processes.id() % fold_look_every != 0) return {};
  const auto facts = system_.fs.stat(file_);
  // Another process may fold right now, or this one may not write here; the counts are safe either
  // way.
  if (facts && facts->size > fold_size) (void)fold();
  return {};
}

Result<void> Stats::append(std::string_view records) {
  const AppendOptions options{.text = false};
  auto appended = system_.fs.append(file_, records, options);
  if (!appended && appended.error().cause == Cause::not_found) {
    if (auto made = make_cache_folder(system_.fs, cache_dir_, cache_dir_); !made)
      return made.error();
    appended = system_.fs.append(file_, records, options);
  }
  if (!appended && appended.error().cause == Cause::busy) return leave_aside(records);
  return appended;
}

// Under a temporary name first: a file that is seen is whole.
Result<void> Stats::leave_aside(std::string_view records) {
  const std::string temporary = system_.fs.temporary_name(cache_dir_, temporary_prefix);
  if (auto created = system_.fs.create(temporary, {&records, 1}); !created) return created;
  auto renamed = system_.fs.rename(
      temporary, system_.fs.temporary_name(cache_dir_, statistics_name), Overwrite::no);
  if (!renamed) (void)system_.fs.remove(temporary);
  return renamed;
}

// "stats.<pid>.…", sorted
std::vector<std::string> Stats::names_aside() {
  std::vector<std::string> out;
  const std::string beginning = std::string(statistics_name) + ".";
  for (DirectoryItem& item : system_.fs.list(cache_dir_).value_or({})) {
    const bool ours = item.name.starts_with(beginning) && item.name.size() > beginning.size() &&
                      item.name[beginning.size()] >= '0' && item.name[beginning.size()] <= '9';
    if (ours && item.kind == FileKind::regular) out.push_back(std::move(item.name));
  }
  std::ranges::sort(out);
  return out;
}

Result<FileFacts> Stats::read_file(const std::string& path, std::string& into) {
  return system_.fs.read_stored(
      path, into, [](std::string_view, std::uint64_t size) { return size <= largest_file; });
}

Result<Totals> Stats::read() {
  std::vector<Part> parts;
  std::string log;
  // A fold in between shows: it makes and removes files aside, and no name comes twice.
  std::vector<std::string> names = names_aside();
  for (int look = 0; look < most_looks; ++look) {
    parts.clear();
    for (const std::string& name : names) {
      std::string bytes;
      if (read_file(path::join(cache_dir_, name), bytes))
        parts.push_back({name_mark(name), records_in(bytes)});
    }
    auto read = read_file(file_, log);
    if (!read && read.error().cause != Cause::not_found) return read.error();
    std::vector<std::string> after = names_aside();
    if (after == names) break;
    names = std::move(after);
  }
  parts.push_back({0, records_in(log)});
  if (log.size() > fold_size) (void)fold();
  Totals totals = state_of(parts).totals;
  if (const auto digests = system_.fs.lstat(path::join(cache_dir_, digest_cache_name)))
    totals.digest_bytes = static_cast<std::int64_t>(digests->disk_size);
  return totals;
}

Result<void> Stats::zero() {
  return append(
      encode({{What::zero, 0, system_.clock.now_ns() / second_ns}}, system_.clock.now_ns()));
}

Result<void> Stats::set_shards(const std::vector<ShardSize>& shards,
                               std::optional<std::int64_t> hot_bytes) {
  std::vector<Item> items;
  for (const ShardSize& shard : shards) {
    items.push_back({What::set_shard_bytes, static_cast<std::uint8_t>(shard.shard), shard.bytes});
    items.push_back({What::set_shard_files, static_cast<std::uint8_t>(shard.shard), shard.files});
  }
  if (hot_bytes) items.push_back({What::set_hot_bytes, 0, *hot_bytes});
  return append(encode(items, system_.clock.now_ns()));
}

Result<void> Stats::fold() {
  const std::int64_t deadline = AppendOptions().deadline_ns;
  if (auto moved =
          system_.fs.with_append_lock(file_, deadline, [this] { return move_log_aside(); });
      !moved)
    return moved;
  return system_.fs.with_append_lock(fold_lock_, deadline, [this] { return sum_up_aside(); });
}

// Under the log's lock: nobody is in the middle of an append, and whoever waits will open the new
// log.
Result<void> Stats::move_log_aside() {
  std::string log;
  if (auto read = read_file(file_, log); !read) return read.error();
  if (log.empty()) return {};
  if (records_in(log).empty()) return Error{"fold", file_, "not a statistics file"};
  auto moved = system_.fs.rename(file_, system_.fs.temporary_name(cache_dir_, statistics_name),
                                 Overwrite::no);
  // A replay appends only to a log that is there.
  if (moved) (void)system_.fs.create(file_, {});
  return moved;
}

// Under the folds' lock: no file aside goes but by this hand.
Result<void> Stats::sum_up_aside() {
  std::vector<Part> parts;
  std::vector<std::int64_t> marks;
  std::vector<std::string> taken;  // paths
  for (const std::string& name : names_aside()) {
    const std::string path = path::join(cache_dir_, name);
    std::string bytes;
    if (auto read = read_file(path, bytes); !read) return read.error();
    std::vector<Record> records = records_in(bytes);
    if (records.empty()) continue;  // another program's
    marks.push_back(name_mark(name));
    taken.push_back(path);
    parts.push_back({marks.back(), std::move(records)});
  }
  if (taken.empty()) return {};
  if (auto left = leave_aside(encode(state_of(parts), marks)); !left) return left;
  for (const std::string& path : taken) (void)system_.fs.remove(path);
  return {};
}

}  // namespace deja

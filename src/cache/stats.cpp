// The statistics file: a log of 64-byte records. Every change is an append, so nothing is read to count; folding replaces the log by its
// sum.
//
// Nothing is counted twice or lost, wherever a process stops:
// - An append is complete or not there; a record that is not whole (its checksum) is passed over.
// - A fold writes the sum to a temporary file and renames it over the log while it holds the appender's lock. Appenders that waited
//   for the lock find the name given to another file and open that one.
// - A process that does not get the lock in time leaves its records in a file of its own beside the log, which is never written again.
//   A fold takes such files in and notes their names in the new log in the same rename; whoever sees the note counts the file no
//   more, and the next fold removes what is left of it.
#include "cache/stats.h"

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
constexpr std::uint64_t fold_size = 64 * 1024;  // bytes
constexpr std::uint32_t fold_look_every = 16;   // processes
constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::string_view aside_prefix = "stats";

enum class What : std::uint8_t {
  add_outcome = 1,      // index: outcome
  add_shard_bytes = 2,  // index: shard
  add_shard_files = 3,
  set_shard_bytes = 4,
  set_shard_files = 5,
  zero = 6,     // value: seconds since 1970
  took_in = 7,  // value: hash of the name of a file that was left aside and is in the sum
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
  return static_cast<std::uint64_t>(value) << 16 | std::uint64_t{item.index} << 8 | static_cast<std::uint64_t>(item.what);
}

Item unpack(std::uint64_t bits) {
  return {static_cast<What>(bits & 0xff), static_cast<std::uint8_t>(bits >> 8), static_cast<std::int64_t>(bits) >> 16};
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
    for (std::size_t i = 0; i < items_per_record; ++i) out.u64(i < count ? pack(items[first + i]) : 0);
    out.u64(checksum_of(record));
    bytes += record;
  }
  return bytes;
}

std::vector<Item> items_of(const Counts& counts) {
  std::vector<Item> items;
  for (const OutcomeRow& row : outcomes)
    if (counts[row.outcome] != 0) items.push_back({What::add_outcome, static_cast<std::uint8_t>(row.outcome), counts[row.outcome]});
  return items;
}

// The hash by which the log names a file that it took in; as an item's value.
std::int64_t name_mark(std::string_view name) { return unpack(checksum_of(name) << 16).value; }

// What the log says when it is read from its beginning.
struct State {
  Totals totals;
  std::unordered_set<std::int64_t> taken_in;
  std::size_t records = 0;

  void apply(const Item& item);
  void apply_all(std::string_view bytes);
};

// Sums wrap rather than overflow: the file may hold anything.
void add_to(std::int64_t& sum, std::int64_t value) {
  sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) + static_cast<std::uint64_t>(value));
}

void State::apply(const Item& item) {
  switch (item.what) {
    case What::add_outcome:
      if (item.index < outcome_limit) totals.counts.add(static_cast<Outcome>(item.index), item.value);
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
      taken_in.insert(item.value);
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
  if (!known || count > items_per_record || in.u64() != checksum_of(record.substr(0, checked_size))) return std::nullopt;
  return out;
}

void State::apply_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto record = decode(bytes.substr(0, record_size));
    if (record) {
      ++records;
      totals.updated_ns = std::max(totals.updated_ns, record->time_ns);
      for (const Item& item : record->items) apply(item);
      bytes.remove_prefix(record_size);
    } else {
      // Torn or foreign bytes: on to what may be the next record.
      bytes.remove_prefix(std::min(bytes.find(magic, 1), bytes.size()));
    }
  }
}

// The log that says the same in the fewest records.
std::vector<Item> items_of(const State& state) {
  std::vector<Item> items;
  if (state.totals.zeroed_ns != 0) items.push_back({What::zero, 0, state.totals.zeroed_ns / second_ns});
  for (const Item& item : items_of(state.totals.counts)) items.push_back(item);
  for (unsigned shard = 0; shard < shard_count; ++shard) {
    const auto index = static_cast<std::uint8_t>(shard);
    if (state.totals.shard_bytes[shard] != 0) items.push_back({What::set_shard_bytes, index, state.totals.shard_bytes[shard]});
    if (state.totals.shard_files[shard] != 0) items.push_back({What::set_shard_files, index, state.totals.shard_files[shard]});
  }
  for (std::int64_t mark : state.taken_in) items.push_back({What::took_in, 0, mark});
  return items;
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

std::int64_t Totals::bytes() const { return sum_of(shard_bytes); }
std::int64_t Totals::files() const { return sum_of(shard_files); }

std::string encode_run(const Counts& counts, const std::vector<StoreChange>& changes, std::int64_t now_ns) {
  std::vector<Item> items = items_of(counts);
  for (const StoreChange& change : changes) {
    const auto index = static_cast<std::uint8_t>(change.shard);
    if (change.bytes != 0) items.push_back({What::add_shard_bytes, index, change.bytes});
    if (change.files != 0) items.push_back({What::add_shard_files, index, change.files});
  }
  return encode(items, now_ns);
}

Stats::Stats(System& system, std::string cache_dir)
    : system_(system), cache_dir_(std::move(cache_dir)), file_(path::join(cache_dir_, "stats")) {}

Result<void> Stats::record(const Counts& counts, const std::vector<StoreChange>& changes) {
  const std::string records = encode_run(counts, changes, system_.clock.now_ns());
  if (records.empty()) return {};
  if (auto appended = append(records); !appended) return appended;
  if (system_.processes.id() % fold_look_every != 0) return {};
  const auto facts = system_.fs.stat(file_);
  // Another process may fold right now, or this one may not write here; the counts are safe either way.
  if (facts && facts->size > fold_size) (void)fold();
  return {};
}

Result<void> Stats::append(std::string_view records) {
  const AppendOptions options{.text = false};
  auto appended = system_.fs.append(file_, records, options);
  if (!appended && appended.error().cause == Cause::not_found) {
    if (auto made = make_cache_folder(system_.fs, cache_dir_, cache_dir_); !made) return made.error();
    appended = system_.fs.append(file_, records, options);
  }
  if (!appended && appended.error().cause == Cause::busy) return leave_aside(records);
  return appended;
}

// Under a temporary name first: a file that is seen is whole.
Result<void> Stats::leave_aside(std::string_view records) {
  const std::string temporary = system_.fs.temporary_name(cache_dir_, temporary_prefix);
  if (auto created = system_.fs.create(temporary, {&records, 1}); !created) return created;
  auto renamed = system_.fs.rename(temporary, system_.fs.temporary_name(cache_dir_, aside_prefix), Overwrite::no);
  if (!renamed) (void)system_.fs.remove(temporary);
  return renamed;
}

// "stats.<pid>.…"
std::vector<std::string> Stats::names_aside() {
  std::vector<std::string> out;
  const std::string beginning = std::string(aside_prefix) + ".";
  for (DirectoryItem& item : system_.fs.list(cache_dir_).value_or({})) {
    const bool ours = item.name.starts_with(beginning) && item.name.size() > beginning.size() && item.name[beginning.size()] >= '0' &&
                      item.name[beginning.size()] <= '9';
    if (ours && item.kind == FileKind::regular) out.push_back(std::move(item.name));
  }
  return out;
}

Result<Totals> Stats::read() {
  // Left-aside files before the log: one that a fold takes in between is then named in the log.
  std::vector<std::pair<std::int64_t, std::string>> aside;
  for (const std::string& name : names_aside()) {
    std::string bytes;
    if (system_.fs.read(path::join(cache_dir_, name), bytes)) aside.emplace_back(name_mark(name), std::move(bytes));
  }
  std::string log;
  auto read = system_.fs.read(file_, log);
  if (!read && read.error().cause != Cause::not_found) return read.error();
  State state;
  state.apply_all(log);
  for (const auto& [mark, bytes] : aside)
    if (!state.taken_in.contains(mark)) state.apply_all(bytes);
  if (log.size() > fold_size) (void)fold();
  return state.totals;
}

Result<void> Stats::zero() { return append(encode({{What::zero, 0, system_.clock.now_ns() / second_ns}}, system_.clock.now_ns())); }

Result<void> Stats::set_shards(const std::vector<ShardSize>& shards) {
  std::vector<Item> items;
  for (const ShardSize& shard : shards) {
    items.push_back({What::set_shard_bytes, static_cast<std::uint8_t>(shard.shard), shard.bytes});
    items.push_back({What::set_shard_files, static_cast<std::uint8_t>(shard.shard), shard.files});
  }
  return append(encode(items, system_.clock.now_ns()));
}

Result<void> Stats::fold() {
  return system_.fs.with_append_lock(file_, AppendOptions().deadline_ns, [this] { return fold_locked(); });
}

// From here on nobody appends to the log, and no other process folds.
Result<void> Stats::fold_locked() {
  std::string log;
  if (auto read = system_.fs.read(file_, log); !read) return read.error();
  State state;
  state.apply_all(log);
  if (state.records == 0 && !log.empty()) return Error{"fold", file_, "not a statistics file"};

  const std::unordered_set<std::int64_t> taken_before = std::exchange(state.taken_in, {});
  std::vector<std::string> taken;  // paths
  for (const std::string& name : names_aside()) {
    const std::int64_t mark = name_mark(name);
    std::string bytes;
    if (!taken_before.contains(mark)) {
      if (!system_.fs.read(path::join(cache_dir_, name), bytes)) continue;
      const std::size_t before = state.records;
      state.apply_all(bytes);
      if (state.records == before) continue;  // another program's
    }
    state.taken_in.insert(mark);
    taken.push_back(path::join(cache_dir_, name));
  }

  const std::string folded = encode(items_of(state), state.totals.updated_ns);
  const std::string temporary = system_.fs.temporary_name(cache_dir_, temporary_prefix);
  const std::string_view piece = folded;
  if (auto created = system_.fs.create(temporary, {&piece, 1}); !created) return created;
  if (auto renamed = system_.fs.rename(temporary, file_, Overwrite::yes); !renamed) {
    (void)system_.fs.remove(temporary);
    return renamed;
  }
  for (const std::string& path : taken) (void)system_.fs.remove(path);
  return {};
}

}  // namespace deja

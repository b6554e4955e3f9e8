// Clean-up among real processes: what is removed is counted once, and no put is robbed of its
// entry.
#include "fake/sized.h"
#include "store/cleanup.h"
#include "store/local_store.h"
#include "store/shard_files.h"
#include "unit/posix/in_between.h"

using namespace deja;

namespace {

constexpr int entries = 3;

std::string cache_in(const std::string& folder) { return folder + "/cache"; }
Maintenance maintenance_of(System& system, const std::string& folder) {
  return {system, cache_in(folder), {}, {}};
}

void fill(System& system, const std::string& folder) {
  LocalStore store(system, cache_in(folder), "");
  for (unsigned char number = 0; number < entries; ++number)
    REQUIRE(store.put(key_of(number), EntryKind::result, sized("bytes"), Overwrite::no));
  REQUIRE(Stats(system, cache_in(folder)).record({}, store.changes()));
}

// What is counted is what is there; sums of a shard may be below zero when something is counted
// twice.
bool accounts_are_right(System& system, const std::string& folder) {
  const auto totals = Stats(system, cache_in(folder)).read();
  const ShardWork there = list_shard(maintenance_of(system, folder), meeting_shard);
  std::int64_t bytes = 0;
  for (const StoredFile& file : there.files) bytes += file.bytes();
  return totals &&
         totals->shard_files[meeting_shard] == static_cast<std::int64_t>(there.files.size()) &&
         totals->shard_bytes[meeting_shard] == bytes;
}

bool evict_all(System& system, const std::string& folder) {
  return static_cast<bool>(evict_older_than(maintenance_of(system, folder), -1'000'000'000, ""));
}

// Counts what it has seen and not what it has removed.
bool evict_as_listed(System& system, const std::string& folder) {
  const Maintenance on = maintenance_of(system, folder);
  StoreChange change{meeting_shard, 0, 0};
  for (const StoredFile& file : list_shard(on, meeting_shard).files) {
    (void)system.fs.remove(stored_path(on.cache_dir, file.name));
    change.bytes -= file.bytes();
    --change.files;
  }
  return static_cast<bool>(Stats(system, on.cache_dir).record({}, {change}));
}

using Evict = std::function<bool(System&, const std::string& folder)>;

Orders evict_in_between(const Evict& evict) {
  return in_every_order({
      .before = fill,
      .one = [&](System& system, const std::string& folder) { CHECK(evict(system, folder)); },
      .other = evict,
      .after = accounts_are_right,
  });
}

// The temporary name of a put in progress, and clean-up.
Orders clean_in_between(const Evict& clean) {
  return in_every_order({
      .before = fill,
      .one =
          [](System& system, const std::string& folder) {
            const std::string path =
                stored_path(cache_in(folder), {key_of(entries), EntryKind::result});
            const std::string temporary = system.fs.temporary_name(
                shard_folder(cache_in(folder), meeting_shard), temporary_prefix);
            const std::string_view bytes = "bytes";
            REQUIRE(system.fs.create(temporary, {&bytes, 1}));
            (void)system.fs.rename(temporary, path, Overwrite::no);
          },
      .other = clean,
      .after =
          [](System& system, const std::string& folder) {
            return static_cast<bool>(system.fs.stat(
                stored_path(cache_in(folder), {key_of(entries), EntryKind::result})));
          },
  });
}

}  // namespace

TEST_CASE("clean-up: what two processes remove at once is counted once") {
  CHECK(evict_in_between(evict_all).wrong == 0);
}

TEST_CASE("clean-up: counted as listed, it is counted twice, so the test above can fail") {
  CHECK(evict_in_between(evict_as_listed).wrong > 0);
}

TEST_CASE("clean-up: a put of the moment keeps its temporary file") {
  CHECK(clean_in_between([](System& system, const std::string& folder) {
          return static_cast<bool>(clean_all(maintenance_of(system, folder), {}));
        }).wrong == 0);
}

TEST_CASE(
    "clean-up: without regard to their age it removes temporary files that are in use, so the test "
    "above can fail") {
  CHECK(clean_in_between([](System& system, const std::string& folder) {
          const std::string at = shard_folder(cache_in(folder), meeting_shard);
          const auto files = system.fs.list(at);
          if (!files) return false;
          for (const DirectoryItem& item : *files)
            if (item.name.starts_with(temporary_prefix))
              (void)system.fs.remove(at + "/" + item.name);
          return true;
        }).wrong > 0);
}

TEST_CASE(
    "clean-up: entries that others read and put meanwhile are whole, and nobody sees an error") {
  const TemporaryFolder folder;
  fill(native_system(), folder.path());
  CHECK(holds_in_all_at_once(8, [&](int process) {
    bool right = true;
    for (int turn = 0; turn < 40 && right; ++turn) {
      const Maintenance on = maintenance_of(native_system(), folder.path());
      LocalStore store(native_system(), on.cache_dir, "");
      const Digest key = key_of(static_cast<unsigned char>(turn % 5));
      const auto seen = store.get(key, EntryKind::result);
      right = seen && (!*seen || **seen == sized("bytes")) &&
              store.put(key, EntryKind::result, sized("bytes"), Overwrite::no);
      right = right && Stats(native_system(), on.cache_dir).record({}, store.changes());
      if (process % 4 == 0) right = right && clean_after_put(on, {1, 1});
      if (process % 4 == 1) right = right && evict_all(native_system(), folder.path());
    }
    return right;
  }));
  // A recount puts right what was counted while the cleaners counted.
  REQUIRE(clean_all(maintenance_of(native_system(), folder.path()), {}));
  CHECK(accounts_are_right(native_system(), folder.path()));
}

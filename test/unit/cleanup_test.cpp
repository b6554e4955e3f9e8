// Maintenance: the coldest go, foreign files stay, accounts are right afterwards.
#include "store/cleanup.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>

#include "base/text.h"
#include "fake/fake_system.h"
#include "fake/temporary_folder.h"
#include "manage/workers.h"
#include "store/entry.h"

using namespace deja;

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t day_ns = 86400 * second_ns;

Digest key(int number) { return digest_of(std::to_string(number)); }

std::string result_bytes(std::size_t size) {
  Entry entry;
  entry.parts = {{first_output_part, std::string(size, 'o')}};
  return *encode_entry(entry, std::nullopt);
}

struct CleanupWorld : FakeSystem {
  Maintenance maintenance{system, "/cache", {}, {}};
  Stats stats{system, "/cache"};

  // Results 0 to count-1, each a second younger than the one before and 4 KiB on disk, in the
  // accounts.
  void fill(int count, const std::string& name_space = "") {
    for (int i = 0; i < count; ++i) {
      put(i, EntryKind::result, "r", name_space);
      clock.advance(second_ns);
    }
  }
  void put(int number, EntryKind kind, std::string_view bytes, const std::string& name_space = "") {
    LocalStore store(system, "/cache", name_space);
    REQUIRE(store.put(key(number), kind, bytes, Overwrite::yes));
    REQUIRE(stats.record({}, store.changes()));
  }
  bool has(int number, EntryKind kind = EntryKind::result) {
    return fs.has(stored_path("/cache", {key(number), kind}));
  }
  // What is counted is what is there.
  void check_accounts() {
    std::int64_t bytes = 0, files = 0;
    for (const std::string& path : fs.files_below("/cache")) {
      if (path.ends_with(".r") || path.ends_with(".m") || path.ends_with(".p") ||
          path.ends_with(".o"))
        bytes += counted_bytes(fs.get(path).size());
      files += path.ends_with(".r") || path.ends_with(".m") ? 1 : 0;
    }
    CHECK(stats.read()->bytes() == bytes);
    CHECK(stats.read()->files() == files);
  }
};

}  // namespace

TEST_CASE("within its limits a cache is left alone and not even listed") {
  CleanupWorld world;
  world.fill(10);
  CHECK(clean_after_put(world.maintenance, {10 * 4096, 10})->files_removed == 0);
  CHECK(clean_after_put(world.maintenance, {})->files_removed == 0);
  CHECK(world.fs.count("list_with_facts") == 0);
  CHECK(world.stats.read()->counts[Outcome::cleanups_performed] == 0);
}

TEST_CASE("over a limit the coldest go, to 90 %") {
  for (const Limits& limits : {Limits{10 * 4096, 0}, Limits{0, 10}}) {
    CleanupWorld world;
    world.fill(11);
    world.fs.node(stored_path("/cache", {key(0), EntryKind::result})).mtime_ns =
        world.clock.time_ns;  // used just now
    const auto report = clean_after_put(world.maintenance, limits);
    REQUIRE(report);
    CHECK(report->files_removed == 2);
    CHECK(report->bytes_removed == 2 * 4096);
    CHECK(world.has(0));
    CHECK_FALSE(world.has(1));
    CHECK_FALSE(world.has(2));
    CHECK(world.has(3));
    world.check_accounts();
    CHECK(world.stats.read()->counts[Outcome::cleanups_performed] == 1);
  }
}

TEST_CASE("a file limit does not cost replay records") {
  CleanupWorld world;
  world.put(0, EntryKind::replay, "p");
  world.clock.advance(second_ns);
  world.fill(11);
  REQUIRE(clean_after_put(world.maintenance, {0, 10}));
  CHECK(world.has(0, EntryKind::replay));
  world.check_accounts();
}

TEST_CASE("accounts that a killed process left wrong are put right, without evicting") {
  CleanupWorld world;
  world.fill(3);
  REQUIRE(world.stats.record({}, {{5, 100 * 4096, 100}}));
  CHECK(clean_after_put(world.maintenance, {10 * 4096, 0})->files_removed == 0);
  world.check_accounts();
}

TEST_CASE("while another process cleans up, nothing is done") {
  CleanupWorld world;
  world.fill(20);
  world.fs.locked.insert("/cache/cleanup.lock");
  const auto report = clean_after_put(world.maintenance, {10 * 4096, 0});
  REQUIRE(report);
  CHECK(report->files_removed == 0);
  CHECK(world.has(0));
}

TEST_CASE("no two locks are held at once, though the statistics want folding") {
  CleanupWorld world;
  world.fill(11);
  while (world.fs.get("/cache/stats").size() <= 64 * 1024)
    REQUIRE(world.stats.record({}, {{0, 4096, 1}, {0, -4096, -1}}));
  REQUIRE(clean_after_put(world.maintenance, {10 * 4096, 0}));
  CHECK_FALSE(world.has(0));
  CHECK(world.fs.most_locks == 1);
}

TEST_CASE("a large cache is cleaned by its fullest shards") {
  CleanupWorld world;
  // Accounts of many files; one shard is far over its share.
  Digest full{};
  full.bytes[0] = 7;
  std::vector<ShardSize> sizes;
  for (unsigned shard = 0; shard < shard_count; ++shard) sizes.push_back({shard, 100 * 4096, 100});
  sizes[7] = {7, 400 * 4096, 400};
  for (int i = 0; i < 400; ++i) {
    full.bytes[1] = static_cast<unsigned char>(i);
    full.bytes[2] = static_cast<unsigned char>(i >> 8);
    world.fs.put(stored_path("/cache", {full, EntryKind::result}), "r");
  }
  REQUIRE(world.stats.set_shards(sizes));
  const auto report = clean_after_put(world.maintenance, {25'700ull * 4096, 0});
  REQUIRE(report);
  CHECK(report->files_removed == 400 - 25'700 * 9 / 10 / 256);
  CHECK(world.fs.count("list_with_facts") == 1);
  CHECK(world.stats.read()->shard_files[7] == 25'700 * 9 / 10 / 256);
  CHECK(world.stats.read()->shard_files[8] == 100);
}

TEST_CASE("foreign files are neither counted nor removed") {
  CleanupWorld world;
  world.fill(3);
  const std::string shard = shard_folder("/cache", key(0).shard());
  const std::vector<std::string> foreign{
      "/cache/ccache.conf", "/cache/0/stats",        "/cache/a/b/cdefR", shard + "/notes.txt",
      shard + "/0123.r",    shard + "/deja-tmpfile", "/cache/tmp/x"};
  for (const std::string& path : foreign) world.fs.put(path, std::string(100'000, 'f'));
  world.clock.advance(30 * day_ns);
  REQUIRE(clean_all(world.maintenance, {4096, 1}));
  REQUIRE(clear_all(world.maintenance));
  REQUIRE(evict_older_than(world.maintenance, 0, ""));
  for (const std::string& path : foreign) CHECK_MESSAGE(world.fs.has(path), path);
  CHECK(world.stats.read()->bytes() == 0);
  CHECK_FALSE(world.has(2));
}

TEST_CASE("temporaries go when they are an hour old") {
  CleanupWorld world;
  world.fill(1);
  const std::string shard = shard_folder("/cache", key(0).shard());
  world.fs.put("/cache/deja-tmp.1.1", "old");  // the fake's put is an hour old
  world.fs.put(shard + "/deja-tmp.1.2", "old");
  world.clock.advance(1);
  world.fs.put_now(shard + "/deja-tmp.1.3", "young");
  REQUIRE(clean_all(world.maintenance, {}));
  CHECK_FALSE(world.fs.has("/cache/deja-tmp.1.1"));
  CHECK_FALSE(world.fs.has(shard + "/deja-tmp.1.2"));
  CHECK(world.fs.has(shard + "/deja-tmp.1.3"));
  CHECK(world.has(0));
}

TEST_CASE("maintenance of a cache that is not there does not create it") {
  CleanupWorld world;
  CHECK(clean_all(world.maintenance, {1, 1}));
  CHECK(clear_all(world.maintenance));
  CHECK(evict_older_than(world.maintenance, 0, ""));
  CHECK(evict_namespace(world.maintenance, "x"));
  CHECK(recompress(world.maintenance, 1));
  CHECK(compression_report(world.maintenance)->entries == 0);
  CHECK_FALSE(world.fs.has("/cache"));
}

TEST_CASE("clear removes all of ours and counts nothing left") {
  CleanupWorld world;
  world.fill(5);
  world.put(1, EntryKind::manifest, "m");
  world.put(1, EntryKind::replay, "p");
  const auto report = clear_all(world.maintenance);
  REQUIRE(report);
  CHECK(report->files_removed == 7);
  world.check_accounts();
  CHECK(world.stats.read()->files() == 0);
}

TEST_CASE("eviction by age and by namespace, for every kind") {
  CleanupWorld world;
  world.fill(2, "team");
  world.put(7, EntryKind::manifest, "m", "team");
  world.put(8, EntryKind::manifest, "m", "other");
  world.put(9, EntryKind::manifest, "m");
  world.put(7, EntryKind::replay, "p", "team");
  SUBCASE("namespace") {
    CHECK(evict_namespace(world.maintenance, "team")->files_removed == 4);
    CHECK(world.has(8, EntryKind::manifest));
    CHECK(world.has(9, EntryKind::manifest));
  }
  SUBCASE("age") {
    CHECK(evict_older_than(world.maintenance, second_ns, "")->files_removed == 1);
    CHECK_FALSE(world.has(0));
    CHECK(world.has(1));
  }
  SUBCASE("both") {
    world.clock.advance(day_ns);
    CHECK(evict_older_than(world.maintenance, second_ns, "other")->files_removed == 1);
    CHECK(world.has(0));
  }
  world.check_accounts();
}

TEST_CASE("recompress there and back, with threads, on the real system") {
  TemporaryFolder folder;
  System& system = native_system();
  const std::string cache = folder / "cache";
  LocalStore store(system, cache, "team");
  for (int i = 0; i < 40; ++i) {
    REQUIRE(store.put(key(i), EntryKind::result, result_bytes(20'000), Overwrite::no));
    REQUIRE(system.fs.set_mtime(store.path_of(key(i), EntryKind::result),
                                1'600'000'000 * second_ns + i * 100));
  }
  REQUIRE(store.put(key(99), EntryKind::result, "no entry", Overwrite::no));
  REQUIRE(Stats(system, cache).record({}, store.changes()));
  std::atomic<unsigned> told = 0;
  const Maintenance on{system, cache,
                       [](const std::function<void()>& work) { run_in_threads(4, work); },
                       [&](unsigned done, unsigned all) {
                         ++told;
                         CHECK((done <= 256 && all == 256));
                       }};
  for (const std::optional<int> level : {std::optional<int>(1), std::optional<int>()}) {
    told = 0;
    const auto report = recompress(on, level);
    REQUIRE(report);
    CHECK(told == 256);
    CHECK(report->files_rewritten == 40);
    CHECK(report->files_failed == 1);
    told = 0;
    const auto sizes = compression_report(on);
    CHECK(sizes->entries == 40);
    CHECK(sizes->unreadable == 1);
    CHECK(sizes->compressed_entries == (level ? 40 : 0));
    CHECK((sizes->stored < sizes->raw) == level.has_value());
    CHECK(Stats(system, cache).read()->bytes() == 4096 + 40 * (level ? 4096 : 20480));
    for (int i = 0; i < 40; ++i) {
      CHECK(system.fs.stat(store.path_of(key(i), EntryKind::result))->mtime_ns ==
            1'600'000'000 * second_ns + i * 100);
      const auto bytes = store.get(key(i), EntryKind::result);
      REQUIRE((bytes && *bytes));
      CHECK(decode_entry(**bytes)->find(first_output_part)->size() == 20'000);
      REQUIRE(system.fs.set_mtime(store.path_of(key(i), EntryKind::result),
                                  1'600'000'000 * second_ns + i * 100));
    }
  }
  told = 0;
  CHECK(evict_namespace(on, "team")->files_removed == 41);
}

TEST_CASE("records and hot copies go first, and take up a tenth of the limit at most") {
  CleanupWorld world;
  for (int i = 0; i < 20; ++i) {
    world.put(i, EntryKind::result, result_bytes(100));
    world.clock.advance(second_ns);
    world.put(i, i % 2 == 0 ? EntryKind::replay : EntryKind::hot_copy, "made for speed");
    world.clock.advance(second_ns);
  }
  CHECK(world.stats.read()->hot_bytes == 20 * 4096);
  SUBCASE("over the tenth alone") {
    REQUIRE(clean_after_put(world.maintenance, {100 * 4096, 0}));
    CHECK(world.stats.read()->hot_bytes == 9 * 4096);
    CHECK(world.has(0));
    CHECK_FALSE(world.has(0, EntryKind::replay));
    CHECK(world.has(19, EntryKind::hot_copy));
  }
  SUBCASE("over the whole limit") {
    REQUIRE(clean_after_put(world.maintenance, {30 * 4096, 0}));
    for (int i = 0; i < 20; ++i) CHECK(world.has(i));
    CHECK(world.stats.read()->hot_bytes == 2 * 4096);
  }
  SUBCASE("by -c") {
    REQUIRE(clean_all(world.maintenance, {100 * 4096, 0}));
    CHECK(world.stats.read()->hot_bytes == 9 * 4096);
  }
  world.check_accounts();
}

TEST_CASE(
    "a file that another process removed first is no failure, one that cannot be removed is") {
  CleanupWorld world;
  world.fill(4);
  const std::string stuck =
      text::replaced(stored_path("/cache", {key(1), EntryKind::result}), "\\", "/");
  world.fs.read_only.insert(stuck);
  const auto report = clear_all(world.maintenance);
  REQUIRE(report);
  CHECK(report->files_failed == 1);
  CHECK(report->files_removed == 3);
  CHECK(world.has(1));
  world.check_accounts();
}

TEST_CASE(
    "whichever operation of a clean-up fails or is the last, entries stay whole and accounts can "
    "be put right") {
  for (bool crash : {false, true}) {
    for (int operation = 1;; ++operation) {
      CleanupWorld world;
      world.put(0, EntryKind::result, result_bytes(20'000));
      world.clock.advance(2 * day_ns);
      for (int i = 1; i < 4; ++i) world.put(i, EntryKind::result, result_bytes(100));
      if (crash) {
        world.faulty.crash_at(operation);
      } else {
        world.faulty.fail_at(operation, Cause::denied);
      }
      (void)clean_all(world.maintenance, {0, 3});
      const bool happened = world.faulty.happened();
      world.faulty.work_again();
      for (const std::string& path : world.fs.files_below("/cache"))
        if (path.ends_with(".r"))
          CHECK_MESSAGE(decode_entry(world.fs.get(path)), world.faulty.victim());
      REQUIRE(clean_all(world.maintenance, {}));
      world.check_accounts();
      if (!happened) break;
      operation += operation > 12 && operation < 250 ? 9 : 0;  // the 256 listings are alike
    }
  }
}

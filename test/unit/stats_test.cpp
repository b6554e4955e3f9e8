// Statistics: nothing lost, nothing counted twice, whatever stops where.
#include "store/stats.h"

#include <doctest/doctest.h>

#include "fake/fake_system.h"
#include "fake/temporary_folder.h"

using namespace deja;

namespace {

Counts one(Outcome outcome, std::int64_t n = 1) {
  Counts counts;
  counts.add(outcome, n);
  return counts;
}

std::int64_t hits(Stats& stats) {
  const auto totals = stats.read();
  REQUIRE(totals);
  return totals->counts[Outcome::direct_cache_hit];
}

}  // namespace

TEST_CASE(
    "every outcome and every change is in the sum, before and after a fold, on the real system") {
  TemporaryFolder folder;
  Stats stats(native_system(), folder / "cache");
  CHECK(stats.read()->updated_ns == 0);
  std::int64_t n = 0;
  for (const OutcomeRow& row : outcomes) REQUIRE(stats.record(one(row.outcome, ++n), {}));
  Counts all;
  for (const OutcomeRow& row : outcomes) all.add(row.outcome);
  REQUIRE(stats.record(all, {{0, 4096, 1}, {255, std::int64_t{1} << 40, 2}, {7, -4096, -1}}));
  for (bool folded : {false, true}) {
    if (folded) REQUIRE(stats.fold());
    const auto totals = stats.read();
    REQUIRE(totals);
    n = 0;
    for (const OutcomeRow& row : outcomes) CHECK(totals->counts[row.outcome] == ++n + 1);
    CHECK(totals->shard_bytes[0] == 4096);
    CHECK(totals->shard_bytes[255] == std::int64_t{1} << 40);
    CHECK(totals->shard_files[7] == -1);
    CHECK(totals->bytes() == (std::int64_t{1} << 40) + 4096);  // no shard counts less than nothing
    CHECK(totals->files() == 3);
    CHECK(totals->updated_ns > 0);
    CHECK(totals->zeroed_ns == 0);
  }
}

TEST_CASE("a run is one append of whole records, and an empty run none") {
  FakeSystem world;
  Stats stats(world.system, "/cache");
  REQUIRE(stats.record(one(Outcome::direct_cache_hit), {}));
  CHECK(world.fs.get("/cache/stats").size() == 64);
  CHECK(world.fs.count("append") == 2);  // the first finds no folder
  REQUIRE(stats.record({}, {}));
  REQUIRE(stats.record({}, {{1, 0, 0}}));
  CHECK(world.fs.count("append") == 2);
  CHECK(world.fs.count("stat") == 0);
}

TEST_CASE("zero clears the counters, keeps the sizes and tells when") {
  FakeSystem world;
  Stats stats(world.system, "/cache");
  REQUIRE(stats.record(one(Outcome::direct_cache_hit), {{1, 4096, 1}}));
  REQUIRE(stats.zero());
  for (bool folded : {false, true}) {
    if (folded) REQUIRE(stats.fold());
    const auto totals = stats.read();
    CHECK_FALSE(totals->counts.any());
    CHECK(totals->bytes() == 4096);
    CHECK(totals->zeroed_ns == world.clock.time_ns);
  }
  REQUIRE(stats.record(one(Outcome::direct_cache_hit), {}));
  CHECK(hits(stats) == 1);
}

TEST_CASE("a zeroing clears what was counted before it, and no more, in whatever file that is") {
  FakeSystem world;
  Stats stats(world.system, "/cache");
  const auto aside = [&](std::int64_t n) {
    world.fs.locked.insert("/cache/stats");
    REQUIRE(stats.record(one(Outcome::direct_cache_hit, n), {}));
    world.fs.locked.clear();
    world.clock.time_ns += 1'000'000'000;
  };
  REQUIRE(stats.record(one(Outcome::direct_cache_hit), {}));
  aside(10);
  REQUIRE(stats.zero());
  world.clock.time_ns += 1'000'000'000;
  aside(100);
  for (int folds = 0; folds < 3; ++folds) {
    CHECK(hits(stats) == 100);
    REQUIRE(stats.fold());
  }
  REQUIRE(stats.record(one(Outcome::direct_cache_hit), {}));
  CHECK(hits(stats) == 101);
}

TEST_CASE("set_shards replaces sizes, and later changes add to them") {
  FakeSystem world;
  Stats stats(world.system, "/cache");
  REQUIRE(stats.record({}, {{1, 4096, 1}, {2, 4096, 1}}));
  REQUIRE(stats.set_shards({{1, 100, 10}}));
  REQUIRE(stats.record({}, {{1, 5, 1}}));
  CHECK(stats.read()->shard_bytes[1] == 105);
  CHECK(stats.read()->shard_files[1] == 11);
  CHECK(stats.read()->shard_bytes[2] == 4096);
}

TEST_CASE("torn, damaged and foreign bytes cost only the records they hit") {
  FakeSystem world;
  Stats stats(world.system, "/cache");
  REQUIRE(stats.record(one(Outcome::direct_cache_hit), {}));
  const std::string record = world.fs.get("/cache/stats");
  world.fs.put("/cache/stats", record + record.substr(0, 33) + record + "djaSgarbage" + record +
                                   record.substr(0, 63));
  CHECK(hits(stats) == 3);
  for (std::size_t i = 0; i < record.size(); ++i) {
    std::string damaged = record;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    world.fs.put("/cache/stats", damaged + record);
    CHECK(hits(stats) == 1);
  }
  world.fs.put("/cache/stats", "another program's file\n");
  CHECK(hits(stats) == 0);
  CHECK_FALSE(stats.fold());
  CHECK(world.fs.get("/cache/stats") == "another program's file\n");
}

TEST_CASE(
    "records of a process that found the file locked are counted, once, and folded in later") {
  FakeSystem world;
  Stats stats(world.system, "/cache");
  REQUIRE(stats.record(one(Outcome::direct_cache_hit), {}));
  world.fs.locked.insert("/cache/stats");
  REQUIRE(stats.record(one(Outcome::direct_cache_hit, 10), {{3, 4096, 1}}));
  CHECK(hits(stats) == 11);
  world.fs.locked.clear();
  world.fs.put("/cache/stats.1.foreign", "not ours");
  REQUIRE(stats.fold());
  CHECK(hits(stats) == 11);
  CHECK(stats.read()->bytes() == 4096);
  CHECK(world.fs.get("/cache/stats.1.foreign") == "not ours");
  CHECK(world.fs.files_below("/cache").size() ==
        5);  // CACHEDIR.TAG, the log, the sum, the folds' lock, the foreign file
  REQUIRE(stats.fold());
  CHECK(hits(stats) == 11);
}

TEST_CASE("a fold that fails or is killed anywhere changes no sum") {
  for (bool crash : {false, true}) {
    for (int operation = 1; operation < 40; ++operation) {
      FakeSystem world;
      Stats stats(world.system, "/cache");
      REQUIRE(stats.record(one(Outcome::direct_cache_hit), {}));
      world.fs.locked.insert("/cache/stats");
      for (int i = 0; i < 3; ++i) REQUIRE(stats.record(one(Outcome::direct_cache_hit, 10), {}));
      world.fs.locked.clear();
      if (crash) {
        world.faulty.crash_at(operation);
      } else {
        world.faulty.fail_at(operation, Cause::no_space);
      }
      (void)stats.fold();
      if (!world.faulty.happened()) break;
      world.faulty.work_again();
      CHECK_MESSAGE(hits(stats) == 31, world.faulty.victim());
      for (int again = 0; again < 3; ++again) {
        REQUIRE(stats.fold());
        CHECK_MESSAGE(hits(stats) == 31, world.faulty.victim());
      }
    }
  }
}

TEST_CASE("a log that grew is folded by every sixteenth process, and by a reader") {
  FakeSystem world;
  Stats stats(world.system, "/cache");
  std::string log;
  for (int i = 0; i < 1100; ++i) log += encode_run(one(Outcome::direct_cache_hit), {}, 1);
  world.fs.put("/cache/stats", log);
  world.processes.own_id = 1001;
  REQUIRE(stats.record(one(Outcome::direct_cache_hit), {}));
  CHECK(world.fs.get("/cache/stats").size() > 64 * 1024);
  world.processes.own_id = 1008;
  REQUIRE(stats.record(one(Outcome::direct_cache_hit), {}));
  CHECK(world.fs.has("/cache/stats"));
  CHECK(world.fs.get("/cache/stats").empty());
  CHECK(hits(stats) == 1102);
  world.fs.put("/cache/stats", log);
  CHECK(hits(stats) == 2202);
  CHECK(world.fs.get("/cache/stats").empty());
  CHECK(hits(stats) == 2202);
  CHECK(world.fs.most_locks == 1);
}

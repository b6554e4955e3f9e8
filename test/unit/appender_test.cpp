// The log appender: records of many processes in one file, and what happens when the file cannot be
// had.
#include "sys/appender.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.h"
#include "fake/fake_system.h"

using namespace deja;

namespace {

// Several processes in one world, one after the other.
struct AppenderWorld : FakeSystem {
  Result<void> append_as(std::uint32_t process, std::string_view record) {
    processes.own_id = process;
    processes.alive = {process};
    return append_record(system, "/log", record);
  }
  std::vector<std::string> lines() const {
    const std::string all = fs.get("/log");
    std::vector<std::string> out;
    for (std::string_view line : text::split(all, '\n')) out.emplace_back(line);
    return out;
  }
};

}  // namespace

TEST_CASE("append_record: the usual case costs one stat and one append") {
  AppenderWorld world;
  REQUIRE(world.append_as(7, "a line\n"));
  CHECK(world.fs.get("/log") == "a line\n");
  CHECK(world.fs.count("lstat") == 1);
  CHECK(world.fs.count("append") == 1);
  CHECK(world.fs.count_all() == 2);
}

TEST_CASE("append_record: a list that is a link or somebody else's is not followed, nor emptied") {
  AppenderWorld world;
  world.fs.put_directory("/elsewhere");
  world.fs.put("/elsewhere/5", "a stranger's");
  world.fs.put("/log.5", "planted\n");
  SUBCASE("a link") { world.fs.put_link("/log.fallbacks", "/elsewhere"); }
  SUBCASE("another user's") {
    world.fs.put("/log.fallbacks/5", "");
    world.fs.node("/log.fallbacks").owner = world.console.user_id + 1;
  }
  REQUIRE(world.append_as(7, "a line\n"));
  CHECK(world.fs.get("/log") == "a line\n");
  CHECK(world.fs.has("/elsewhere/5"));
  CHECK(world.fs.has("/log.fallbacks"));
  CHECK(world.fs.get("/log.5") == "planted\n");
}

TEST_CASE("append_record: of 50,000 planted marks only so many are looked at in one call") {
  AppenderWorld world;
  for (int process = 1; process <= 50'000; ++process)
    world.fs.put("/log.fallbacks/" + std::to_string(100'000 + process), "");
  REQUIRE(world.append_as(7, "a line\n"));
  CHECK(world.fs.get("/log") == "a line\n");
  CHECK(world.fs.count_all() < 3000);
}

TEST_CASE(
    "append_record: a busy log leads to the process's own file, which the next process folds in") {
  AppenderWorld world;
  world.fs.locked = {"/log"};
  REQUIRE(world.append_as(7, "seven\n"));
  CHECK_FALSE(world.fs.has("/log"));
  CHECK(world.fs.get("/log.7") == "seven\n");
  world.fs.locked.clear();
  REQUIRE(world.append_as(8, "eight\n"));
  CHECK(world.fs.get("/log") == "eight\nseven\n");
  CHECK(world.fs.files_below("/") == std::vector<std::string>{"/log"});
  CHECK(world.fs.most_locks == 1);
}

TEST_CASE("append_record: who waited once does not wait again, and its lines stay in order") {
  AppenderWorld world;
  world.fs.locked = {"/log"};
  const std::int64_t start = world.clock.time_ns;
  REQUIRE(world.append_as(7, "one\n"));
  REQUIRE(world.append_as(7, "two\n"));
  CHECK(world.clock.time_ns - start <= append_budget_ns);
  CHECK(world.fs.get("/log.7") == "one\ntwo\n");
  world.fs.locked.clear();
  REQUIRE(world.append_as(7, "three\n"));
  CHECK(world.fs.get("/log") == "one\ntwo\nthree\n");
  CHECK(world.fs.files_below("/") == std::vector<std::string>{"/log"});
}

TEST_CASE("append_record: the file of a process that runs is left to it") {
  AppenderWorld world;
  world.fs.locked = {"/log"};
  REQUIRE(world.append_as(7, "seven\n"));
  world.fs.locked.clear();
  world.processes.own_id = 8;
  world.processes.alive = {7, 8};
  REQUIRE(append_record(world.system, "/log", "eight\n"));
  CHECK(world.fs.get("/log") == "eight\n");
  CHECK(world.fs.get("/log.7") == "seven\n");
  REQUIRE(world.append_as(9, "nine\n"));
  CHECK(world.fs.get("/log") == "eight\nnine\nseven\n");
}

TEST_CASE("append_record: rotated logs are not fallbacks") {
  AppenderWorld world;
  world.fs.put("/log.2", "last week's\n");
  world.fs.locked = {"/log"};
  REQUIRE(world.append_as(7, "seven\n"));
  world.fs.locked.clear();
  REQUIRE(world.append_as(8, "eight\n"));
  CHECK(world.fs.get("/log") == "eight\nseven\n");
  CHECK(world.fs.get("/log.2") == "last week's\n");
}

TEST_CASE(
    "append_record: where the log may never be written, files do not pile up and no line is lost") {
  AppenderWorld world;
  world.fs.put("/log", "");
  world.fs.read_only = {"/log"};
  std::string all;
  for (std::uint32_t process = 100; process < 120; ++process) {
    const std::string line = "process " + std::to_string(process) + "\n";
    REQUIRE(world.append_as(process, line));
    all += line;
  }
  CHECK(world.fs.files_below("/") ==
        std::vector<std::string>{"/log", "/log.119", "/log.fallbacks/119"});
  CHECK(world.fs.get("/log.119") == all);
}

TEST_CASE(
    "append_record: a full disk, a folder in its place or a missing folder is told at once and "
    "makes no file") {
  AppenderWorld world;
  world.fs.space = 2;
  CHECK(world.append_as(7, "line\n").error().cause == Cause::no_space);
  world.fs.space = UINT64_MAX;
  world.fs.put_directory("/log");
  CHECK_FALSE(world.append_as(7, "line\n"));
  CHECK_FALSE(append_record(world.system, "/none/log", "line\n"));
  CHECK(world.fs.files_below("/").empty());
}

TEST_CASE("append_record: a link or folder in the place of the fallback is not written through") {
  AppenderWorld world;
  world.fs.put("/precious", "precious");
  world.fs.put_link("/log.7", "/precious");
  world.fs.locked = {"/log"};
  CHECK_FALSE(world.append_as(7, "line\n"));
  CHECK(world.fs.get("/precious") == "precious");
}

TEST_CASE("append_record: a list of fallbacks with nonsense in it does no harm") {
  AppenderWorld world;
  for (const char* name : {"9", "10", "x", "-1", "99999999999999999999", "4294967296", "11/12"})
    world.fs.put("/log.fallbacks/" + std::string(name), "");
  world.fs.put("/log.9", "nine\n");
  REQUIRE(world.append_as(7, "seven\n"));
  CHECK(world.fs.get("/log") == "seven\nnine\n");
  CHECK_FALSE(world.fs.has("/log.9"));
  CHECK_FALSE(world.fs.has("/log.fallbacks/9"));
  CHECK_FALSE(world.fs.has("/log.fallbacks/10"));
  CHECK(world.fs.has("/log.fallbacks/x"));
}

TEST_CASE("append_record: without a list the lines are aside all the same") {
  AppenderWorld world;
  world.fs.put("/log.fallbacks", "a file");
  world.fs.locked = {"/log"};
  REQUIRE(world.append_as(7, "seven\n"));
  CHECK(world.fs.get("/log.7") == "seven\n");
  CHECK(world.fs.get("/log.fallbacks") == "a file");
}

namespace {

// Three processes had to put lines aside; then 20 comes, and whatever befalls it, 21.
std::vector<std::string> lines_after(AppenderWorld& world,
                                     const std::function<void(FaultyFs&)>& befall) {
  world.fs.locked = {"/log"};
  world.processes.alive = {10, 11, 12};
  for (std::uint32_t process : {10U, 11U, 12U}) {
    world.processes.own_id = process;
    REQUIRE(append_record(world.system, "/log", "of " + std::to_string(process) + "\n"));
  }
  world.fs.locked.clear();
  befall(world.faulty);
  (void)world.append_as(20, "of 20\n");
  const bool more = world.faulty.happened();
  world.faulty.work_again();
  REQUIRE(world.append_as(21, "of 21\n"));
  REQUIRE(world.append_as(22, "of 22\n"));
  return more ? world.lines() : std::vector<std::string>();
}

}  // namespace

TEST_CASE("append_record: killed at any operation, a process loses no other's line") {
  int operation = 1;
  for (;; ++operation) {
    AppenderWorld world;
    const auto lines = lines_after(world, [&](FaultyFs& faulty) { faulty.crash_at(operation); });
    if (lines.empty()) break;
    CAPTURE(operation);
    for (const char* line : {"of 10", "of 11", "of 12", "of 21", "of 22"})
      CHECK_MESSAGE(std::count(lines.begin(), lines.end(), line) >= 1, line);
    CHECK(world.fs.files_below("/") == std::vector<std::string>{"/log"});
    CHECK_FALSE(world.fs.has("/log.fallbacks"));
  }
  CHECK(operation > 20);
}

TEST_CASE("append_record: whatever operation fails, no line is lost") {
  for (Cause cause : {Cause::busy, Cause::denied, Cause::no_space, Cause::other}) {
    for (int operation = 1;; ++operation) {
      AppenderWorld world;
      const auto lines =
          lines_after(world, [&](FaultyFs& faulty) { faulty.fail_at(operation, cause); });
      if (lines.empty()) break;
      CAPTURE(operation);
      for (const char* line : {"of 10", "of 11", "of 12", "of 21", "of 22"})
        CHECK_MESSAGE(std::count(lines.begin(), lines.end(), line) >= 1, line);
    }
  }
}

// The fakes: what flow tests rely on.
#include <doctest/doctest.h>

#include "fake/fake_system.h"

using namespace deja;

TEST_CASE("FakeFs: files, folders and links behave as on a disk") {
  FakeSystem world;
  FakeFs& fs = world.fs;
  fs.put("/src/include/a.h", "int a;");
  fs.put_link("/src/inc", "include");

  std::string bytes;
  auto facts = fs.read("inc/a.h", bytes);  // relative, through a link
  REQUIRE(facts);
  CHECK(bytes == "int a;");
  CHECK(facts->size == 6);
  CHECK(*fs.real_path("inc/a.h") == "/src/include/a.h");
  CHECK(fs.lstat("/src/inc")->kind == FileKind::symlink);
  CHECK(fs.stat("/src/inc")->kind == FileKind::directory);
  CHECK(fs.read("/src/inc", bytes).error().cause == Cause::other);
  CHECK(fs.stat("/src/none").error().cause == Cause::not_found);
  CHECK(fs.remove_directory("/src/include").error().cause == Cause::exists);
  CHECK(fs.list("/src")->size() == 2);
  CHECK(fs.count("stat") == 2);
  CHECK(fs.count("list") == 1);
}

TEST_CASE("FakeFs: replacing a file changes its inode, writing stamps it with the clock") {
  FakeSystem world;
  world.fs.put("/src/a", "1");
  const FileFacts before = *world.fs.stat("/src/a");
  CHECK(before.mtime_ns < world.clock.time_ns);
  REQUIRE(world.fs.write_output("/src/a", "2"));
  const FileFacts after = *world.fs.stat("/src/a");
  CHECK(after.inode != before.inode);
  CHECK(after.mtime_ns == world.clock.time_ns);
  CHECK_FALSE(after.same_content_as(before));
}

TEST_CASE("FakeFs: create and rename refuse a name that is taken") {
  FakeSystem world;
  const std::string_view text = "x";
  REQUIRE(world.fs.create("/src/a", {&text, 1}));
  REQUIRE(world.fs.create("/src/b", {&text, 1}));
  CHECK(world.fs.create("/src/a", {&text, 1}).error().cause == Cause::exists);
  CHECK(world.fs.rename("/src/a", "/src/b", Overwrite::no).error().cause == Cause::exists);
  CHECK(world.fs.rename("/src/a", "/src/b", Overwrite::yes));
  CHECK_FALSE(world.fs.has("/src/a"));
  CHECK(world.fs.create("/none/a", {&text, 1}).error().cause == Cause::not_found);
}

TEST_CASE("FakeFs: a full disk, a read-only folder, a lock that is held") {
  FakeSystem world;
  world.fs.space = 3;
  CHECK(world.fs.write_output("/src/a", "four").error().cause == Cause::no_space);
  CHECK_FALSE(world.fs.has("/src/a"));
  CHECK(world.fs.write_output("/src/a", "yes"));
  world.fs.read_only.insert("/src");
  CHECK(world.fs.remove("/src/a").error().cause == Cause::denied);
  world.fs.locked.insert("/log");
  CHECK(world.fs.append("/log", "line\n").error().cause == Cause::busy);
}

TEST_CASE("FakeFs: append repairs a torn tail, and a nested append to a held file is refused") {
  FakeSystem world;
  world.fs.put("/log", "torn");
  REQUIRE(world.fs.append("/log", "line\n"));
  CHECK(world.fs.get("/log") == "torn\nline\n");
  CHECK(world.fs.with_append_lock("/log", 0, [&]() -> Result<void> {
    CHECK(world.fs.append("/log", "never\n").error().cause == Cause::busy);
    return {};
  }));
  CHECK(world.fs.append("/log", "again\n"));
}

TEST_CASE("FaultyFs: one operation fails, the next works") {
  FakeSystem world;
  world.fs.put("/src/a", "text");
  std::string bytes;
  world.faulty.fail_at(2, Cause::denied);
  CHECK(world.system.fs.stat("/src/a"));
  CHECK_FALSE(world.faulty.happened());
  CHECK(world.system.fs.read("/src/a", bytes).error().cause == Cause::denied);
  CHECK(world.faulty.happened());
  CHECK(world.faulty.victim() == "read /src/a");
  CHECK(world.system.fs.read("/src/a", bytes));
}

TEST_CASE("FaultyFs: a crash tears the write and nothing works after it") {
  FakeSystem world;
  world.faulty.crash_at(1);
  const std::string_view text = "abcd";
  CHECK_FALSE(world.system.fs.create("/src/a", {&text, 1}));
  CHECK(world.fs.get("/src/a") == "ab");
  CHECK_FALSE(world.system.fs.remove("/src/a"));
  CHECK_FALSE(world.system.fs.write_output("/src/b", "x"));
  CHECK_FALSE(world.fs.has("/src/b"));
  world.faulty.work_again();
  CHECK(world.system.fs.remove("/src/a"));
}

TEST_CASE("FakeProcesses: programs are functions on the files") {
  FakeSystem world;
  world.processes.on("/usr/bin/cc", [](const Command& command, FakeFs& fs) {
    fs.put_now("/src/a.o", "object of " + command.argv.back());
    return Finished{.exit_code = 3, .out = "hello", .err = "warning\n"};
  });
  std::string streamed;
  auto done = world.processes.run({"/usr/bin/cc", {"cc", "a.c"}, {}},
                                  [&](std::string_view piece) { streamed += piece; });
  REQUIRE(done);
  CHECK(streamed == "hello");
  CHECK(done->out.empty());
  CHECK(world.fs.get("/src/a.o") == "object of a.c");
  CHECK(*world.processes.become({"/usr/bin/cc", {"cc", "b.c"}, {}}) == 3);
  CHECK(world.console.err == "warning\n");
  CHECK(world.processes.run({"/usr/bin/none", {"none"}, {}}).error().cause == Cause::not_found);
}

TEST_CASE("FakeProcesses: a program says which names it is seen to use") {
  FakeSystem world;
  world.processes.on("/usr/bin/cc", [&](const Command&, FakeFs&) {
    world.processes.uses.push_back({NameUse::Kind::read, "/src/a.h", {}});
    return Finished{3, 0, "out", "err"};
  });
  const Command command{"/usr/bin/cc", {"cc"}, {}};
  auto seen = world.processes.run_observed(command);
  REQUIRE(seen);
  CHECK(seen->finished.exit_code == 3);
  CHECK(seen->finished.out == "out");
  CHECK(seen->uses == std::vector<NameUse>{{NameUse::Kind::read, "/src/a.h", {}}});
  CHECK(seen->incomplete.empty());
  CHECK(world.processes.observed.size() == 1);
  CHECK(world.processes.ran.size() == 1);

  world.processes.unobserved = "not here";
  seen = world.processes.run_observed(command);
  CHECK(seen->uses.empty());
  CHECK(seen->incomplete == "not here");
  CHECK_FALSE(world.processes.run_observed({"/usr/bin/none", {"none"}, {}}));
}

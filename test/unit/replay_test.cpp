// Replay on top of System, its records and their writer.
#include "replay/replay.h"

#include <memory>

#include "fuzz/replay_fuzz.h"
#include "replay/log_text.h"
#include "store/stats.h"
#include "unit/replay_world.h"

namespace deja {

namespace {

bool serve(System& system, const replay::Call& call) {
  const auto room = std::make_unique_for_overwrite<replay::Room>();
  replay::SystemCalls calls(system);
  return replay::Replay(calls, *room).serve(call);
}

}  // namespace

TEST_CASE("replay: what may change between a compile and its repeat") {
  play_replay_changes(serve);
}
TEST_CASE("replay: damaged records are passed over") { play_damaged_records(serve); }

TEST_CASE("replay: a run is told once and counted once, whoever holds what") {
  play_held_log_and_statistics(serve);
}
TEST_CASE("replay: lines beside the log, and statistics to be folded, are for the ordinary flow") {
  play_left_to_others(serve);
}

TEST_CASE("replay: outputs that are there already are kept") { play_kept_outputs(serve); }

TEST_CASE(
    "replay: a source too new for its times is judged by its content until it is old enough") {
  ReplayWorld world(serve);
  world.rewrite("a.c", "#include <one.h>\n");
  world.call.started_ns = native_system().fs.stat("a.c")->mtime_ns;
  world.clock.ahead_ns = 0;
  for (const char* name : {"cc", "late/one.h", "late/two.h", "late/three.h"})
    std::filesystem::last_write_time(
        name, std::filesystem::last_write_time(name) - std::chrono::hours(1));
  world.call.files.clear();
  world.call.watched_directories.clear();
  world.record();
  const std::string first = world.get(world.record_path);
  CHECK(world.repeat());
  CHECK(world.get(world.record_path) == first);
  SUBCASE("edited, same size") {
    world.put("a.c", "#include <two.h>\n");
    CHECK_FALSE(world.repeat());
  }
  SUBCASE("edited") {
    world.put("a.c", "");
    CHECK_FALSE(world.repeat());
  }
  SUBCASE("then it rests") {
    world.clock.ahead_ns = 10'000'000'000;
    CHECK(world.repeat());
    CHECK(world.get(world.record_path) != first);
    const std::string refreshed = world.get(world.record_path);
    CHECK(world.repeat());
    CHECK(world.get(world.record_path) == refreshed);
  }
}

TEST_CASE("replay: streams reach the caller") {
  ReplayWorld world(serve);
  world.record();
  CHECK(replay_call(world.system, world.call.words));
  CHECK(world.console.out == "to stdout\n");
  CHECK(world.console.err == "a warning\n");
}

TEST_CASE("replay: a folder that changed lately is judged by the names that matter") {
  ReplayWorld world(serve);
  world.put("early/unrelated.o", "");
  world.put("early/two.h", "");
  world.call.started_ns = world.clock.file_now_ns();
  world.clock.ahead_ns = 0;  // from here on everything in the folder is too new …
  world.call.included.clear();
  world.call.files.clear();
  world.call.probed_names = {"sys/probed.h"};
  SUBCASE("a name that does not matter comes and goes") {
    world.call.started_ns = native_system().clock.file_now_ns();
    world.record();
    world.put("early/new.o", "");
    std::filesystem::remove("early/unrelated.o");
    CHECK(world.repeat());
    SUBCASE("then one that does") {
      std::filesystem::create_directory("early/SYS");
      CHECK_FALSE(world.repeat());
    }
  }
  SUBCASE("a name that matters is as new") {
    world.call.probed_names = {"two.h"};
    world.call.started_ns = native_system().clock.file_now_ns();
    CHECK(world.refusal().find("two.h") != std::string::npos);
  }
}

TEST_CASE("replay: a folder that was checked out again is judged by the names that matter") {
  ReplayWorld world(serve);
  world.record();
  std::filesystem::remove_all("early");
  std::filesystem::create_directory("early");
  world.put("early/unrelated.o", "");
  CHECK(world.repeat());
  SUBCASE("a name that does not matter goes") {
    std::filesystem::remove("early/unrelated.o");
    CHECK(world.repeat());
  }
  SUBCASE("a header comes that would be found first") {
    world.put("early/one.h", "int other;\n");
    CHECK_FALSE(world.repeat());
  }
  SUBCASE("it is gone") {
    std::filesystem::remove_all("early");
    CHECK_FALSE(world.repeat());
  }
}

TEST_CASE("replay: of a folder that rested for an hour the facts are asked for, not the names") {
  ReplayWorld world(serve);
  world.clock.ahead_ns = 2 * 3'600'000'000'000;
  world.call.started_ns = world.clock.file_now_ns();
  world.record();
  CHECK(world.repeat());
  world.put("early/unrelated.o", "");
  CHECK_FALSE(world.repeat());
}

TEST_CASE("replay: counts as a direct hit, until the statistics want folding") {
  ReplayWorld world(serve);
  world.record();
  CHECK(world.repeat());
  CHECK(world.repeat());
  const auto totals = Stats(world.system, world.call.cache_dir).read();
  REQUIRE(totals);
  for (const OutcomeRow& row : outcomes) {
    CAPTURE(row.id);
    const bool counted = row.outcome == Outcome::direct_cache_hit ||
                         row.outcome == Outcome::local_storage_hit ||
                         row.outcome == Outcome::local_storage_read_hit;
    CHECK(totals->counts[row.outcome] == (counted ? 2 : 0));
  }
  std::filesystem::resize_file("cache/stats", replay::largest_stats + 1);
  CHECK_FALSE(world.repeat());
  std::filesystem::remove("cache/stats");
  CHECK_FALSE(world.repeat());
  world.call.counted = false;
  world.record();
  CHECK(world.repeat());
}

TEST_CASE("replay: the fuzz corpus") {
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(std::string(DEJA_SOURCE_DIR) +
                                                              "/test/fuzz/corpus/replay")) {
    check_replay_record(ReplayWorld::get(file.path().generic_string()));
    ++files;
  }
  CHECK(files > 0);
}

TEST_CASE("replay: what was found out about a touched file is kept") {
  ReplayWorld world(serve);
  world.record();
  world.rewrite("late/one.h", "int one;\n");
  const std::string before = world.get(world.record_path);
  CHECK(world.repeat());
  const std::string after = world.get(world.record_path);
  CHECK(after.size() == before.size());
  CHECK(after != before);
  CHECK(world.repeat());
  CHECK(world.get(world.record_path) == after);
  // Not when the file is so new that it might change again without a trace.
  world.rewrite("late/one.h", "int one;\n");
  world.clock.ahead_ns = 0;
  CHECK(world.repeat());
  CHECK(world.get(world.record_path) == after);
}

TEST_CASE("replay: the log") {
  ReplayWorld world(serve);
  world.call.log_file = world.path("log");
  world.call.log_lines = {"first", "second"};
  world.record();
  world.put("log", "torn");
  CHECK(world.repeat());
  std::istringstream lines(world.get("log"));
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);) found.push_back(line);
  REQUIRE(found.size() == 4);
  CHECK(found[0] == "torn");
  CHECK(found[1].substr(found[1].find(']')) == "] first");
  CHECK(found[2].substr(found[2].find(']')) == "] second");
  CHECK(found[3].substr(found[3].find(']'), 10) == "] Done in ");
  const LocalTime now = native_system().clock.local(world.clock.now_ns());
  CHECK(std::stoi(found[1].substr(1, 4)) == now.year);
  world.clock.ahead_ns += 2 * 86'400'000'000'000;  // summer time may have begun
  CHECK_FALSE(world.repeat());
}

TEST_CASE("replay: log lines have the date, the time and the process") {
  struct Row {
    std::int64_t seconds;
    std::uint32_t process;
    const char* text;
  };
  const Row rows[] = {
      {0, 7, "[1970-01-01T00:00:00.000001 7    ] x"},
      {951'782'399, 12345, "[2000-02-28T23:59:59.000001 12345] x"},
      {951'782'400, 1234567, "[2000-02-29T00:00:00.000001 1234567] x"},
      {1'709'251'199, 1, "[2024-02-29T23:59:59.000001 1    ] x"},
      {4'107'542'400, 1, "[2100-03-01T00:00:00.000001 1    ] x"},
      {1'798'761'599, 1, "[2026-12-31T23:59:59.000001 1    ] x"},
  };
  for (const Row& row : rows) {
    std::string room(100, ' ');
    replay::LogText log(room, row.seconds * 1'000'000'000 + 1999, row.process);
    log.begin_line();
    log.add("x");
    CHECK(log.text() == row.text);
    CHECK(log.whole());
  }
  std::string room(60, ' ');
  replay::LogText log(room, 0, 1);
  log.add_lines("a line that fits\nnot this\n");
  CHECK_FALSE(log.whole());
}

TEST_CASE("replay: no record in doubt") {
  ReplayWorld world(serve);
  CHECK(world.refusal().empty());
  CHECK(replay_possible(world.system, world.call.words, world.call.cache_dir));
  SUBCASE("a compiler too new") { world.call.started_ns -= 9'000'000'000; }
  SUBCASE("changed during the run") {
    world.call.started_ns = native_system().clock.file_now_ns();
    world.put("cc", "compiler 2");
  }
  SUBCASE("gone") { std::filesystem::remove("late/one.h"); }
  SUBCASE("there after all") { world.put(world.path("cache/ccache.conf"), ""); }
  SUBCASE("the log goes to syslog") { world.call.log_file = "syslog"; }
  SUBCASE("the log would be too long") {
    world.call.log_file = "log";
    world.call.log_lines.assign(2000, "short");
  }
  SUBCASE("another cache directory than the environment's") {
    world.call.cache_dir = world.path("elsewhere");
  }
  SUBCASE("a forbidden variable") { world.env.variables["CCACHE_RECACHE"] = "1"; }
  SUBCASE("too large") { world.call.err.assign(replay::largest_record, 'x'); }
  SUBCASE("not a path") { world.call.outputs.push_back({std::string("a\0b", 3), ""}); }
  CHECK_FALSE(world.refusal().empty());
}

TEST_CASE("replay: facts that the run has seen stand for what was read") {
  ReplayWorld world(serve);
  const auto seen = native_system().fs.stat("late/one.h");
  REQUIRE(seen);
  world.call.included[1].facts = *seen;
  world.rewrite("late/one.h", "int new;\n");  // between reading and recording
  world.record();
  CHECK_FALSE(world.repeat());
  world.rewrite("late/one.h", "int one;\n");
  CHECK(world.repeat());
}

TEST_CASE("replay: the cache directory may be spelled in another way") {
  ReplayWorld world(serve);
  world.env.variables["CCACHE_DIR"] = "cache/";
  world.record();
  CHECK(world.repeat());
}

TEST_CASE("replay: deja's own names and options") {
  for (const char* name : {"deja", "/usr/bin/deja", "DEJA.EXE", "deja-1.0"})
    CHECK(replay::is_own_name(name));
  for (const char* name : {"", "gcc", "/opt/deja/gcc", "dej", "/usr/lib/deja/"})
    CHECK_FALSE(replay::is_own_name(name));
  ReplayWorld world(serve);
  CHECK_FALSE(replay_possible(world.system, {"--version"}, world.call.cache_dir));
  CHECK_FALSE(replay_possible(world.system, {}, world.call.cache_dir));
}

TEST_CASE("replay: the order of variables does not matter, unless one is there twice") {
  const auto key = [](const std::vector<const char*>& environment) {
    const char* const words[] = {"cc"};
    replay::Hash128 out;
    const bool made = replay::key_of({words, environment, "/", 0, false}, out);
    return made ? out : replay::Hash128();
  };
  CHECK(key({"PATH=a", "HOME=b", "EDITOR=c"}) == key({"HOME=b", "PATH=a"}));
  CHECK(key({"PATH=a", "HOME=b"}) != key({"PATH=b", "HOME=a"}));
  CHECK(key({"PATH=a"}) != key({"PATH=a", "CPATH="}));
  CHECK(key({"LC_ALL=a", "LC_ALLY=b"}).known());
  CHECK_FALSE(key({"PATH=a", "HOME=b", "PATH=b"}).known());
}

TEST_CASE("replay: the cache directory follows from the environment") {
  const std::vector<const char*> set{"XDG_CACHE_HOME=/x", "HOME=/h", "CCACHE_DIR=/c"};
  if (native_style == PathStyle::posix) {
    CHECK(replay::cache_dir_of(replay::CStrings(set)).view() == "/c");
    CHECK(replay::cache_dir_of(replay::CStrings(set).first(2)).view() == "/x/deja");
    CHECK(replay::cache_dir_of(replay::CStrings(set).subspan(1, 1)).view() == "/h/.cache/deja");
  }
  CHECK_FALSE(replay::cache_dir_of({}).usable());
  const std::string long_value = "CCACHE_DIR=" + std::string(5000, 'x');
  const char* too_long[] = {long_value.c_str()};
  CHECK_FALSE(replay::cache_dir_of(too_long).usable());
}

}  // namespace deja

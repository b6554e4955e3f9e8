// A small compile in a real temporary folder, its replay record, and what may happen to them before
// the repeat. The same scenes are played with each implementation of the calls (replay_test.cpp,
// posix/replay_linux_test.cpp).
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "fake/fake_system.h"
#include "replay/fast_path.h"
#include "replay/system_calls.h"
#include "replay/writer.h"
#include "store/stats.h"

namespace deja {

// The real clock, put forward so that files made a moment ago count as old.
class ClockAhead final : public Clock {
 public:
  std::int64_t ahead_ns = 10'000'000'000;
  std::int64_t now_ns() override { return native_system().clock.now_ns() + ahead_ns; }
  std::int64_t file_now_ns() override { return native_system().clock.file_now_ns() + ahead_ns; }
  std::int64_t monotonic_ns() override { return native_system().clock.monotonic_ns(); }
  LocalTime local(std::int64_t since_1970_ns) override {
    return native_system().clock.local(since_1970_ns);
  }
};

class ReplayWorld {
 public:
  using Serve = std::function<bool(System&, const replay::Call&)>;

  explicit ReplayWorld(Serve serve) : serve_(std::move(serve)) {
    folder = std::filesystem::temp_directory_path() /
             ("deja_replay_" + std::to_string(native_system().processes.id()));
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / "early");
    std::filesystem::create_directories(folder / "late");
    std::filesystem::create_directories(folder / "cache");
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(folder);
    put("a.c", "#include <one.h>\n");
    put("late/one.h", "int one;\n");
    put("late/two.h", "int two;\n");
    put("late/three.h", "int three;\n");
    put("cc", "compiler");
    put("cache/stats", "");
    large.assign(300'000, 'x');
    for (std::size_t i = 0; i < large.size(); i += 3) large[i] = static_cast<char>(i >> 5);
    put("cache/entry", "head" + large + "tail");
    env.variables = {{"CCACHE_DIR", path("cache")}, {"PATH", "/usr/bin"}, {"EDITOR", "vi"}};
    console.user_id = native_system().console.user();
    call.words = {"cc", "-c", "a.c", "-MF", "empty.d", "-dumpbase", "large"};
    call.cache_dir = path("cache");
    call.started_ns = clock.file_now_ns();
    call.included = {content("a.c"), content("late/one.h"), content("late/two.h"),
                     content("late/three.h")};
    call.files = {{path("cc"), std::nullopt}};
    call.absent = {path("cache/ccache.conf"), "no/such/folder"};
    call.watched_directories = {"early", "missing"};
    call.outputs = {{"a.o", "object"}, {"large.o", large}, {"empty.d", ""}};
    call.entry_file = path("cache/entry");
    call.out = "to stdout\n";
    call.err = "a warning\n";
  }
  ~ReplayWorld() {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder);
  }
  ReplayWorld(const ReplayWorld&) = delete;
  ReplayWorld& operator=(const ReplayWorld&) = delete;

  std::string path(const std::string& name) const { return (folder / name).generic_string(); }
  static void put(const std::string& name, std::string_view bytes) {
    std::ofstream(name, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  static std::string get(const std::string& name) {
    std::ostringstream out;
    out << std::ifstream(name, std::ios::binary).rdbuf();
    return out.str();
  }
  static ReplayFile content(const std::string& name) { return {name, digest_of(get(name))}; }
  // Other content, or other times, but never other facts than a change of the file would give.
  static void rewrite(const std::string& name, std::string_view bytes) {
    std::filesystem::remove(name);
    put(name, bytes);
  }

  void record() {
    auto made = make_replay_record(system, call);
    REQUIRE_MESSAGE(made, made.error().text());
    const std::string hex = made->key.hex();
    record_path = path("cache/" + hex.substr(0, 2) + "/" + hex.substr(2) + ".p");
    std::filesystem::create_directories(std::filesystem::path(record_path).parent_path());
    put(record_path, made->bytes);
    put(copy_path(), made->hot_copy);
    std::filesystem::permissions(
        record_path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  std::string refusal() {
    auto made = make_replay_record(system, call);
    return made ? "" : made.error().text();
  }
  std::string copy_path() const { return record_path.substr(0, record_path.size() - 1) + "o"; }
  bool repeat() {
    const replay::CallText text(system, call.words);
    return serve_(system, text.call());
  }
  bool outputs_are_right() const {
    return get("a.o") == "object" && get("large.o") == large && std::filesystem::exists("empty.d");
  }
  void remove_outputs() const {
    for (const char* name : {"a.o", "large.o", "empty.d"}) std::filesystem::remove(name);
  }

  std::filesystem::path folder;
  ClockAhead clock;
  FakeEnv env;
  FakeConsole console;
  System system{native_system().fs, native_system().processes, clock, env,
                console,            native_system().channels};
  ReplayCall call;
  std::string large;
  std::string record_path;

 private:
  Serve serve_;
  std::filesystem::path before_;
};

// What may happen between a compile and its repeat, and whether the record still answers.
struct ReplayChange {
  const char* what;
  bool answered;
  void (*happen)(ReplayWorld&);
};

inline const ReplayChange replay_changes[] = {
    {"nothing", true, [](ReplayWorld&) {}},
    {"the outputs are there already", true,
     [](ReplayWorld& w) { w.put("a.o", "older and longer"); }},
    {"the outputs are there already, as they should be", true,
     [](ReplayWorld& w) {
       w.put("a.o", "object");
       w.put("large.o", w.large);
       w.put("empty.d", "");
     }},
    {"outputs of the same sizes are there", true,
     [](ReplayWorld& w) {
       w.put("a.o", "OBJECT");
       w.put("large.o", std::string(w.large.size() - 1, 'x') + "y");
     }},
    {"source edited, same size", false,
     [](ReplayWorld& w) { w.rewrite("a.c", "#include <two.h>\n"); }},
    {"source edited, same size and modification time", false,
     [](ReplayWorld& w) {
       const auto time = std::filesystem::last_write_time("a.c");
       w.put("a.c", "#include <two.h>\n");
       std::filesystem::last_write_time("a.c", time);
     }},
    {"header edited", false, [](ReplayWorld& w) { w.rewrite("late/one.h", "int other;\n"); }},
    {"header removed", false, [](ReplayWorld&) { std::filesystem::remove("late/two.h"); }},
    {"folder of headers removed", false, [](ReplayWorld&) { std::filesystem::remove_all("late"); }},
    {"source replaced by its equal", true,
     [](ReplayWorld& w) { w.rewrite("a.c", "#include <one.h>\n"); }},
    {"source touched", true,
     [](ReplayWorld&) {
       std::filesystem::last_write_time(
           "a.c", std::filesystem::last_write_time("a.c") - std::chrono::hours(1));
     }},
    {"compiler replaced by its equal", false, [](ReplayWorld& w) { w.rewrite("cc", "compiler"); }},
    {"configuration file appears", false, [](ReplayWorld& w) { w.put("cache/ccache.conf", ""); }},
    {"file in a folder that was not there appears", false,
     [](ReplayWorld&) { std::filesystem::create_directories("no/such/folder"); }},
    {"searched folder appears", false,
     [](ReplayWorld&) { std::filesystem::create_directory("missing"); }},
    {"header appears in an earlier folder", false,
     [](ReplayWorld& w) { w.put("early/one.h", ""); }},
    {"folder replaced by a file", false,
     [](ReplayWorld& w) {
       std::filesystem::remove("early");
       w.put("early", "");
     }},
    {"variable that matters set", false, [](ReplayWorld& w) { w.env.variables["CPATH"] = "x"; }},
    {"variable that matters changed", false,
     [](ReplayWorld& w) { w.env.variables["PATH"] = "/bin"; }},
    {"variable that does not matter changed", true,
     [](ReplayWorld& w) { w.env.variables["EDITOR"] = "ed"; }},
    {"caching disabled", false, [](ReplayWorld& w) { w.env.variables["CCACHE_DISABLE"] = "1"; }},
    {"another option", false, [](ReplayWorld& w) { w.call.words.push_back("-O2"); }},
    {"words joined", false,
     [](ReplayWorld& w) {
       w.call.words = {"cc", "-ca.c"};
     }},
    {"a terminal", false, [](ReplayWorld& w) { w.console.terminal = true; }},
    {"another user", false, [](ReplayWorld& w) { ++w.console.user_id; }},
    {"another folder", false, [](ReplayWorld&) { std::filesystem::current_path("late"); }},
    {"the hot copy is gone", false, [](ReplayWorld& w) { std::filesystem::remove(w.copy_path()); }},
    {"the hot copy is damaged", false,
     [](ReplayWorld& w) { w.put(w.copy_path(), std::string(300'000, 'y')); }},
    {"the hot copy is cut", false,
     [](ReplayWorld& w) { std::filesystem::resize_file(w.copy_path(), 299'999); }},
    {"the result is gone", true, [](ReplayWorld&) { std::filesystem::remove("cache/entry"); }},
    {"an output is a directory", false,
     [](ReplayWorld&) { std::filesystem::create_directory("a.o"); }},
    {"the record could have been written by others", native_style == PathStyle::windows,
     [](ReplayWorld& w) {
       std::filesystem::permissions(w.record_path, std::filesystem::perms::group_write,
                                    std::filesystem::perm_options::add);
     }},
    {"the record is gone", false, [](ReplayWorld& w) { std::filesystem::remove(w.record_path); }},
    {"the record has something behind it", true,
     [](ReplayWorld& w) { w.put(w.record_path, w.get(w.record_path) + "namespace"); }},
    {"the record has another call's name", false,
     [](ReplayWorld& w) {
       w.call.words.push_back("-O2");
       const replay::CallText text(w.system, w.call.words);
       replay::Hash128 key;
       replay::PathText cache_dir = replay::cache_dir_of(text.call().environment);
       REQUIRE(replay::key_of(text.call(), key));
       const std::string other(replay::record_path(cache_dir, key).view());
       std::filesystem::create_directories(std::filesystem::path(other).parent_path());
       std::filesystem::rename(w.record_path, other);
     }},
};

// Plays every change. `check` runs after each, before the folder is gone.
inline void play_replay_changes(
    const ReplayWorld::Serve& serve, const std::function<void()>& check = [] {}) {
  for (const ReplayChange& change : replay_changes) {
    CAPTURE(change.what);
    ReplayWorld world(serve);
    world.record();
    change.happen(world);
    const bool answered = world.repeat();
    CHECK(answered == change.answered);
    if (answered) CHECK(world.outputs_are_right());
    if (answered) CHECK(world.get(world.path("cache/stats")).size() == 64);
    if (!answered) CHECK(world.get(world.path("cache/stats")).empty());
    // An output may be missing now, but never be wrong.
    if (!answered && std::filesystem::is_regular_file("large.o"))
      CHECK(world.get("large.o") == world.large);
    check();
  }
}

inline std::int64_t hits_counted(ReplayWorld& world) {
  const auto totals = Stats(world.system, world.call.cache_dir).read();
  return totals ? totals->counts[Outcome::direct_cache_hit] : -1;
}

// A held log: nothing is told, and the ordinary flow has its turn. Held statistics: the log has
// been told, so nothing may be told again.
inline void play_held_log_and_statistics(const ReplayWorld::Serve& serve) {
  ReplayWorld world(serve);
  world.call.log_file = world.path("log");
  world.call.log_lines = {"told"};
  world.record();
  const auto repeat_while_held = [&](const char* name) {
    bool answered = false;
    REQUIRE(
        native_system().fs.with_append_lock(world.path(name), 1'000'000'000, [&]() -> Result<void> {
          answered = world.repeat();
          return {};
        }));
    return answered;
  };
  const auto lines = [&] {
    const std::string log = world.get("log");
    return std::count(log.begin(), log.end(), '\n');
  };
  world.put("log", "");
  world.put("cache/stats", "");
  CHECK(world.repeat());
  CHECK(lines() == 2);
  CHECK_FALSE(repeat_while_held("log"));
  CHECK(lines() == 2);
  CHECK(hits_counted(world) == 1);
  CHECK(repeat_while_held("cache/stats"));
  CHECK(repeat_while_held("cache/stats"));
  CHECK(lines() == 6);
  CHECK(hits_counted(world) == 3);
  REQUIRE(Stats(world.system, world.call.cache_dir).fold());
  CHECK(hits_counted(world) == 3);
}

inline void play_left_to_others(const ReplayWorld::Serve& serve) {
  ReplayWorld world(serve);
  world.call.log_file = world.path("log");
  world.record();
  world.put("log", "");
  CHECK(world.repeat());
  const std::string log = world.get("log");
  std::filesystem::create_directory("log.fallbacks");
  CHECK_FALSE(world.repeat());
  std::filesystem::remove("log.fallbacks");
  CHECK(world.repeat());
  std::filesystem::resize_file("cache/stats", replay::largest_stats + 1);
  CHECK_FALSE(world.repeat());
  std::filesystem::remove("cache/stats");
  CHECK_FALSE(world.repeat());
  CHECK(world.get("log").size() < 3 * log.size());  // what was not answered was not told
}

// An output that has its bytes already stays the file it is, and is as new as one that was written.
inline void play_kept_outputs(const ReplayWorld::Serve& serve) {
  ReplayWorld world(serve);
  world.record();
  REQUIRE(world.repeat());
  const auto inode = [](const char* name) { return native_system().fs.stat(name)->inode; };
  const std::uint64_t object = inode("a.o"), large = inode("large.o");
  std::filesystem::create_hard_link("large.o",
                                    "aside.o");  // so that the number is not given to the next file
  std::filesystem::remove("large.o");
  world.put("large.o", std::string(world.large.size(), 'z'));
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  for (const char* name : {"a.o", "large.o"}) std::filesystem::last_write_time(name, long_ago);
  REQUIRE(world.repeat());
  CHECK(world.outputs_are_right());
  CHECK(inode("a.o") == object);
  CHECK(inode("large.o") != large);
  for (const char* name : {"a.o", "large.o"})
    CHECK(std::filesystem::last_write_time(name) > long_ago + std::chrono::minutes(59));
}

// A damaged record never answers, nor crashes. A header has been touched, so that the cold part is
// asked for too.
inline void play_damaged_records(const ReplayWorld::Serve& serve) {
  ReplayWorld world(serve);
  world.record();
  const std::string good = world.get(world.record_path);
  world.rewrite("late/one.h", "int one;\n");
  for (std::size_t size = 0; size < good.size(); size += size < 200 ? 1 : 37) {
    world.put(world.record_path, std::string_view(good).substr(0, size));
    CHECK_FALSE(world.repeat());
  }
  for (std::size_t i = 0; i < good.size(); i += i < 200 ? 1 : 11) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << i % 8));
    world.put(world.record_path, bad);
    CHECK_FALSE(world.repeat());
  }
  CHECK_FALSE(std::filesystem::exists("a.o"));
}

}  // namespace deja

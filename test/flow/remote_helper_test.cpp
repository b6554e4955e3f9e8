// Compiles with a helper of remote storage: found, started, asked; and whatever it does, the caller
// sees what the compiler would have done.
#include <doctest/doctest.h>

#include "flow/flow_world.h"
#include "remote/helper_place.h"

namespace deja {

namespace {

const std::vector<std::string> helper_words = {"-c", "a.c", "-o", "a.o"};

class HelperWorld : public FlowWorld {
 public:
  explicit HelperWorld(const std::string& storage = "crsh:/run/helper.sock") {
    env.variables["CCACHE_REMOTE_STORAGE"] = storage;
    fs.put("/src/a.c", "int a;\n");
    for (const char* directory : {"/tmp/deja-0", "/cache/tmp/storage"}) {
      fs.put_directory(directory);
      fs.node(directory).mode = 0700;
    }
    if (storage.starts_with("crsh:")) channels.listening["/run/helper.sock"] = helper;
    processes.on_detached = [this](const Command& command, const std::string& listen_at) {
      started_at = listen_at;
      for (const auto& [name, value] : command.environment)
        if (name == "CRSH_IPC_ENDPOINT" && comes_up) channels.listening[*value] = helper;
    };
  }

  std::shared_ptr<FakeHelper> helper = std::make_shared<FakeHelper>();
  bool comes_up = true;    // a helper that is started
  std::string started_at;  // the address of the socket that it was given

  void compile_right() {
    const Seen want = bare(helper_words);
    CHECK(through_deja(helper_words) == want);
  }
  // Nothing is known here any more.
  void forget() {
    fs.erase("/cache");
    fs.put_directory("/cache/tmp/storage");
    fs.node("/cache/tmp/storage").mode = 0700;
  }
  // How long a compile that nobody has seen before waits.
  std::int64_t waited_ms() {
    forget();
    const std::int64_t begun_ns = clock.time_ns;
    compile_right();
    return (clock.time_ns - begun_ns) / 1'000'000;
  }
  void install(const std::string& path) {
    fs.put(path, "program");
    fs.node(path).mode = 0755;
  }
  std::int64_t errors() { return count_of(Outcome::remote_storage_error); }
  std::int64_t timeouts() { return count_of(Outcome::remote_storage_timeout); }
};

}  // namespace

TEST_CASE("helper: what one machine has compiled the next one gets") {
  HelperWorld world;
  world.compile_right();
  CHECK(world.helper->entries.size() == 2);
  CHECK(world.count_of(Outcome::remote_storage_write) == 2);
  CHECK(world.count_of(Outcome::remote_storage_read_miss) == 2);
  world.forget();
  world.compile_right();
  CHECK(world.compiles == 1);
  CHECK(world.count_of(Outcome::remote_storage_hit) == 1);
  CHECK(world.processes.detached.empty());
  CHECK(world.channels.connects == 2);  // one for each run
  const int connects = world.channels.connects;
  world.compile_right();  // a local hit
  CHECK(world.channels.connects == connects);
}

TEST_CASE("helper: whatever it does, the caller does not see it") {
  using Mood = FakeHelper::Mood;
  for (const Mood mood : {Mood::silent, Mood::hangs_up, Mood::fails, Mood::talks_other}) {
    HelperWorld world;
    world.helper->mood = mood;
    world.compile_right();
    CHECK(world.compiles == 1);
    CHECK(world.timeouts() == (mood == Mood::silent ? 1 : 0));
    CHECK(world.errors() == (mood == Mood::silent ? 0 : 1));
    CHECK(world.count_of(Outcome::local_storage_write) == 2);
  }
}

TEST_CASE("helper: answers that are cut, too large, empty or another entry's are misses") {
  const auto spoilt = [](const std::function<void(std::string&)>& spoil) {
    HelperWorld world;
    world.compile_right();
    world.forget();
    world.helper->spoil = [&](wire::Operation asked, std::string& answer) {
      if (asked == wire::Operation::get && answer.size() > 9) spoil(answer);
    };
    world.compile_right();
    CHECK(world.compiles == 2);
    CHECK(world.count_of(Outcome::remote_storage_hit) == 0);
    const std::int64_t told = world.errors() + world.timeouts();
    // Nothing of it is kept here.
    world.helper->spoil = {};
    world.compile_right();
    CHECK(world.compiles == 2);
    return told;
  };
  CHECK(spoilt([](std::string& answer) { answer.resize(answer.size() / 2); }) == 1);
  CHECK(spoilt([](std::string& answer) {
          answer.replace(1, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f");
        }) == 1);
  CHECK(spoilt([](std::string& answer) { answer = std::string(9, '\0'); }) == 1);
  CHECK(spoilt([](std::string& answer) { answer[0] = 7; }) == 1);
  CHECK(spoilt([](std::string& answer) { answer.back() ^= 1; }) >= 1);
  CHECK(spoilt([](std::string& answer) { answer[9 + 8] ^= 1; }) >= 1);
  CHECK(spoilt([](std::string& answer) { answer[0] = 1; }) == 1);  // "not there", and then rubbish
}

TEST_CASE("helper: look-ups wait no longer than their budget") {
  HelperWorld slow("crsh:/run/helper.sock budget=100ms");
  slow.helper->delay_ns = 60'000'000;
  CHECK(slow.waited_ms() <= 400);
  CHECK(slow.timeouts() == 1);
  // As slow as that is usual for one that is far away.
  HelperWorld far;
  far.helper->capabilities.push_back(0x86);
  far.helper->state.median_us = 60'000;
  far.helper->delay_ns = 60'000'000;
  far.waited_ms();
  CHECK(far.timeouts() == 0);
  CHECK(far.helper->entries.size() == 2);
  // One that knows that it would be asked in vain.
  HelperWorld paused;
  paused.helper->capabilities.push_back(0x86);
  paused.helper->state.gets_paused = true;
  CHECK(paused.waited_ms() == 0);
  CHECK(paused.errors() == 1);
  CHECK(paused.helper->asked == std::vector{wire::Operation::state});
}

TEST_CASE("helper: it is started once, told what it needs, and met again") {
  HelperWorld world("special://user:word@host/x idle-timeout=30s @one=1 @two=a%20b");
  world.install("/usr/bin/ccache-storage-special");
  world.env.variables["CRSH_URL"] = "left over";
  world.compile_right();
  REQUIRE(world.processes.detached.size() == 1);
  const Command& command = world.processes.detached[0];
  CHECK(command.program == "/usr/bin/ccache-storage-special");
  CHECK(world.started_at.empty());  // it listens itself
  std::map<std::string, std::string> told;
  for (const auto& [name, value] : command.environment)
    if (value) told[name] = *value;
  CHECK(told["CRSH_URL"] == "special://user:word@host/x");
  CHECK(told["CRSH_IDLE_TIMEOUT"] == "30");
  CHECK(told["CRSH_NUM_ATTR"] == "2");
  CHECK(told["CRSH_ATTR_KEY_1"] == "two");
  CHECK(told["CRSH_ATTR_VALUE_1"] == "a b");
  CHECK(told["CRSH_IPC_ENDPOINT"].starts_with("/tmp/deja-0/storage-special-"));
  CHECK(world.fs.node("/tmp/deja-0").kind == FileKind::directory);
  world.forget();
  world.compile_right();
  CHECK(world.processes.detached.size() == 1);
  CHECK(world.count_of(Outcome::remote_storage_hit) == 1);
}

TEST_CASE("helper: deja-storage gets a socket that listens already") {
  HelperWorld world("http://host/x");
  world.install("/usr/bin/deja-storage");
  world.compile_right();
  REQUIRE(world.processes.detached.size() == 1);
  CHECK(world.started_at.starts_with("/tmp/deja-0/storage-http-"));
  CHECK(world.helper->entries.size() == 2);
  // A helper of somebody else's goes first where libexec_dirs has one.
  HelperWorld other("http://host/x");
  other.install("/usr/bin/deja-storage");
  other.install("/libexec/ccache-storage-http");
  other.env.variables["CCACHE_LIBEXEC_DIRS"] = "/libexec";
  other.compile_right();
  CHECK(other.processes.detached.at(0).program == "/libexec/ccache-storage-http");
  HelperWorld forced("http://host/x helper=_builtin_");
  forced.install("/usr/bin/ccache-storage-http");
  forced.install("/usr/bin/deja-storage");
  forced.compile_right();
  CHECK(forced.processes.detached.at(0).program == "/usr/bin/deja-storage");
}

TEST_CASE("helper: one that does not start costs its time once, and is left alone for a while") {
  HelperWorld world("special://host");
  world.install("/usr/bin/ccache-storage-special");
  world.comes_up = false;
  CHECK(world.waited_ms() <= 300);
  CHECK(world.timeouts() == 1);
  CHECK(world.waited_ms() == 0);
  CHECK(world.errors() == 1);
  CHECK(world.processes.detached.size() == 1);
  // It was only slow.
  const std::string address = *[&] {
    for (const auto& [name, value] : world.processes.detached[0].environment)
      if (name == "CRSH_IPC_ENDPOINT") return value;
    return std::optional<std::string>("");
  }();
  world.channels.listening[address] = world.helper;
  world.waited_ms();
  CHECK(world.helper->entries.size() == 2);
  world.channels.listening.clear();
  world.clock.advance_seconds(11);
  world.comes_up = true;
  world.waited_ms();
  CHECK(world.processes.detached.size() == 2);
}

TEST_CASE("helper: one that does not answer is left alone for a while, by all compiles") {
  HelperWorld world("special://host");
  world.install("/usr/bin/ccache-storage-special");
  world.helper->mood = FakeHelper::Mood::silent;
  CHECK(world.waited_ms() <= 300);
  CHECK(world.timeouts() == 1);
  CHECK(world.waited_ms() == 0);
  CHECK(world.errors() == 1);
  world.clock.advance_seconds(11);
  world.helper->mood = FakeHelper::Mood::well;
  world.waited_ms();
  CHECK(world.helper->entries.size() == 2);
}

TEST_CASE("helper: none is there") {
  HelperWorld unknown("special://host");
  CHECK(unknown.through_deja(helper_words).exit_code == 1);
  CHECK(unknown.compiles == 0);
  CHECK(unknown.console.err.find("unknown scheme 'special'") != std::string::npos);
  HelperWorld http("http://host");
  http.compile_right();
  CHECK(http.errors() == 1);
}

TEST_CASE("helper: a directory that others can write to has no sockets of ours") {
  HelperWorld world("special://host");
  world.install("/usr/bin/ccache-storage-special");
  world.fs.put_directory("/tmp/deja-0");
  world.fs.node("/tmp/deja-0").mode = 0777;
  world.compile_right();
  REQUIRE(world.processes.detached.size() == 1);
  for (const auto& [name, value] : world.processes.detached[0].environment)
    if (name == "CRSH_IPC_ENDPOINT") CHECK(value->starts_with("/cache/tmp/storage/"));
}

TEST_CASE("helper: what is queued need not be waited for, but in continuous integration") {
  for (const bool ci : {false, true}) {
    HelperWorld world;
    world.helper->capabilities.push_back(0x81);
    if (ci) world.env.variables["CI"] = "true";
    world.compile_right();
    CHECK(std::ranges::count(world.helper->asked, wire::Operation::put_queued) == (ci ? 0 : 2));
    CHECK(std::ranges::count(world.helper->asked, wire::Operation::put) == (ci ? 2 : 0));
  }
}

}  // namespace deja

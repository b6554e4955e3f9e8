// The fault loop and the crash loop: whatever operation fails, and wherever the process is killed,
// the caller of the compiler sees what the bare compiler shows, and nothing readable in the cache
// is broken.
#include <doctest/doctest.h>

#include "flow/flow_world.h"
#include "store/cleanup.h"

namespace deja {

namespace {

const std::vector<std::string> usual_words = {"-c", "-MD", "-Iinclude", "a.c", "-o", "a.o"};

struct Case {
  const char* name;
  bool warm;  // a run before: the loop is over a hit
  bool depend;
  bool logging;
  bool small;  // a cache so small that every store cleans up
};

constexpr Case cases[] = {
    {"miss", false, false, false, false},
    {"hit", true, false, false, false},
    {"miss with a log", false, false, true, false},
    {"hit with a log", true, false, true, false},
    {"miss in depend mode", false, true, false, false},
    {"miss with clean-up", false, false, false, true},
};

void prepare(FlowWorld& world, const Case& how) {
  world.fs.put("/src/a.c", "#include \"x.h\"\nint warn;\n");
  world.fs.put("/src/include/x.h", "int x;");
  if (how.depend) world.env.variables["CCACHE_DEPEND"] = "1";
  if (how.logging) world.env.variables["CCACHE_LOGFILE"] = "/log";
  if (how.small) world.env.variables["CCACHE_MAXFILES"] = "2";
  if (how.small) {
    world.fs.put("/src/other.c", "int other;\n");
    world.through_deja({"-c", "other.c", "-o", "other.o"});
  }
  if (how.warm) {
    world.through_deja(usual_words);
    world.let_files_grow_old();
    world.through_deja(usual_words);
  }
}

// Runs after the fault: the cache must not have kept anything wrong.
void check_afterwards(FlowWorld& world, const Seen& want) {
  world.faulty.work_again();
  world.let_files_grow_old();
  CHECK(world.through_deja(usual_words) == want);
  CHECK(world.through_deja(usual_words) == want);
}

}  // namespace

TEST_CASE("fault loop: any one file-system operation fails, and the caller does not see it") {
  for (const Case& how : cases) {
    for (const Cause cause : {Cause::no_space, Cause::denied, Cause::not_found, Cause::other}) {
      int at = 1;
      for (;; ++at) {
        FlowWorld world;
        prepare(world, how);
        const Seen want = world.bare(usual_words);
        world.faulty.fail_at(at, cause);
        const Seen got = world.through_deja(usual_words);
        if (!world.faulty.happened()) break;
        INFO(how.name, ", operation ", at, ": ", world.faulty.victim(), " cause ",
             static_cast<int>(cause));
        // The compiler itself could not be found, or the configuration not be read: deja's own
        // errors, and the only ones.
        const bool own_error = got.err.starts_with("deja: error:");
        if (own_error) {
          CHECK(got.exit_code == 1);
          CHECK((world.faulty.victim().find("/usr/bin") != std::string::npos ||
                 world.faulty.victim().find("ccache.conf") != std::string::npos));
        } else {
          CHECK(got == want);
        }
        check_afterwards(world, want);
        REQUIRE(at < 1000);
      }
      CHECK(at > 10);
    }
  }
}

TEST_CASE("crash loop: killed at any operation, the next run sees nothing of it") {
  for (const Case& how : cases) {
    int at = 1;
    for (;; ++at) {
      FlowWorld world;
      prepare(world, how);
      const Seen want = world.bare(usual_words);
      world.faulty.crash_at(at);
      world.through_deja(usual_words);
      if (!world.faulty.happened()) break;
      INFO(how.name, ", killed at ", at, ": ", world.faulty.victim());
      check_afterwards(world, want);
      REQUIRE(at < 1000);
    }
    CHECK(at > 10);
  }
}

TEST_CASE(
    "fault loop over maintenance: clean-up and clearing leave a cache that serves right objects") {
  for (const bool clearing : {false, true}) {
    for (int at = 1;; ++at) {
      FlowWorld world;
      prepare(world, cases[1]);
      const Seen want = world.bare(usual_words);
      const Maintenance on{world.system, "/cache", {}, {}};
      world.faulty.fail_at(at, Cause::denied);
      (void)(clearing ? clear_all(on) : clean_all(on, {0, 1}));
      if (!world.faulty.happened()) break;
      const char* const name = clearing ? "clear" : "clean";
      INFO(name, ", operation ", at, ": ", world.faulty.victim());
      check_afterwards(world, want);
    }
  }
}

}  // namespace deja

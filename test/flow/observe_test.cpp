// What a compile is seen to read, to ask for and to make decides when its result serves.
#include <doctest/doctest.h>

#include "base/path.h"
#include "flow/flow_world.h"
#include "store/entry.h"
#include "store/string_list.h"

namespace deja {

namespace {

class ObservedWorld : public FlowWorld {
 public:
  ObservedWorld() { fs.put("/src/a.c", "#data data\nint a;\n"); }

  // Compiles through deja and compares with the bare compiler. Whether the compiler ran for it.
  bool compiles_anew() {
    let_files_grow_old();
    const Seen expected = bare(words);
    const int before = compiles;
    CHECK(through_deja(words) == expected);
    return compiles != before;
  }

  std::vector<std::string> words = {"-c", "a.c", "-o", "a.o"};
};

}  // namespace

TEST_CASE("a file that only the compiler knew of is an input, by content") {
  ObservedWorld world;
  SUBCASE("direct mode") {}
  SUBCASE("by the text") { world.env.variables["CCACHE_NODIRECT"] = "1"; }
  SUBCASE("depend mode") { world.env.variables["CCACHE_DEPEND"] = "1"; }
  world.fs.put("/src/data", "one");
  CHECK(world.compiles_anew());
  CHECK_FALSE(world.compiles_anew());
  world.fs.put("/src/data", "two");
  CHECK(world.compiles_anew());
  CHECK_FALSE(world.compiles_anew());
  world.fs.put("/src/data", "two");  // the same again
  CHECK_FALSE(world.compiles_anew());
  CHECK_FALSE(world.compiles_anew());
}

TEST_CASE("in direct mode each content has a result of its own") {
  ObservedWorld world;
  for (const char* const content : {"one", "two"}) {
    world.fs.put("/src/data", content);
    CHECK(world.compiles_anew());
  }
  world.fs.put("/src/data", "one");
  CHECK_FALSE(world.compiles_anew());
}

TEST_CASE("what was asked for in vain must stay away") {
  for (const char* const direct : {"", "1"})
    for (const char* const name : {"/src/data", "/usr/lib/gcc/specs"}) {
      CAPTURE(direct);
      CAPTURE(name);
      ObservedWorld world;
      if (*direct != 0) world.env.variables["CCACHE_NODIRECT"] = direct;
      CHECK(world.compiles_anew());
      CHECK_FALSE(world.compiles_anew());
      world.fs.put(name, "here");
      CHECK(world.compiles_anew());
      CHECK_FALSE(world.compiles_anew());
      world.let_files_grow_old();
      world.fs.erase(name);
      (void)world.compiles_anew();
      CHECK_FALSE(world.compiles_anew());
    }
}

TEST_CASE("a result of a compile that was not observed serves where nothing is hidden") {
  ObservedWorld world;
  world.fs.put("/src/a.c", "int a;\n");
  world.processes.unobserved = "not here";
  CHECK(world.compiles_anew());
  CHECK_FALSE(world.compiles_anew());
}

TEST_CASE("data that the source shows it includes is not stored unobserved") {
  ObservedWorld world;
  world.fs.put("/src/a.c", std::string("asm(\".") + "incbin data\");\nint a;\n");
  SUBCASE("observed") {
    CHECK(world.compiles_anew());
    CHECK_FALSE(world.compiles_anew());
  }
  SUBCASE("the system forbids it") {
    world.processes.unobserved = "not here";
    CHECK(world.compiles_anew());
    CHECK(world.compiles_anew());
    CHECK(world.count_of(Outcome::cache_miss) == 2);
  }
  SUBCASE("the user does not want it") {
    world.env.variables["DEJA_OBSERVE"] = "never";
    CHECK(world.compiles_anew());
    CHECK(world.processes.observed.empty());
    CHECK(world.count_of(Outcome::unsupported_code_directive) == 1);
  }
}

TEST_CASE("a compile that makes more than its outputs is not stored") {
  ObservedWorld world;
  world.fs.put("/src/a.c", "#also more\nint a;\n");
  CHECK(world.compiles_anew());
  CHECK(world.compiles_anew());
  world.fs.put("/src/a.c", "#also a.o.tmp\nint a;\n");
  CHECK(world.compiles_anew());
}

TEST_CASE("files that an option makes besides the outputs are restored, named after those") {
  ObservedWorld world;
  world.words.insert(world.words.begin(), "-save-temps");
  std::string name = "a.more";
  bool kept = true;
  SUBCASE("beside the object") {}
  SUBCASE("of another name") {
    name = "b.more";
    kept = false;
  }
  SUBCASE("elsewhere") {
    name = "../a.more";
    kept = false;
  }
  SUBCASE("more than the option names") {
    world.words.front() = "-O2";
    kept = false;
  }
  SUBCASE("nobody looks") {
    world.env.variables["DEJA_OBSERVE"] = "never";
    kept = false;
  }
  world.fs.put("/src/a.c", "#also " + name + "\nint a;\n");
  const std::string path = path::normal("/src/" + name);
  CHECK(world.compiles_anew());
  world.fs.erase(path);
  world.let_files_grow_old();
  const int before = world.compiles;
  world.through_deja(world.words);
  CHECK((world.compiles == before) == kept);
  CHECK(world.fs.get(path) == "written besides");
}

TEST_CASE("an entry cannot name a file elsewhere") {
  ObservedWorld world;
  world.words.insert(world.words.begin(), "-save-temps");
  world.fs.put("/src/a.c", "#also a.more\nint a;\n");
  CHECK(world.compiles_anew());
  for (const std::string& file : world.fs.files_below("/cache")) {
    if (!file.ends_with(".r")) continue;
    Entry entry = *decode_entry(world.fs.get(file));
    for (EntryPart& part : entry.parts)
      if (part.kind == side_names_part) part.bytes = encode_strings({"/etc/passwd"});
    world.fs.put(file, *encode_entry(entry, std::nullopt));
  }
  CHECK(world.compiles_anew());
  CHECK_FALSE(world.fs.has("/etc/passwd"));
}

TEST_CASE("what a compile read of the kernel is not stored") {
  ObservedWorld world;
  world.fs.put("/src/a.c", "#data /proc/version\nint a;\n");
  world.fs.put("/proc/version", "5");
  CHECK(world.compiles_anew());
  CHECK(world.compiles_anew());
}

TEST_CASE("only compilers that are known are observed, and no scripts") {
  ObservedWorld world;
  bool observed = false;
  SUBCASE("gcc") { observed = true; }
  SUBCASE("a script") {
    world.fs.put("/usr/bin/gcc", "#!/bin/sh\n");
    world.fs.node("/usr/bin/gcc").mode = 0755;
  }
  SUBCASE("behind a prefix") { world.env.variables["CCACHE_PREFIX"] = "gcc"; }
  world.let_files_grow_old();
  world.through_deja(world.words);
  CHECK(world.processes.observed.empty() != observed);
}

TEST_CASE("a compile that fails while it is not observed in full runs again plainly") {
  ObservedWorld world;
  world.fs.put("/src/a.c", "broken\n");
  world.processes.unobserved = "a program goes on in the background";
  world.through_deja(world.words);
  CHECK(world.compiles == 2);
  world.processes.unobserved.clear();
  world.through_deja(world.words);
  CHECK(world.compiles == 3);
}

}  // namespace deja

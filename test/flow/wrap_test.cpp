// All of wrap() on fakes: what is served, what is counted, and what it may cost in file-system
// operations.
#include <doctest/doctest.h>

#include <algorithm>

#include "flow/flow_world.h"

namespace deja {

namespace {

const std::vector<std::string> plain = {"-c", "a.c", "-o", "a.o"};

void put_source_with_headers(FlowWorld& world) {
  world.fs.put("/src/a.c", "#include \"x.h\"\n#include \"y.h\"\n#include \"z.h\"\nint a;\n");
  for (const char* name : {"x", "y", "z"})
    world.fs.put(std::string("/src/") + name + ".h", std::string("int ") + name + ";");
}

}  // namespace

TEST_CASE("a miss compiles and stores, the repeat is a direct hit with the same outputs") {
  FlowWorld world;
  world.fs.put("/src/a.c", "int a;\n");
  const Seen want = world.bare(plain);
  CHECK(world.through_deja(plain) == want);
  CHECK(world.compiles == 1);
  world.let_files_grow_old();
  CHECK(world.through_deja(plain) == want);
  CHECK(world.compiles == 1);
  CHECK(world.count_of(Outcome::cache_miss) == 1);
  CHECK(world.count_of(Outcome::direct_cache_hit) == 1);
  CHECK(world.count_of(Outcome::local_storage_write) == 2);
}

TEST_CASE("a changed header is a miss, the old text is a hit again") {
  FlowWorld world;
  world.fs.put("/src/a.c", "#include \"x.h\"\n");
  world.fs.put("/src/x.h", "int one;");
  world.through_deja(plain);
  world.fs.put("/src/x.h", "int two;");
  CHECK(world.through_deja(plain) == world.bare(plain));
  CHECK(world.compiles == 2);
  world.fs.put("/src/x.h", "int one;");
  CHECK(world.through_deja(plain) == world.bare(plain));
  CHECK(world.compiles == 2);
  CHECK(world.count_of(Outcome::direct_cache_hit) == 1);
}

TEST_CASE("a header that appears earlier in the search path is a miss") {
  FlowWorld world;
  const std::vector<std::string> words = {"-c", "-Ione", "-Itwo", "a.c", "-o", "a.o"};
  world.fs.put("/src/a.c", "#include \"x.h\"\n");
  world.fs.put_directory("/src/one");
  world.fs.put("/src/two/x.h", "int two;");
  CHECK(world.through_deja(words) == world.bare(words));
  world.let_files_grow_old();
  CHECK(world.through_deja(words) == world.bare(words));
  CHECK(world.compiles == 1);
  world.fs.put("/src/one/x.h", "int one;");
  CHECK(world.through_deja(words) == world.bare(words));
  CHECK(world.compiles == 2);
}

TEST_CASE("messages are replayed only where they show the same lines") {
  FlowWorld world;
  world.fs.put("/src/a.c", "int warn;\n");
  const Seen want = world.bare(plain);
  CHECK(want.err != "");
  CHECK(world.through_deja(plain) == want);
  CHECK(world.through_deja(plain) == want);
  CHECK(world.compiles == 1);
}

TEST_CASE("a failed compile is passed on and not stored") {
  FlowWorld world;
  world.fs.put("/src/a.c", "broken\n");
  const Seen want = world.bare(plain);
  CHECK(want.exit_code == 1);
  CHECK(world.through_deja(plain) == want);
  CHECK(world.through_deja(plain) == want);
  CHECK(world.count_of(Outcome::compile_failed) == 2);
  CHECK(world.count_of(Outcome::local_storage_write) == 0);
}

TEST_CASE("depend mode never preprocesses and sees a header change") {
  FlowWorld world = FlowWorld();
  world.env.variables["CCACHE_DEPEND"] = "1";
  world.fs.put("/src/a.c", "#include \"x.h\"\n");
  world.fs.put("/src/x.h", "int one;");
  CHECK(world.through_deja(plain) == world.bare(plain));
  CHECK(world.through_deja(plain) == world.bare(plain));
  CHECK(world.compiles == 1);
  world.fs.put("/src/x.h", "int two;");
  CHECK(world.through_deja(plain) == world.bare(plain));
  CHECK(world.compiles == 2);
  CHECK(world.preprocesses == 0);
}

TEST_CASE("what a direct hit with three headers may cost") {
  FlowWorld world;
  put_source_with_headers(world);
  world.through_deja(plain);
  world.let_files_grow_old();
  world.through_deja(plain);                     // remembers digests of files that have grown old
  world.env.variables["CCACHE_READONLY"] = "1";  // so that no replay record is made
  world.fs.counts.clear();
  world.through_deja(plain);
  CHECK(world.compiles == 1);
  // stat: source and three headers, the compiler, three watched directories at most, and the one where
  // the compiler had asked for its specs.
  CHECK(world.fs.count("stat") <= 11);
  // read: manifest, result, and the four places a configuration may be in (none is there).
  CHECK(world.fs.count("read") <= 6);
  CHECK(world.fs.count("write_output") == 1);
  CHECK(world.fs.count("append") == 1);
  CHECK(world.fs.count("create") == 0);
  CHECK(world.fs.count("list") <= 1);  // the object's folder is the source's
}

TEST_CASE("the limits are looked at after each miss where that matters, else after some") {
  constexpr int runs = 64;
  const auto lists = [&](const char* variable, const char* value) {
    FlowWorld world;
    world.env.variables[variable] = value;
    int sum = 0;
    for (int i = 0; i < runs; ++i) {
      world.fs.put("/src/a.c", "int a" + std::to_string(i) + ";\n");
      world.fs.counts.clear();
      world.through_deja({"-c", "a.c", "-o", "a.o"});
      sum += world.fs.counts["list"];
    }
    CHECK(world.count_of(Outcome::cache_miss) == runs);
    return sum;
  };
  const int without = lists("CCACHE_MAXSIZE", "0");
  constexpr int a_look = 2;  // the statistics' folder is listed before and after they are read
  CHECK(lists("CCACHE_MAXFILES", "15000") == without + runs * a_look);
  const int some = lists("CCACHE_MAXFILES", "1000000");
  CHECK(some > without);
  CHECK(some < without + runs / 4 * a_look);
}

TEST_CASE("the compiler runs once, with the caller's words and a choice of colours behind them") {
  FlowWorld world;
  world.env.variables["CCACHE_RECACHE"] = "1";
  world.fs.put("/src/a.c", "int a;\n");
  for (const std::vector<std::string>& words : {plain,
                                                {"-c", "-MD", "a.c", "-o", "a.o"},
                                                {"-S", "a.c", "-o", "a.o"},
                                                {"-c", "a.c", "-o", "b.o", "-o", "a.o"}}) {
    world.processes.ran.clear();
    world.through_deja(words);
    std::vector<std::vector<std::string>> compiles_seen;
    for (const Command& command : world.processes.ran)
      if (std::ranges::find(command.argv, "-E") == command.argv.end())
        compiles_seen.push_back({command.argv.begin() + 1, command.argv.end()});
    std::vector<std::string> expected = words;
    expected.emplace_back("-fdiagnostics-color");
    CHECK(compiles_seen == std::vector<std::vector<std::string>>{expected});
  }
}

TEST_CASE("the log has the whole story, one record a run") {
  FlowWorld world;
  world.env.variables["CCACHE_LOGFILE"] = "/log";
  world.fs.put("/src/a.c", "int a;\n");
  world.through_deja(plain);
  const std::string log = world.fs.get("/log");
  for (const char* part :
       {"Command line: gcc -c a.c -o a.o", "Working directory: /src", "Compiler: /usr/bin/gcc",
        "No manifest", "Result: cache_miss", "Done in"})
    CHECK_MESSAGE(log.find(part) != std::string::npos, part);
}

TEST_CASE("the log names what is different from the last compile to the same object") {
  FlowWorld world;
  world.fs.put("/src/a.c", "int a;\n");
  const auto told = [&](std::vector<std::string> words) {
    world.fs.put("/log", "");
    world.env.variables["CCACHE_LOGFILE"] = "/log";
    world.through_deja(words);
    const std::string log = world.fs.get("/log");
    const std::size_t at = log.find("No manifest ");
    const std::size_t colon = log.find(": ", at);
    return at == std::string::npos ? "" : log.substr(colon + 2, log.find('\n', colon) - colon - 2);
  };
  const auto with = [](const char* option) {
    return std::vector<std::string>{"-c", option, "a.c", "-o", "a.o"};
  };
  CHECK(told(with("-O2")) == "nothing known was compiled to 'a.o' before");
  CHECK(told(with("-O3")) == "option '-O3' is new, option '-O2' is gone");
  CHECK(told(with("-O3")).empty());
  world.env.variables["LANG"] = "de_DE";
  CHECK(told(with("-O3")) == "variable 'LANG' is new");
  world.env.variables["LANG"] = "fr_FR";
  CHECK(told(with("-O3")) == "variable 'LANG' changed");
  world.fs.put("/src/a.c", "int other;\n");
  CHECK(told(with("-O3")) == "source 'a.c' changed");
}

TEST_CASE("a disabled run touches nothing") {
  FlowWorld world;
  world.fs.put("/src/a.c", "int a;\n");
  world.env.variables["CCACHE_DISABLE"] = "1";
  CHECK(world.through_deja(plain) == world.bare(plain));
  CHECK(!world.fs.has("/cache"));
  CHECK(world.count_of(Outcome::disabled) == 0);
}

TEST_CASE("a setting before the compiler has blanks around its equals sign, as in files") {
  FlowWorld world;
  world.fs.put("/src/a.c", "int a;\n");
  CHECK(wrap(world.system, {"disable = true", "gcc", "-c", "a.c"}) == 0);
  CHECK(world.compiles == 1);
  CHECK(!world.fs.has("/cache"));
}

TEST_CASE("what the commands of compiler_check say is one text") {
  FlowWorld world;
  world.fs.put("/src/a.c", "int a;\n");
  world.processes.on("/usr/bin/say", [](const Command& command, FakeFs&) {
    Finished said;
    for (std::size_t i = 1; i < command.argv.size(); ++i) said.out += command.argv[i] + "\n";
    return said;
  });
  const auto compiles_with = [&](const char* check) {
    world.env.variables["CCACHE_COMPILERCHECK"] = check;
    const int before = world.compiles;
    world.through_deja(plain);
    return world.compiles - before;
  };
  CHECK(compiles_with("say a; say b") == 1);
  CHECK(compiles_with("say a b") == 0);
  CHECK(compiles_with("say a ;say;say b") == 0);
  CHECK(compiles_with("say b; say a") == 1);
  CHECK(compiles_with("say a") == 1);
}

TEST_CASE("the statistics log lists ids sorted by name, the log the compiler's type") {
  FlowWorld world;
  world.fs.put("/src/a.c", "int a;\n");
  world.env.variables["CCACHE_STATSLOG"] = "/src/stats.log";
  world.env.variables["CCACHE_LOGFILE"] = "/src/deja.log";
  world.through_deja(plain);
  CHECK(world.fs.get("/src/stats.log") ==
        "# a.c\ncache_miss\ndirect_cache_miss\nlocal_storage_miss\nlocal_storage_read_miss\n"
        "local_storage_read_miss\nlocal_storage_write\nlocal_storage_write\n"
        "preprocessed_cache_miss\n");
  CHECK(world.fs.get("/src/deja.log").find("Compiler type: gcc\n") != std::string::npos);
}

}  // namespace deja

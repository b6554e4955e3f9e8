// Whatever a compile asked for is in its ledger, and so in the replay record: names of files, and
// of variables.
#include <doctest/doctest.h>

#include <cstring>
#include <set>

#include "base/path.h"
#include "flow/flow_world.h"
#include "inputs/environment.h"
#include "replay/record.h"

namespace deja {

namespace {

// The environment, noting which variables were asked for by name.
class NotingEnv final : public Env {
 public:
  explicit NotingEnv(Env& inner) : inner_(inner) {}
  std::optional<std::string> get(const std::string& name) override {
    asked_for.insert(name);
    return inner_.get(name);
  }
  std::vector<std::string> all() override { return inner_.all(); }
  std::set<std::string> asked_for;

 private:
  Env& inner_;
};

// Absolute names of all that the one replay record in the cache depends on; none without a record.
std::set<std::string> recorded(FlowWorld& world) {
  std::set<std::string> out;
  for (const std::string& file : world.fs.files_below("/cache")) {
    if (!file.ends_with(".p")) continue;
    const std::string bytes = world.fs.get(file);
    std::vector<std::uint64_t> aligned(bytes.size() / 8 + 1);
    std::memcpy(aligned.data(), bytes.data(), bytes.size());
    char* const data = reinterpret_cast<char*>(aligned.data());
    replay::Record record;
    const replay::Hash128 key = reinterpret_cast<replay::Header*>(data)->key;
    REQUIRE(record.begin(data, bytes.size(), bytes.size(), key));
    REQUIRE(record.open());
    std::size_t at = 0;
    for (const replay::Group& group : record.groups)
      for (std::uint32_t i = 0; i < group.count; ++i)
        out.insert(
            path::normal(path::join("/src", std::string(record.text(group.directory)) +
                                                record.text(record.dependencies[at++].name))));
  }
  return out;
}

// What needs no record: the cache itself, deja's own program, directories on the way that were only
// looked through, and what a directory that is in the record was seen not to have.
bool is_free(const std::string& path) {
  return path == "/usr" || path == "/usr/lib" || path == "/usr/lib/gcc/specs" ||
         path.starts_with("/cache") || path == "/usr/bin/deja" || path.starts_with("/home") ||
         path == "/src" || path == "/";
}

// Runs the compile until it is served from content, then tells what of all that was asked for the
// record lacks.
std::vector<std::string> unrecorded(FlowWorld& world, const std::vector<std::string>& words) {
  NotingEnv env(world.env);
  System system{world.faulty, world.processes, world.clock, env, world.console, world.channels};
  std::vector<std::string> argv = {"gcc"};
  argv.insert(argv.end(), words.begin(), words.end());
  wrap(system, argv);
  world.let_files_grow_old();
  wrap(system, argv);
  const std::set<std::string> known = recorded(world);
  REQUIRE_FALSE(known.empty());
  CHECK(known.contains("/usr/lib/gcc"));  // where the compiler asked for specs in vain
  std::vector<std::string> out;
  for (const std::string& asked : world.faulty.asked_for()) {
    const std::string path = path::normal(path::join("/src", asked));
    if (!known.contains(path) && !is_free(path) && path != "/src/a.o" && path != "/src/a.d")
      out.push_back(path);
  }
  for (const std::string& name : env.asked_for)
    if (variable_row((name + "=").c_str()) == nullptr) out.push_back("$" + name);
  return out;
}

}  // namespace

TEST_CASE("all that a compile asked for is in its replay record") {
  FlowWorld world;
  world.fs.put("/src/a.c", "#include \"x.h\"\nint a;\n");
  world.fs.put("/src/inc/x.h", "int x;\n");
  world.fs.put("/src/list", "fun:f\n");
  world.fs.put("/src/words", "-DA=1\n");
  world.fs.put("/src/ccache.conf", "hash_dir = false\n");
  world.fs.put_directory("/usr/local/bin");
  world.env.variables["PATH"] = "/usr/local/bin:/usr/bin";
  std::vector<std::string> words = {"-c", "-Iinc", "a.c", "-o", "a.o"};
  SUBCASE("plain") {}
  SUBCASE("a response file") { words.push_back("@words"); }
  SUBCASE("a file whose content matters") { words.push_back("-fplugin=list"); }
  SUBCASE("a dependency file") { words.push_back("-MD"); }
  SUBCASE("an included file that may have been compiled before") {
    words.insert(words.end(), {"-include", "x.h"});
  }
  SUBCASE("programs below a directory") { words.push_back("-B/opt/tools/"); }
  SUBCASE("an extra file") { world.env.variables["CCACHE_EXTRAFILES"] = "/src/list"; }
  SUBCASE("a base directory") { world.env.variables["CCACHE_BASEDIR"] = "/src"; }
  SUBCASE("directories in variables") { world.env.variables["CPATH"] = "inc"; }
  const std::vector<std::string> missing = unrecorded(world, words);
  for (const std::string& name : missing) CHECK_MESSAGE(false, name);
}

TEST_CASE("a hit by the text alone makes no record: the headers are not in the ledger") {
  FlowWorld world;
  world.fs.put("/src/a.c", "#include \"x.h\"\n");
  world.fs.put("/src/x.h", "int x;\n");
  const std::vector<std::string> words = {"-c", "-iwithprefix", "x", "a.c", "-o", "a.o"};
  for (int run = 0; run < 3; ++run) {
    world.through_deja(words);
    world.let_files_grow_old();
  }
  CHECK(world.count_of(Outcome::direct_cache_hit) == 0);
  CHECK(world.count_of(Outcome::preprocessed_cache_hit) == 2);
  CHECK(recorded(world).empty());
}

}  // namespace deja

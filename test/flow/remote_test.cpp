// Compiles that share a directory as remote storage: what is served, what is counted, what leaves
// the machine, and what comes of storages that are broken.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/bytes.h"
#include "flow/flow_world.h"
#include "inputs/manifest.h"
#include "remote/file_store.h"
#include "remote/shared_form.h"
#include "remote/spec.h"

namespace deja {

namespace {

const std::vector<std::string> remote_words = {"-c", "a.c", "-o", "a.o"};

class RemoteWorld : public FlowWorld {
 public:
  explicit RemoteWorld(const std::string& storage = "file:/remote") {
    env.variables["CCACHE_REMOTE_STORAGE"] = storage;
    fs.put("/src/a.c", "#include \"x.h\"\n");
    fs.put("/src/x.h", "int x;");
  }

  // A compile whose caller sees what it would see without deja.
  void compile_right() {
    const Seen want = bare(remote_words);
    CHECK(through_deja(remote_words) == want);
  }
  // On another machine: nothing is known there, and every file has other facts.
  void on_another_machine() {
    fs.erase("/cache");
    fs.put("/src/a.c", fs.get("/src/a.c"));
    fs.put("/src/x.h", fs.get("/src/x.h"));
  }
  std::vector<std::string> remote_files(const std::string& folder = "/remote") {
    std::vector<std::string> out = fs.files_below(folder);
    std::erase_if(out, [](const std::string& name) { return name.ends_with("CACHEDIR.TAG"); });
    return out;
  }
  // The file of the one entry of the kind.
  std::string remote_file(EntryKind kind) {
    for (const std::string& name : remote_files())
      if (name.ends_with(kind == EntryKind::manifest ? "6d" : "72")) return name;
    return "";
  }
  // "id=count" for each counter of storages that is not zero.
  std::string storage_counts() {
    std::string out;
    for (const OutcomeRow& row : outcomes)
      if (row.id.find("_storage_") != std::string_view::npos && count_of(row.outcome) != 0)
        out += std::string(out.empty() ? "" : " ") + std::string(row.id) + "=" +
               std::to_string(count_of(row.outcome));
    return out;
  }
};

}  // namespace

TEST_CASE("remote: what one machine has compiled the next one gets, and keeps") {
  RemoteWorld world;
  world.compile_right();
  CHECK(world.storage_counts() ==
        "local_storage_miss=1 local_storage_read_miss=2 local_storage_write=2 "
        "remote_storage_miss=1 remote_storage_read_miss=2 remote_storage_write=2");
  CHECK(world.remote_files().size() == 2);
  CHECK(world.fs.has("/remote/CACHEDIR.TAG"));

  world.on_another_machine();
  world.compile_right();
  CHECK(world.compiles == 1);
  CHECK(world.preprocesses == 1);
  CHECK(world.count_of(Outcome::direct_cache_hit) == 1);
  CHECK(world.storage_counts() ==
        "local_storage_miss=1 local_storage_read_miss=2 local_storage_write=2 "
        "remote_storage_hit=1 remote_storage_read_hit=2");

  // Here from now on.
  world.fs.erase("/remote");
  world.compile_right();
  CHECK(world.compiles == 1);
  CHECK(world.count_of(Outcome::local_storage_hit) == 1);
  CHECK(!world.fs.has("/remote"));
}

TEST_CASE("remote: a local hit does nothing that it would not do without remote storage") {
  const auto operations_of_hit = [](const std::string& storage) {
    RemoteWorld world(storage);
    world.compile_right();
    world.let_files_grow_old();
    world.compile_right();
    world.fs.erase("/remote");
    world.fs.counts.clear();
    world.through_deja(remote_words);
    CHECK(world.compiles == 1);
    return world.fs.counts;
  };
  CHECK(operations_of_hit("file:/remote") == operations_of_hit(""));
}

TEST_CASE("remote: a header that is different is a miss, and manifests grow") {
  RemoteWorld world;
  world.compile_right();
  world.on_another_machine();
  world.fs.put("/src/x.h", "int y;");  // of the same size
  world.compile_right();
  CHECK(world.compiles == 2);
  CHECK(world.remote_files().size() == 3);  // both results, one manifest
  for (const char* text : {"int x;", "int y;"}) {
    world.on_another_machine();
    world.fs.put("/src/x.h", text);
    world.compile_right();
    CHECK(world.count_of(Outcome::direct_cache_hit) == 1);
  }
  CHECK(world.compiles == 2);
}

TEST_CASE("remote: facts of another machine's files are not believed") {
  RemoteWorld world;
  world.env.variables["CCACHE_SLOPPINESS"] = "file_stat_matches";
  world.compile_right();
  const auto facts = world.fs.node("/src/x.h");
  world.fs.erase("/cache");
  world.fs.put("/src/x.h", "int y;");
  world.fs.node("/src/x.h").mtime_ns = facts.mtime_ns;
  world.fs.node("/src/x.h").ctime_ns = facts.ctime_ns;
  world.compile_right();
  CHECK(world.compiles == 2);
}

TEST_CASE("remote: a broken entry is a miss, and does not get here") {
  const auto spoilt = [](EntryKind kind, const std::function<void(std::string&)>& spoil) {
    RemoteWorld world;
    world.compile_right();
    world.on_another_machine();
    const std::string file = world.remote_file(kind);
    std::string bytes = world.fs.get(file);
    spoil(bytes);
    world.fs.put(file, bytes);
    world.compile_right();
    CHECK(world.compiles == 2);
    const std::int64_t errors = world.count_of(Outcome::remote_storage_error);
    // What was compiled instead is whole, here and there.
    world.compile_right();
    CHECK(world.compiles == 2);
    world.on_another_machine();
    world.compile_right();
    CHECK(world.compiles == 2);
    return errors;
  };
  for (const EntryKind kind : {EntryKind::result}) {
    CHECK(spoilt(kind, [](std::string& bytes) { bytes.back() ^= 1; }) == 1);
    CHECK(spoilt(kind, [](std::string& bytes) { bytes.pop_back(); }) == 1);
    CHECK(spoilt(kind, [](std::string& bytes) { bytes.resize(10); }) == 1);
    CHECK(spoilt(kind, [](std::string& bytes) { bytes = "rubbish"; }) == 1);
    CHECK(spoilt(kind, [](std::string& bytes) { bytes[8] ^= 1; }) == 1);  // of another key
    CHECK(spoilt(kind, [](std::string& bytes) { bytes[6] = 'm'; }) == 1);
    CHECK(spoilt(kind, [](std::string& bytes) { bytes[4] = 2; }) == 0);  // by a later version
  }
}

TEST_CASE("remote: a broken manifest is a miss of the direct mode alone") {
  RemoteWorld world;
  world.compile_right();
  world.on_another_machine();
  const std::string file = world.remote_file(EntryKind::manifest);
  std::string bytes = world.fs.get(file);
  bytes.back() ^= 1;
  world.fs.put(file, bytes);
  world.compile_right();
  CHECK(world.compiles == 1);
  CHECK(world.count_of(Outcome::preprocessed_cache_hit) == 1);
  CHECK(world.count_of(Outcome::remote_storage_error) == 1);
}

TEST_CASE("remote: what cannot be read or is empty is given up for the run, and counted once") {
  for (const bool empty : {false, true}) {
    RemoteWorld world;
    world.compile_right();
    world.on_another_machine();
    const std::string file = world.remote_file(EntryKind::manifest);
    if (empty) world.fs.put(file, "");
    if (!empty) world.fs.unreadable.insert(file);
    world.compile_right();
    CHECK(world.compiles == 2);
    CHECK(world.count_of(Outcome::remote_storage_error) == 1);
    CHECK(world.count_of(Outcome::remote_storage_write) == 0);
    CHECK(world.count_of(Outcome::remote_storage_miss) == 0);
  }
}

TEST_CASE("remote: a storage without room or rights changes nothing that the caller sees") {
  RemoteWorld world;
  world.fs.put_directory("/remote");
  world.fs.read_only.insert("/remote");
  world.compile_right();
  CHECK(world.count_of(Outcome::remote_storage_error) == 1);
  CHECK(world.count_of(Outcome::local_storage_write) == 2);
}

TEST_CASE("remote: read-only storages and read_only runs store nothing there") {
  RemoteWorld world("file:/remote read-only");
  world.compile_right();
  CHECK(!world.fs.has("/remote"));
  CHECK(world.count_of(Outcome::remote_storage_read_miss) == 2);

  RemoteWorld looking;
  looking.compile_right();
  looking.on_another_machine();
  looking.env.variables["CCACHE_READONLY"] = "1";
  looking.compile_right();
  CHECK(looking.compiles == 1);
  CHECK(looking.count_of(Outcome::remote_storage_hit) == 1);
  CHECK(looking.count_of(Outcome::local_storage_write) == 0);
}

TEST_CASE("remote: remote_only leaves the local store alone but for the statistics") {
  RemoteWorld world;
  world.env.variables["CCACHE_REMOTE_ONLY"] = "1";
  world.compile_right();
  world.compile_right();
  world.fs.put("/src/x.h", "int y;");
  world.compile_right();
  CHECK(world.compiles == 2);
  CHECK(world.storage_counts() ==
        "remote_storage_hit=1 remote_storage_miss=2 remote_storage_read_hit=3 "
        "remote_storage_read_miss=3 remote_storage_write=4");
  for (const std::string& name : world.fs.files_below("/cache"))
    CHECK_MESSAGE((!name.ends_with(".m") && !name.ends_with(".r")), name);
}

TEST_CASE("remote: recache asks nobody and overwrites") {
  RemoteWorld world;
  world.compile_right();
  const std::string file = world.remote_file(EntryKind::result);
  world.fs.put(file, "rubbish");
  world.env.variables["CCACHE_RECACHE"] = "1";
  world.compile_right();
  CHECK(world.compiles == 2);
  CHECK(world.count_of(Outcome::remote_storage_read_hit) == 0);
  CHECK(world.count_of(Outcome::remote_storage_error) == 0);
  CHECK(world.fs.get(file) != "rubbish");
}

TEST_CASE("remote: reshare hands local hits to storages that lack them") {
  RemoteWorld world("");
  world.compile_right();
  world.env.variables["CCACHE_REMOTE_STORAGE"] = "file:/remote";
  world.compile_right();
  CHECK(!world.fs.has("/remote"));
  world.env.variables["CCACHE_RESHARE"] = "1";
  world.compile_right();
  CHECK(world.count_of(Outcome::remote_storage_write) == 2);
  CHECK(world.remote_files().size() == 2);
  world.env.variables.erase("CCACHE_RESHARE");
  world.on_another_machine();
  world.compile_right();
  CHECK(world.compiles == 1);
  CHECK(world.count_of(Outcome::direct_cache_hit) == 1);
}

TEST_CASE("remote: storages are asked in order, and none gets what another one held") {
  RemoteWorld world("file:/one");
  world.compile_right();
  world.on_another_machine();
  world.env.variables["CCACHE_REMOTE_STORAGE"] = "file:/two file:/one";
  world.compile_right();
  CHECK(world.compiles == 1);
  CHECK(world.count_of(Outcome::remote_storage_read_miss) == 2);
  CHECK(world.count_of(Outcome::remote_storage_read_hit) == 2);
  CHECK(!world.fs.has("/two"));

  world.on_another_machine();
  world.fs.put("/src/x.h", "int another;");
  world.compile_right();
  CHECK(world.remote_files("/two").size() == 2);
  CHECK(world.remote_files("/one").size() == 3);
  // The second one's first entry is not in the first one's manifest.
  world.on_another_machine();
  world.fs.put("/src/x.h", "int x;");
  world.env.variables["CCACHE_REMOTE_STORAGE"] = "file:/two";
  world.compile_right();
  CHECK(world.count_of(Outcome::cache_miss) == 1);
}

TEST_CASE("remote: shards have their share of the entries") {
  RemoteWorld world("file:/remote/* shards=a,b,c");
  for (const char* text : {"int a;", "int b;", "int c;", "int d;", "int e;", "int f;"}) {
    world.fs.put("/src/x.h", text);
    world.compile_right();
  }
  std::size_t files = 0, used = 0;
  for (const char* shard : {"/remote/a", "/remote/b", "/remote/c"}) {
    const auto in_shard = world.remote_files(shard);
    used += in_shard.empty() ? 0u : 1u;
    files += in_shard.size();
  }
  CHECK(files == 7);
  CHECK(used >= 2);
  world.on_another_machine();
  world.compile_right();
  CHECK(world.compiles == 6);
}

TEST_CASE("remote: layouts, and attributes that are wrong") {
  RemoteWorld flat("file:/remote layout=flat");
  flat.compile_right();
  for (const std::string& name : flat.remote_files())
    CHECK(name.find('/', std::string("/remote/").size()) == std::string::npos);
  RemoteWorld wrong("file:/remote @layout=bazel @colour=blue");
  wrong.env.variables["CCACHE_LOGFILE"] = "/log";
  wrong.compile_right();
  CHECK(wrong.remote_files().size() == 2);
  CHECK(wrong.fs.get("/log").find("file: has no layout 'bazel'") != std::string::npos);
  CHECK(wrong.fs.get("/log").find("file: has no attribute 'colour'") != std::string::npos);
}

TEST_CASE("remote: a manifest leaves the machine without facts and account") {
  Manifest manifest;
  ManifestEntry entry;
  entry.files = {{"x.h", digest_of("x"), 1, 2, 3}};
  entry.directories = {{"/usr/include", 7, 8, 9, digest_of("names")}, {"none", 0, 0, 0, {}}};
  entry.probed_names = {"y.h"};
  entry.result = digest_of("result");
  manifest.add(entry);
  manifest.set_account("account");
  const auto bare = Manifest::decode(manifest.without_facts().encode());
  REQUIRE(bare);
  ManifestEntry want = entry;
  want.files[0].mtime_ns = want.files[0].ctime_ns = 0;
  want.directories[0].inode = 1;
  want.directories[0].mtime_ns = want.directories[0].ctime_ns = 0;
  CHECK(bare->entries() == std::vector{want});
  CHECK(bare->account().empty());

  // What is known here stays in front, with its facts.
  ManifestEntry other = want;
  other.result = digest_of("another");
  Manifest theirs;
  theirs.add(want);
  theirs.add(other);
  manifest.merge(theirs);
  CHECK(manifest.entries() == std::vector{entry, other});
}

TEST_CASE("remote: directories of file: URLs") {
  const auto directory = [](const char* url, PathStyle style) {
    return directory_of_url(*parse_url(url), style);
  };
  CHECK(directory("file:/a%20b", PathStyle::posix) == "/a b");
  CHECK(directory("file://localhost/d", PathStyle::posix) == "/d");
  CHECK(directory("file:///Z:/d", PathStyle::windows) == "Z:/d");
  CHECK(directory("file://server/share/d", PathStyle::windows) == "\\\\server\\share\\d");
  CHECK(directory("file://localhost/Z:/d", PathStyle::windows) == "Z:/d");
}

}  // namespace deja

// The store on disk: whole entries or none, foreign files left alone, faults survived.
#include "store/local_store.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/path.h"
#include "fake/fake_system.h"
#include "fake/sized.h"
#include "fake/temporary_folder.h"

using namespace deja;

namespace {

const Digest key = digest_of("key");
constexpr std::int64_t hour_ns = 3'600'000'000'000;

std::string got(LocalStore& store, EntryKind kind = EntryKind::result) {
  const auto bytes = store.get(key, kind);
  return !bytes ? "error: " + bytes.error().text() : *bytes ? **bytes : "nothing";
}

}  // namespace

TEST_CASE("put and get on the real system, in shards of their own") {
  TemporaryFolder folder;
  LocalStore store(native_system(), folder / "cache", "");
  CHECK(got(store) == "nothing");
  CHECK_FALSE(native_system().fs.stat(folder / "cache"));
  REQUIRE(store.put(key, EntryKind::result, sized("bytes"), Overwrite::no));
  REQUIRE(store.put(key, EntryKind::manifest, sized("manifest"), Overwrite::yes));
  CHECK(got(store) == sized("bytes"));
  CHECK(got(store, EntryKind::manifest) == sized("manifest"));
  CHECK(path::normal(store.path_of(key, EntryKind::result)) ==
        path::normal(folder /
                     ("cache/" + key.hex().substr(0, 2) + "/" + key.hex().substr(2) + ".r")));
  std::string tag;
  CHECK(native_system().fs.read(folder / "cache/CACHEDIR.TAG", tag));
  CHECK(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55"));
  REQUIRE(store.remove(key, EntryKind::result));
  REQUIRE(store.remove(key, EntryKind::result));
  CHECK(got(store) == "nothing");
}

TEST_CASE("Overwrite::no keeps what is there, Overwrite::yes replaces it; accounts follow") {
  FakeSystem world;
  LocalStore store(world.system, "/cache", "");
  const std::string large = sized(std::string(5000, 'x'));
  REQUIRE(store.put(key, EntryKind::result, sized("old"), Overwrite::no));
  REQUIRE(store.put(key, EntryKind::result, large, Overwrite::no));
  CHECK(got(store) == sized("old"));
  REQUIRE(store.changes().size() == 1);
  CHECK(store.changes()[0].shard == key.shard());
  CHECK(store.changes()[0].bytes == 4096);
  CHECK(store.changes()[0].files == 1);
  REQUIRE(store.put(key, EntryKind::manifest, sized("old"), Overwrite::yes));
  REQUIRE(store.put(key, EntryKind::manifest, large, Overwrite::yes));
  CHECK(got(store, EntryKind::manifest) == large);
  CHECK(store.changes()[0].bytes == 4096 + 8192);
  CHECK(store.changes()[0].files == 2);
  REQUIRE(store.put(key, EntryKind::replay, "p", Overwrite::yes));
  CHECK(store.changes()[0].bytes == 4096 + 8192 + 4096);
  CHECK(store.changes()[0].files == 2);
  REQUIRE(store.remove(key, EntryKind::manifest));
  CHECK(store.changes()[0].bytes == 8192);
  CHECK(store.changes()[0].files == 1);
  CHECK(world.fs.files_below("/cache").size() == 3);  // no temporaries: result, replay record, tag
}

TEST_CASE("a folder is made once, and a cache directory that vanishes is made again") {
  FakeSystem world;
  LocalStore store(world.system, "/cache", "");
  REQUIRE(store.put(key, EntryKind::manifest, sized("1"), Overwrite::yes));
  REQUIRE(store.put(key, EntryKind::manifest, sized("2"), Overwrite::yes));
  CHECK(world.fs.count("make_directories") == 1);
  world.fs.erase("/cache");
  CHECK(got(store, EntryKind::manifest) == "nothing");
  REQUIRE(store.put(key, EntryKind::manifest, sized("3"), Overwrite::yes));
  CHECK(got(store, EntryKind::manifest) == sized("3"));
}

TEST_CASE("only a cold entry is touched") {
  FakeSystem world;
  LocalStore store(world.system, "/cache", "");
  REQUIRE(store.put(key, EntryKind::result, sized("x"), Overwrite::no));
  world.clock.advance(hour_ns);
  CHECK(got(store) == sized("x"));
  CHECK(world.fs.count("touch") == 0);
  world.clock.advance(1);
  CHECK(got(store) == sized("x"));
  CHECK(got(store) == sized("x"));
  CHECK(world.fs.count("touch") == 1);
}

TEST_CASE("a namespace is kept behind the bytes and never seen by a reader") {
  FakeSystem world;
  LocalStore store(world.system, "/cache", "team");
  REQUIRE(store.put(key, EntryKind::result, sized("bytes"), Overwrite::no));
  CHECK(got(store) == sized("bytes"));
  LocalStore other(world.system, "/cache", "");
  CHECK(got(other) == sized("bytes"));
  const std::string file = world.fs.get(store.path_of(key, EntryKind::result));
  CHECK(split_namespace(file).name == "team");
  CHECK(split_namespace(file.substr(3)).name == "team");
  CHECK(namespace_trailer("").empty());
  for (std::size_t i = sized("bytes").size(); i < file.size(); ++i) {
    std::string damaged = file;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    CHECK(split_namespace(damaged).name != "team");
    CHECK(split_namespace(damaged).bytes == damaged);
  }
  for (std::size_t size = 0; size < file.size(); ++size)
    CHECK(split_namespace(std::string_view(file).substr(0, size)).name.empty());
}

TEST_CASE(
    "whichever operation of a put fails, the entry is whole or not there, and no temporary stays") {
  for (Overwrite overwrite : {Overwrite::no, Overwrite::yes}) {
    for (int operation = 1; operation < 20; ++operation) {
      FakeSystem world;
      LocalStore store(world.system, "/cache", "");
      world.faulty.fail_at(operation, Cause::no_space);
      const auto put = store.put(key, EntryKind::result, sized("bytes"), overwrite);
      if (!world.faulty.happened()) break;
      world.faulty.work_again();
      const std::string now = got(store);
      CHECK_MESSAGE((now == sized("bytes") || now == "nothing"), world.faulty.victim());
      if (put) CHECK(now == sized("bytes"));
      for (const std::string& file : world.fs.files_below("/cache"))
        CHECK(file.find(temporary_prefix) == std::string::npos);
    }
  }
}

TEST_CASE("wherever a put is killed, the entry is whole or not there") {
  for (int operation = 1; operation < 20; ++operation) {
    FakeSystem world;
    LocalStore store(world.system, "/cache", "");
    world.faulty.crash_at(operation);
    (void)store.put(key, EntryKind::result, sized("bytes"), Overwrite::no);
    if (!world.faulty.happened()) break;
    world.faulty.work_again();
    const std::string now = got(store);
    CHECK_MESSAGE((now == sized("bytes") || now == "nothing"), world.faulty.victim());
    REQUIRE(store.put(key, EntryKind::result, sized("bytes"), Overwrite::no));
    CHECK(got(store) == sized("bytes"));
  }
}

TEST_CASE("what is not as long as it says is not read, and neither is what is no file") {
  FakeSystem world;
  LocalStore store(world.system, "/cache", "");
  const std::string path = store.path_of(key, EntryKind::result);
  const auto cause = [&] { return store.get(key, EntryKind::result).error().cause; };
  REQUIRE(store.put(key, EntryKind::result, sized("bytes"), Overwrite::no));
  world.fs.put(path, sized("bytes") + std::string(100'000, '\0'));
  CHECK(cause() == Cause::corrupt);
  world.fs.put(path, sized("bytes").substr(0, 18));
  CHECK(cause() == Cause::corrupt);
  world.fs.put(path, "short");
  CHECK(cause() == Cause::corrupt);
  world.fs.put("/elsewhere", sized("bytes"));
  world.fs.erase(path);
  world.fs.put_link(path, "/elsewhere");
  CHECK_FALSE(store.get(key, EntryKind::result));
}

TEST_CASE("records and hot copies are their owner's alone, whatever the umask") {
  TemporaryFolder folder;
  LocalStore store(native_system(), folder / "cache", "");
  native_system().console.set_umask(0);
  for (const EntryKind kind : {EntryKind::replay, EntryKind::hot_copy, EntryKind::result})
    REQUIRE(store.put(key, kind, sized("x"), Overwrite::yes));
  native_system().console.set_umask(022);
  if (native_style == PathStyle::windows) return;
  const auto mode = [&](EntryKind kind) {
    return native_system().fs.stat(store.path_of(key, kind))->mode;
  };
  CHECK(mode(EntryKind::replay) == 0600);
  CHECK(mode(EntryKind::hot_copy) == 0600);
  CHECK(mode(EntryKind::result) == 0666);
}

TEST_CASE("only names of exactly our own form are ours") {
  const std::string name = key.hex().substr(2) + ".r";
  REQUIRE(parse_stored_name(key.shard(), name));
  CHECK(parse_stored_name(key.shard(), name)->key == key);
  CHECK(parse_stored_name(key.shard(), name)->kind == EntryKind::result);
  std::string upper = name;
  upper[3] = 'A';
  for (const std::string& foreign :
       {upper, name + "x", name.substr(1), key.hex().substr(2) + ".R", key.hex().substr(2) + ".x",
        std::string("stats"), fmt::format("g{}", name.substr(1)), std::string()})
    CHECK_FALSE(parse_stored_name(key.shard(), foreign));
}

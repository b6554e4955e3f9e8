// Digests remembered between runs; what is damaged is simply not remembered.
#include "inputs/digest_cache.h"

#include <doctest/doctest.h>

#include "fake/fake_system.h"
#include "fake/temporary_folder.h"

using namespace deja;

namespace {

FileFacts facts_of(std::uint64_t inode) {
  FileFacts facts;
  facts.device = 1;
  facts.inode = inode;
  facts.size = 100;
  facts.mtime_ns = 5;
  facts.ctime_ns = 6;
  return facts;
}

RememberedDigest digest(std::string_view bytes) {
  RememberedDigest out{digest_of(bytes), {}};
  out.traits.date_macro = true;
  return out;
}

}  // namespace

TEST_CASE("digests of other things than files are found by name") {
  FakeSystem world;
  world.fs.put_directory("/cache");
  DigestCache cache(world.fs, "/cache/digests");
  CHECK(!cache.find(digest_of("name")));
  cache.remember(digest_of("name"), digest_of("first"));
  cache.remember(digest_of("name"), digest_of("second"));
  CHECK(cache.find(digest_of("name")) == digest_of("second"));
  CHECK(!cache.find(digest_of("another")));
}

TEST_CASE("what one process remembers another finds, on the real system") {
  TemporaryFolder folder;
  const std::string file = folder / "cache/digests";
  {
    DigestCache cache(native_system().fs, file);
    CHECK_FALSE(cache.find(facts_of(1)));
    for (std::uint64_t inode = 1; inode <= 1000; ++inode)
      cache.remember(facts_of(inode), digest(std::to_string(inode)));
  }
  DigestCache cache(native_system().fs, file);
  for (std::uint64_t inode = 1; inode <= 1000; ++inode) {
    const auto found = cache.find(facts_of(inode));
    REQUIRE(found);
    CHECK(found->content == digest_of(std::to_string(inode)));
    CHECK(found->traits.date_macro);
    CHECK_FALSE(found->traits.time_macro);
  }
}

TEST_CASE("any other fact is another file") {
  FakeSystem world;
  DigestCache cache(world.fs, "/cache/digests");
  cache.remember(facts_of(1), digest("a"));
  for (auto change : {+[](FileFacts& f) { ++f.device; }, +[](FileFacts& f) { ++f.inode; },
                      +[](FileFacts& f) { ++f.size; }, +[](FileFacts& f) { ++f.mtime_ns; },
                      +[](FileFacts& f) { ++f.ctime_ns; }}) {
    FileFacts facts = facts_of(1);
    change(facts);
    CHECK_FALSE(cache.find(facts));
  }
  CHECK(cache.find(facts_of(1)));
}

TEST_CASE("a flipped bit anywhere in a slot makes it a stranger's") {
  FakeSystem world;
  DigestCache(world.fs, "/cache/digests").remember(facts_of(1), digest("a"));
  const std::string whole = world.fs.get("/cache/digests");
  const std::size_t first = whole.find_first_not_of('\0');
  const std::size_t start = first - first % 4096 % 48;
  for (std::size_t i = start; i < start + 48; ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    world.fs.put("/cache/digests", damaged);
    CHECK_FALSE(DigestCache(world.fs, "/cache/digests").find(facts_of(1)));
  }
  world.fs.put("/cache/digests", whole.substr(0, start + 47));
  CHECK_FALSE(DigestCache(world.fs, "/cache/digests").find(facts_of(1)));
}

TEST_CASE("a cache that cannot be opened costs one attempt, and looking makes no folder") {
  FakeSystem world;
  DigestCache absent(world.fs, "/cache/digests");
  for (int i = 0; i < 3; ++i) CHECK_FALSE(absent.find(facts_of(1)));
  CHECK(world.fs.count("lstat") == 1);
  CHECK_FALSE(world.fs.has("/cache"));
  world.fs.put_directory("/locked");
  world.fs.read_only.insert("/locked");
  DigestCache locked(world.fs, "/locked/digests");
  for (int i = 0; i < 3; ++i) locked.remember(facts_of(1), digest("a"));
  CHECK(world.fs.count("open_random") == 1);
}

TEST_CASE("the file is small at first, grows with the files that are known, and forgets none") {
  FakeSystem world;
  const auto size = [&] { return world.fs.stat("/cache/digests")->size; };
  DigestCache cache(world.fs, "/cache/digests");
  cache.remember(facts_of(1), digest("1"));
  CHECK(size() == 16 * 4096);
  for (std::uint64_t inode = 1; inode <= 2000; ++inode)
    cache.remember(facts_of(inode), digest(std::to_string(inode)));
  CHECK(size() > 16 * 4096);
  CHECK(size() < 4096 * 4096);
  DigestCache later(world.fs, "/cache/digests");
  for (std::uint64_t inode = 1; inode <= 2000; ++inode) {
    const auto found = later.find(facts_of(inode));
    REQUIRE(found);
    CHECK(found->content == digest_of(std::to_string(inode)));
  }
}

TEST_CASE("in a small cache the file stays small") {
  FakeSystem world;
  DigestCache cache(world.fs, "/cache/digests", 8 << 20);
  for (std::uint64_t inode = 1; inode <= 5000; ++inode)
    cache.remember(facts_of(inode), digest("x"));
  CHECK(world.fs.stat("/cache/digests")->size == 16 * 4096);
  CHECK(cache.find(facts_of(5000)));
}

TEST_CASE("a file of another size is not ours, and gives way to a new one") {
  FakeSystem world;
  world.fs.put("/cache/digests", std::string(13'000'000, 'x'));
  CHECK_FALSE(DigestCache(world.fs, "/cache/digests").find(facts_of(1)));
  DigestCache(world.fs, "/cache/digests").remember(facts_of(1), digest("a"));
  CHECK(DigestCache(world.fs, "/cache/digests").find(facts_of(1)));
}

TEST_CASE("neighbours by inode are found with one read") {
  FakeSystem world;
  {
    DigestCache cache(world.fs, "/cache/digests");
    for (std::uint64_t inode = 64; inode < 128; ++inode)
      cache.remember(facts_of(inode), digest(std::to_string(inode)));
  }
  const int before = world.fs.count("read_at");
  DigestCache cache(world.fs, "/cache/digests");
  for (std::uint64_t inode = 64; inode < 128; ++inode) CHECK(cache.find(facts_of(inode)));
  CHECK(world.fs.count("read_at") == before + 1);
}

TEST_CASE("a full page still takes the newest") {
  FakeSystem world;
  DigestCache cache(world.fs, "/cache/digests");
  // One inode again and again, as a file that is edited: its four slots overflow.
  for (std::int64_t edit = 1; edit <= 20; ++edit) {
    FileFacts facts = facts_of(1);
    facts.mtime_ns = edit;
    cache.remember(facts, digest("x"));
    CHECK(cache.find(facts));
  }
}

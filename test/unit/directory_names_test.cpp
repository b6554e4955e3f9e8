// Names in directories: listed once, or taken from what an earlier run saw.
#include "inputs/directory_names.h"

#include <doctest/doctest.h>

#include "fake/fake_system.h"

namespace deja {

namespace {

struct DirectoryWorld : FakeSystem {
  DirectoryWorld() {
    fs.put("/usr/include/stdio.h", "");
    fs.put("/usr/include/sys/types.h", "");
    fs.put("/src/a.h", "");
    for (const char* folder : {"/usr/include", "/usr/include/sys", "/src"}) rest(folder, hours(2));
  }
  static std::int64_t hours(int count) { return count * std::int64_t{3'600'000'000'000}; }
  void rest(const std::string& folder, std::int64_t since) {
    fs.node(folder).mtime_ns = fs.node(folder).ctime_ns = clock.file_now_ns() - since;
  }
  DirectoryNames names(std::string kept = {}) {
    return {fs, clock.file_now_ns(), {"/usr/include"}, std::move(kept)};
  }
  std::vector<std::string> look(DirectoryNames& names, const std::string& path) {
    const NameList* const list = names.of(path, *fs.stat(path));
    REQUIRE(list != nullptr);
    return {list->names().begin(), list->names().end()};
  }
};

}  // namespace

TEST_CASE("directory names: sorted, each directory listed once") {
  DirectoryWorld world;
  DirectoryNames names = world.names();
  CHECK(world.look(names, "/usr/include") == std::vector<std::string>{"stdio.h", "sys/"});
  CHECK(names.of("/usr/include", *world.fs.stat("/usr/include"))->contains("sys"));
  CHECK_FALSE(names.of("/usr/include", *world.fs.stat("/usr/include"))->contains("sy"));
  CHECK(world.fs.count("list") == 1);
  CHECK(names.of("/missing", {}) == nullptr);
}

TEST_CASE("directory names: what rests below the roots is not listed again") {
  DirectoryWorld world;
  DirectoryNames first = world.names();
  for (const char* path : {"/usr/include", "/usr/include/sys", "/src"}) world.look(first, path);
  const auto kept = first.to_keep();
  REQUIRE(kept);
  const int listed = world.fs.count("list");
  DirectoryNames second = world.names(*kept);
  CHECK(world.look(second, "/usr/include/sys") == std::vector<std::string>{"types.h"});
  CHECK(world.look(second, "/usr/include") == std::vector<std::string>{"stdio.h", "sys/"});
  CHECK(world.fs.count("list") == listed);
  CHECK_FALSE(second.to_keep());
  CHECK(world.look(second, "/src") == std::vector<std::string>{"a.h"});
  CHECK(world.fs.count("list") == listed + 1);
  CHECK_FALSE(second.to_keep());
}

TEST_CASE("directory names: what changed is listed, and kept once it rests") {
  DirectoryWorld world;
  DirectoryNames first = world.names();
  world.look(first, "/usr/include");
  const std::string kept = first.to_keep().value_or("");
  world.fs.put("/usr/include/new.h", "");
  SUBCASE("lately") {
    world.rest("/usr/include", DirectoryWorld::hours(1) / 2);
    DirectoryNames second = world.names(kept);
    CHECK(world.look(second, "/usr/include").size() == 3);
    CHECK_FALSE(second.to_keep());
  }
  SUBCASE("long ago") {
    world.rest("/usr/include", DirectoryWorld::hours(1));
    DirectoryNames second = world.names(kept);
    CHECK(world.look(second, "/usr/include").size() == 3);
    DirectoryNames third = world.names(second.to_keep().value_or(""));
    const int listed = world.fs.count("list");
    CHECK(world.look(third, "/usr/include").size() == 3);
    CHECK(world.fs.count("list") == listed);
  }
  SUBCASE("another directory in its place, with the same times") {
    world.rest("/usr/include", DirectoryWorld::hours(2));
    world.fs.node("/usr/include").inode += 1000;
    DirectoryNames second = world.names(kept);
    CHECK(world.look(second, "/usr/include").size() == 3);
  }
}

TEST_CASE("directory names: what was kept may be cut anywhere") {
  DirectoryWorld world;
  DirectoryNames first = world.names();
  for (const char* path : {"/usr/include", "/usr/include/sys"}) world.look(first, path);
  const std::string kept = first.to_keep().value_or("");
  REQUIRE(kept.size() > 80);
  for (std::size_t size = 0; size <= kept.size(); ++size) {
    DirectoryNames second = world.names(kept.substr(0, size));
    CHECK(world.look(second, "/usr/include/sys") == std::vector<std::string>{"types.h"});
    CHECK(world.look(second, "/usr/include") == std::vector<std::string>{"stdio.h", "sys/"});
  }
}

}  // namespace deja

// What a result rests on beside its key: where it lies for another caller, bytes, and whether it
// holds.
#include "inputs/conditions.h"

#include <doctest/doctest.h>

#include "base/path.h"
#include "fake/fake_system.h"

namespace deja {

namespace {

const Places here{"/opt/gcc", "/home/me"};

Condition condition(Condition::Kind kind, std::string_view path) {
  Condition out;
  out.kind = kind;
  set_path(out, path, "/home/me/src", here);
  return out;
}

// Files that are asked anew: nothing is remembered from an earlier look.
std::optional<Reason> broken(FakeSystem& world, const Condition& condition,
                             const Places& places = here) {
  SourceFiles files(world.fs, nullptr, world.clock.file_now_ns());
  return first_broken(std::span(&condition, 1), places, world.fs, files);
}

}  // namespace

TEST_CASE("a path is kept below the longest place that has it") {
  using enum Condition::Base;
  const auto is = [](std::string_view path, Condition::Base base, std::string_view rest) {
    const Condition found = condition(Condition::Kind::absent, path);
    CHECK(found.base == base);
    CHECK(found.path == rest);
  };
  is("/opt/gcc/lib/cc1", compiler, "lib/cc1");
  is("/opt/gcc2/lib/cc1", as_named, "/opt/gcc2/lib/cc1");
  is("/home/me/src/data", as_named, "data");
  is("/home/me/src/../data", as_named, "../data");
  is("/home/me/.config/clang.cfg", home, ".config/clang.cfg");
  is("/etc/clang.cfg", as_named, "/etc/clang.cfg");
  const Condition moved = condition(Condition::Kind::absent, "/opt/gcc/lib/cc1");
  CHECK(path_of(moved, {"/opt/other", "/root"}) == path::join("/opt/other", "lib/cc1"));
}

TEST_CASE("conditions are read as they were written; what is cut off is refused") {
  Condition all = condition(Condition::Kind::none_of, "/opt/gcc/lib");
  all.size = 7;
  all.mtime_ns = -1;
  all.ctime_ns = 9;
  all.digest = digest_of("x");
  all.names = {"specs", ""};
  const std::vector<Condition> rows = {all, condition(Condition::Kind::absent, "/home/me/x")};
  const std::string bytes = encode_conditions(rows);
  CHECK(*decode_conditions(bytes) == rows);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_conditions(std::string_view(bytes).substr(0, size)));
  CHECK_FALSE(decode_conditions(bytes + "x"));
  CHECK_FALSE(decode_conditions(std::string("\xff\xff\xff\x7f") + std::string(100, '\0')));
  std::string odd = bytes;
  odd[4] = 6;
  CHECK_FALSE(decode_conditions(odd));
}

TEST_CASE("each kind of condition holds until what it names changes") {
  FakeSystem world;
  world.fs.put("/opt/gcc/lib/cc1", "program");
  Condition facts = condition(Condition::Kind::same_facts, "/opt/gcc/lib/cc1");
  const FileFacts seen = *world.fs.stat("/opt/gcc/lib/cc1");
  facts.size = seen.size;
  facts.mtime_ns = seen.mtime_ns;
  CHECK_FALSE(broken(world, facts));
  CHECK(broken(world, facts, {"/opt/other", ""})->id == Why::toolchain_changed);

  Condition content = condition(Condition::Kind::same_content, "/opt/gcc/lib/cc1");
  content.size = seen.size;
  content.digest = digest_of("program");
  CHECK_FALSE(broken(world, content));

  Condition present = condition(Condition::Kind::present, "/opt/gcc/lib");
  present.size = static_cast<std::uint64_t>(FileKind::directory);
  CHECK_FALSE(broken(world, present));

  Condition none = condition(Condition::Kind::none_of, "/opt/gcc/lib");
  none.names = {"specs"};
  CHECK_FALSE(broken(world, none));
  CHECK_FALSE(broken(world, condition(Condition::Kind::absent, "/opt/gcc/specs")));
  CHECK_FALSE(broken(world, none, {"/nowhere", ""}));

  Condition names = condition(Condition::Kind::same_names, "/opt/gcc/lib");
  names.digest = digest_of_names(*world.fs.list("/opt/gcc/lib"));
  CHECK_FALSE(broken(world, names));

  world.clock.advance_seconds(10);
  world.fs.put("/opt/gcc/lib/specs", "");
  world.fs.put("/opt/gcc/lib/cc1", "Program");
  CHECK(broken(world, facts)->id == Why::toolchain_changed);
  CHECK(broken(world, content)->id == Why::read_file_changed);
  CHECK(broken(world, none)->id == Why::asked_name_appeared);
  CHECK(broken(world, names)->id == Why::listed_directory_changed);
  CHECK(broken(world, condition(Condition::Kind::absent, "/opt/gcc/lib/specs"))->object ==
        "'" + path::join("/opt/gcc", "lib/specs") + "'");
  CHECK(broken(world, condition(Condition::Kind::present, "/opt/gcc/include"))->id ==
        Why::asked_name_gone);
}

TEST_CASE("a directory that rests need not be looked into") {
  FakeSystem world;
  world.fs.put("/opt/gcc/lib/specs", "");
  Condition none = condition(Condition::Kind::none_of, "/opt/gcc/lib");
  none.names = {"specs"};
  const FileFacts rests = *world.fs.stat("/opt/gcc/lib");
  none.mtime_ns = rests.mtime_ns;
  none.ctime_ns = rests.ctime_ns;
  world.fs.counts.clear();
  CHECK_FALSE(broken(world, none));
  CHECK(world.fs.count("stat") == 1);
}

}  // namespace deja

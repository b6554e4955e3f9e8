// The real file system, as every system must behave.
#include "sys/fs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "fake/temporary_folder.h"

using namespace deja;

namespace {

Fs& fs() { return native_system().fs; }

// The bytes, or why there are none.
std::string content(const std::string& path) {
  std::string bytes;
  const auto facts = fs().read(path, bytes);
  return facts ? bytes : facts.error().text();
}

Result<void> create(const std::string& path, std::string_view bytes) {
  return fs().create(path, {&bytes, 1});
}

}  // namespace

TEST_CASE("read gives the bytes and the facts that stat gives") {
  TemporaryFolder folder;
  const std::string path = folder / "file";
  const std::string text(100'000, 'x');
  REQUIRE(create(path, text));
  std::string bytes = "what was there before";
  const auto facts = fs().read(path, bytes);
  REQUIRE(facts);
  CHECK(bytes == text);
  CHECK(facts->size == text.size());
  CHECK(facts->kind == FileKind::regular);
  CHECK(facts->same_content_as(*fs().stat(path)));
}

TEST_CASE("read: an empty file, a limit, a folder, nothing") {
  TemporaryFolder folder;
  REQUIRE(create(folder / "empty", ""));
  CHECK(content(folder / "empty").empty());
  REQUIRE(create(folder / "four", "1234"));
  std::string bytes;
  CHECK(fs().read(folder / "four", bytes, 4));
  CHECK(fs().read(folder / "four", bytes, 3).error().cause == Cause::too_large);
  CHECK_FALSE(fs().read(folder.path(), bytes));
  const auto none = fs().read(folder / "none", bytes);
  CHECK(none.error().cause == Cause::not_found);
  CHECK(none.error().object == folder / "none");
  CHECK(bytes.empty());
}

TEST_CASE("read_part and positioned files") {
  TemporaryFolder folder;
  const std::string path = folder / "file";
  auto file = fs().open_random(path);
  REQUIRE(file);
  REQUIRE((*file)->write_at(4, "4567"));
  REQUIRE((*file)->write_at(0, "0123"));
  CHECK(*(*file)->read_at(2, 4) == "2345");
  CHECK(*(*file)->read_at(6, 10) == "67");
  CHECK((*file)->read_at(100, 10)->empty());
  CHECK(*fs().read_part(path, 2, 4) == "2345");
  CHECK(*fs().read_part(path, 6, 100) == "67");
  CHECK(fs().read_part(path, 8, 1)->empty());
  CHECK(fs().read_part(folder / "none", 0, 1).error().cause == Cause::not_found);
  CHECK_FALSE(fs().open_random(folder.path()));
}

TEST_CASE("create joins pieces and refuses a name that is taken") {
  TemporaryFolder folder;
  const std::string_view pieces[] = {"one ", "", "two"};
  REQUIRE(fs().create(folder / "file", pieces));
  CHECK(content(folder / "file") == "one two");
  CHECK(create(folder / "file", "x").error().cause == Cause::exists);
  CHECK(create(folder / "none/file", "x").error().cause == Cause::not_found);
  CHECK(content(folder / "file") == "one two");
}

TEST_CASE("write_output makes or replaces a file") {
  TemporaryFolder folder;
  const std::string path = folder / "a.o";
  REQUIRE(fs().write_output(path, "first and longer"));
  REQUIRE(fs().write_output(path, "second"));
  CHECK(content(path) == "second");
  CHECK_FALSE(fs().write_output(folder.path(), "x"));
  CHECK(fs().write_output(folder / "none/a.o", "x").error().cause == Cause::not_found);
}

TEST_CASE("rename: with and without overwriting") {
  TemporaryFolder folder;
  REQUIRE(create(folder / "a", "a"));
  REQUIRE(create(folder / "b", "b"));
  CHECK(fs().rename(folder / "a", folder / "b", Overwrite::no).error().cause == Cause::exists);
  CHECK(content(folder / "b") == "b");
  CHECK(fs().rename(folder / "a", folder / "c", Overwrite::no));
  CHECK(fs().rename(folder / "c", folder / "b", Overwrite::yes));
  CHECK(content(folder / "b") == "a");
  CHECK(fs().rename(folder / "none", folder / "d", Overwrite::yes).error().cause ==
        Cause::not_found);
}

TEST_CASE("folders: made with their parents, listed, removed when empty") {
  TemporaryFolder folder;
  REQUIRE(fs().make_directories(folder / "a/b/c"));
  REQUIRE(fs().make_directories(folder / "a/b/c"));
  REQUIRE(create(folder / "a/file", "x"));
  CHECK(fs().make_directories(folder / "a/file").error().cause == Cause::not_a_directory);
  CHECK_FALSE(fs().make_directories(folder / "a/file/deeper"));
  auto items = fs().list(folder / "a");
  REQUIRE(items);
  std::sort(items->begin(), items->end(),
            [](const auto& x, const auto& y) { return x.name < y.name; });
  REQUIRE(items->size() == 2);
  CHECK((*items)[0].name == "b");
  CHECK((*items)[0].kind == FileKind::directory);
  CHECK((*items)[1].kind == FileKind::regular);
  auto facts = fs().list_with_facts(folder / "a");
  REQUIRE(facts);
  REQUIRE(facts->size() == 2);
  for (const ListedFile& file : *facts)
    CHECK(file.facts.same_content_as(*fs().lstat(folder / "a/" + file.name)));
  CHECK_FALSE(fs().remove_directory(folder / "a"));
  CHECK(fs().remove_directory(folder / "a/b/c"));
  CHECK(fs().list(folder / "none").error().cause == Cause::not_found);
}

TEST_CASE("remove takes files only, and a missing one is an error") {
  TemporaryFolder folder;
  REQUIRE(create(folder / "a", ""));
  CHECK(fs().remove(folder / "a"));
  CHECK(fs().remove(folder / "a").error().cause == Cause::not_found);
  CHECK_FALSE(fs().remove(folder.path()));
}

TEST_CASE("touch and set_mtime") {
  TemporaryFolder folder;
  REQUIRE(create(folder / "a", "x"));
  const std::int64_t old = 1'600'000'000'123'456'700;
  REQUIRE(fs().set_mtime(folder / "a", old));
  CHECK(fs().stat(folder / "a")->mtime_ns / 1000 == old / 1000);
  REQUIRE(fs().touch(folder / "a"));
  CHECK(fs().stat(folder / "a")->mtime_ns > old);
  CHECK(fs().touch(folder / "none").error().cause == Cause::not_found);
}

TEST_CASE("a changed file has other facts") {
  TemporaryFolder folder;
  REQUIRE(fs().write_output(folder / "a", "1"));
  const FileFacts before = *fs().stat(folder / "a");
  REQUIRE(fs().set_mtime(folder / "a", before.mtime_ns - 1'000'000'000));
  CHECK_FALSE(fs().stat(folder / "a")->same_content_as(before));
}

TEST_CASE("temporary names are never the same, and lie in their folder") {
  std::set<std::string> names;
  for (int i = 0; i < 1000; ++i) names.insert(fs().temporary_name("folder", "x"));
  CHECK(names.size() == 1000);
  CHECK(names.begin()->starts_with("folder"));
}

TEST_CASE("append: makes the file, repairs a torn tail of text, leaves other records as they are") {
  TemporaryFolder folder;
  const std::string path = folder / "log";
  REQUIRE(fs().append(path, "one\n"));
  REQUIRE(fs().append(path, "torn"));
  REQUIRE(fs().append(path, "two\n"));
  CHECK(content(path) == "one\ntorn\ntwo\n");
  REQUIRE(fs().append(folder / "records", "1234", {.text = false}));
  REQUIRE(fs().append(folder / "records", "5678", {.text = false}));
  CHECK(content(folder / "records") == "12345678");
}

TEST_CASE("append: a folder in its place or a missing folder is told") {
  TemporaryFolder folder;
  CHECK_FALSE(fs().append(folder.path(), "x\n"));
  CHECK(fs().append(folder / "none/log", "x\n").error().cause == Cause::not_found);
  CHECK_FALSE(fs().stat(folder / "none"));
}

TEST_CASE("with_append_lock: an append from within finds the file busy, and afterwards free") {
  TemporaryFolder folder;
  const std::string path = folder / "log";
  CHECK(fs().with_append_lock(path, 1'000'000'000, [&]() -> Result<void> {
    CHECK(fs().append(path, "x\n", {.deadline_ns = 1'000'000}).error().cause == Cause::busy);
    CHECK(fs().with_append_lock(path, 0, [] { return Result<void>(); }).error().cause ==
          Cause::busy);
    return {};
  }));
  CHECK(fs().append(path, "y\n"));
  CHECK(content(path) == "y\n");
}

TEST_CASE("with_append_lock passes the work's error on") {
  TemporaryFolder folder;
  const auto done = fs().with_append_lock(folder / "log", 0, []() -> Result<void> {
    return Error{"fold", "x", "why", Cause::corrupt};
  });
  CHECK(done.error().cause == Cause::corrupt);
}

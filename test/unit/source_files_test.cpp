// One stat and one read a path and run; what is too young is not remembered, nor believed.
#include "inputs/source_files.h"

#include <doctest/doctest.h>

#include "fake/fake_system.h"

using namespace deja;

namespace {

struct Run {
  explicit Run(FakeSystem& world, bool remember = true)
      : digests(world.fs, "/cache/digests"),
        files(world.fs, remember ? &digests : nullptr, world.clock.file_now_ns()) {}
  DigestCache digests;
  SourceFiles files;
};

}  // namespace

TEST_CASE("a file is read once, and not at all by the next run") {
  FakeSystem world;
  world.fs.put("/src/a.h", "int a;");
  {
    Run run(world);
    const auto first = run.files.get("/src/a.h");
    REQUIRE(first);
    CHECK((*first)->content == digest_of("int a;"));
    CHECK(*run.files.get("/src/a.h") == *first);
    CHECK(run.files.facts("/src/a.h")->size == 6);
    CHECK(world.fs.count("read") == 1);
    CHECK(world.fs.count("stat") == 1);
  }
  Run run(world);
  CHECK((*run.files.get("/src/a.h"))->content == digest_of("int a;"));
  CHECK(world.fs.count("read") == 1);
  CHECK(world.fs.count("stat") == 2);
}

TEST_CASE("a large file is read in pieces, to the same digest") {
  FakeSystem world;
  std::string text = "const char d[] = __DATE__;\n";
  for (int i = 0; i < 20000; ++i) text += "int a" + std::to_string(i) + ";\n";
  world.fs.put("/src/a.c", text);
  Run run(world);
  const auto file = run.files.get("/src/a.c");
  REQUIRE(file);
  CHECK((*file)->content == digest_of(text));
  CHECK((*file)->traits.date_macro);
  CHECK(world.fs.count("read") == 0);
  CHECK(world.fs.count("read_part") == static_cast<int>((text.size() + 65535) / 65536));
}

TEST_CASE("without a digest cache the read alone tells the facts") {
  FakeSystem world;
  world.fs.put("/src/a.h", "int a;");
  Run run(world, false);
  CHECK(run.files.get("/src/a.h"));
  CHECK(run.files.facts("/src/a.h")->size == 6);
  CHECK(world.fs.count("stat") == 0);
  CHECK(world.fs.count("read") == 1);
}

TEST_CASE("a file that is missing is asked for once") {
  FakeSystem world;
  Run run(world);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(run.files.facts("/src/a.h"));
  CHECK_FALSE(run.files.get("/src/a.h"));
  CHECK(world.fs.count("stat") == 1);
}

TEST_CASE("a file younger than two seconds is not remembered") {
  FakeSystem world;
  world.fs.put_now("/src/a.h", "int a;");
  world.clock.advance(1'999'999'999);
  { CHECK(Run(world).files.get("/src/a.h")); }
  { CHECK(Run(world).files.get("/src/a.h")); }
  CHECK(world.fs.count("read") == 2);
  world.clock.advance(1);
  { CHECK(Run(world).files.get("/src/a.h")); }
  { CHECK(Run(world).files.get("/src/a.h")); }
  CHECK(world.fs.count("read") == 3);
}

TEST_CASE("traits come from memory too") {
  FakeSystem world;
  world.fs.put("/src/a.h", "__DATE__");
  { CHECK((*Run(world).files.get("/src/a.h"))->traits.date_macro); }
  CHECK((*Run(world).files.get("/src/a.h"))->traits.date_macro);
}

TEST_CASE("key_digest: the date and the time of the file count where the macros are") {
  FakeSystem world;
  world.fs.put("/src/date.h", "__DATE__");
  world.fs.put("/src/stamp.h", "__TIMESTAMP__");
  world.fs.put("/src/plain.h", "int a;");
  Run run(world);
  const auto key = [&](const char* path, const char* today, bool ignore) {
    return run.files.key_digest(**run.files.get(path), today, ignore);
  };
  CHECK(key("/src/plain.h", "2023-11-14", false) == digest_of("int a;"));
  CHECK(key("/src/date.h", "2023-11-14", false) != key("/src/date.h", "2023-11-15", false));
  CHECK(key("/src/date.h", "2023-11-14", true) == digest_of("__DATE__"));
  CHECK(key("/src/stamp.h", "2023-11-14", false) == key("/src/stamp.h", "2023-11-15", false));
  SourceFile touched = **run.files.get("/src/stamp.h");
  ++touched.facts.mtime_ns;
  CHECK(run.files.key_digest(touched, "", false) != key("/src/stamp.h", "", false));
  CHECK(run.files.key_digest(touched, "", true) == key("/src/stamp.h", "", true));
}

TEST_CASE("too_new: at or after the start of the run") {
  FakeSystem world;
  Run run(world);
  FileFacts facts;
  facts.mtime_ns = world.clock.time_ns - 1;
  facts.ctime_ns = world.clock.time_ns - 1;
  CHECK_FALSE(run.files.too_new(facts, false, false));
  ++facts.mtime_ns;
  CHECK(run.files.too_new(facts, false, false));
  CHECK_FALSE(run.files.too_new(facts, true, false));
  ++facts.ctime_ns;
  CHECK(run.files.too_new(facts, true, false));
  CHECK_FALSE(run.files.too_new(facts, true, true));
}

TEST_CASE("still_same: a stat is enough for an old file, a young one is read again") {
  FakeSystem world;
  world.fs.put("/src/old.h", "int a;");
  world.fs.put_now("/src/young.h", "int b;");
  Run run(world);
  CHECK_FALSE(run.files.still_same("/src/old.h"));  // get() has not seen it
  CHECK(run.files.get("/src/old.h"));
  CHECK(run.files.get("/src/young.h"));
  CHECK(world.fs.count("read") == 2);
  CHECK(run.files.still_same("/src/old.h"));
  CHECK(world.fs.count("read") == 2);
  CHECK(run.files.still_same("/src/young.h"));
  CHECK(world.fs.count("read") == 3);
  world.fs.node("/src/young.h").bytes =
      "int c;";  // within the same tick of the file system's clock
  CHECK_FALSE(run.files.still_same("/src/young.h"));
  world.fs.put_now("/src/old.h", "int a;");
  CHECK_FALSE(run.files.still_same("/src/old.h"));
  world.fs.erase("/src/old.h");
  CHECK_FALSE(run.files.still_same("/src/old.h"));
}

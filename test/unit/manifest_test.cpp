// Manifests: matching against files as they are, watching directories, and what damage does.
#include "inputs/manifest.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fake/fake_system.h"
#include "fuzz/manifest_fuzz.h"
#include "posix_paths.h"

using namespace deja;

namespace {

struct ManifestWorld : FakeSystem {
  DigestCache digests{fs, "/cache/digests"};

  SourceFiles files() { return {fs, &digests, clock.file_now_ns()}; }

  // What a run records after a compile that read `paths`.
  ManifestEntry entry(const std::vector<std::string>& paths, const std::vector<std::string>& search,
                      std::string_view result, std::vector<std::string> probed = {},
                      bool all_names = false) {
    SourceFiles seen = files();
    ManifestEntry out;
    for (const std::string& path : paths) {
      const auto file = seen.get(path);
      REQUIRE(file);
      out.files.push_back({path, seen.key_digest(**file, {}, false), (*file)->facts.size,
                           (*file)->facts.mtime_ns, (*file)->facts.ctime_ns});
    }
    out.probed_names = std::move(probed);
    out.all_names_matter = all_names;
    out.result = digest_of(result);
    DirectoryNames names(fs, clock.file_now_ns());
    watch_directories(fs, names, out, search, clock.file_now_ns());
    return out;
  }

  MatchReport match(const Manifest& manifest, const MatchOptions& options = {}) {
    SourceFiles now = files();
    return Manifest::decode(manifest.encode())->match(fs, now, options);
  }
};

Manifest with(ManifestEntry entry) {
  Manifest manifest;
  manifest.add(std::move(entry));
  return manifest;
}

std::vector<std::string> watched(const ManifestEntry& entry) {
  std::vector<std::string> out;
  for (const WatchedDirectory& directory : entry.directories)
    out.push_back(fmt::format("{}{}", directory.inode == 0 ? "!" : "", directory.path));
  return out;
}

using Paths = std::vector<std::string>;

// Two entries that share most of what they name.
Manifest sample() {
  Manifest manifest;
  for (std::string result : {"one", "two"}) {
    ManifestEntry entry;
    entry.files = {{"include/a.h", digest_of("a"), 1, 2, 3},
                   {"include/b.h", digest_of(result), 4, 5, 6}};
    entry.directories = {{"include", 7, 8, 9, digest_of("names")}, {"none", 0, 0, 0, {}}};
    entry.probed_names = {"c.h"};
    entry.all_names_matter = result == "two";
    entry.result = digest_of(result);
    manifest.add(entry);
  }
  return manifest;
}

}  // namespace

TEST_CASE("a manifest comes back as it was, newest entry first") {
  const auto again = Manifest::decode(sample().encode());
  REQUIRE(again);
  CHECK(again->entries() == sample().entries());
  CHECK(again->entries().front().result == digest_of("two"));
  CHECK(Manifest::decode(Manifest().encode())->entries().empty());
}

TEST_CASE("a manifest cut short, lengthened or with any bit flipped is refused") {
  const std::string bytes = sample().encode();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    REQUIRE(Manifest::decode(std::string_view(bytes).substr(0, size)).error().cause ==
            Cause::corrupt);
  CHECK_FALSE(Manifest::decode(bytes + "x"));
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string damaged = bytes;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << i % 8));
    REQUIRE_FALSE(Manifest::decode(damaged));
  }
}

TEST_CASE("a manifest that is wrong behind a right checksum is refused or harmless") {
  const std::string bytes = sample().encode();
  for (std::size_t i = 24; i < bytes.size(); ++i) {
    for (int value : {0x00, 0x01, 0x7f, 0xff}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(value);
      check_manifest_bytes(damaged);
    }
  }
}

TEST_CASE("strings that unfold to more than a manifest may hold are refused") {
  std::string bytes;
  ByteWriter out(bytes);
  out.raw("djaM");
  out.u16(3);
  out.u16(0);
  out.u64(0);
  out.u64(0);
  for (std::uint32_t count : {1000u, 0u, 0u, 0u}) out.u32(count);
  out.u16(0);
  out.text(std::string(60'000, 'x'));
  for (int i = 1; i < 1000; ++i) {
    out.u16(60'000);
    out.text("");
  }
  CHECK(Manifest::decode(resealed_manifest(bytes)).error().reason == "bad strings");
}

TEST_CASE("the fuzz corpus of manifests") {
  Fs& fs = native_system().fs;
  const std::string folder = std::string(DEJA_SOURCE_DIR) + "/test/fuzz/corpus/manifest";
  const auto items = fs.list(folder);
  REQUIRE(items);
  CHECK(items->size() >= 3);
  for (const DirectoryItem& item : *items) {
    std::string bytes;
    REQUIRE(fs.read(folder + "/" + item.name, bytes));
    check_manifest_bytes(bytes);
  }
}

TEST_CASE("a match of three headers costs four stats, one of their folder, and reads none") {
  ManifestWorld world;
  for (const char* path : {"/src/a.h", "/src/b.h", "/src/c.h"}) world.fs.put(path, path);
  world.fs.node("/src").mtime_ns = world.fs.node("/src").ctime_ns =
      world.fs.node("/src/a.h").mtime_ns;
  const Manifest manifest = with(world.entry({"a.h", "b.h", "c.h"}, {"."}, "r"));
  const auto before = world.fs.counts;
  CHECK(world.match(manifest).result == digest_of("r"));
  CHECK(world.fs.count("stat") - before.at("stat") == 4);
  CHECK(world.fs.count("read") == before.at("read"));
  CHECK(world.fs.count("list") == before.at("list"));
}

TEST_CASE("the reason names the header that changed") {
  ManifestWorld world;
  world.fs.put("/src/a.h", "a");
  world.fs.put("/src/b.h", "b");
  const Manifest manifest = with(world.entry({"a.h", "b.h"}, {"."}, "r"));
  world.fs.put("/src/b.h", "c");  // the same size
  CHECK(text_of(*world.match(manifest).why_not) == "header 'b.h' changed");
  world.fs.put("/src/b.h", "longer");
  const int reads = world.fs.count("read");
  CHECK(text_of(*world.match(manifest).why_not) == "header 'b.h' changed");
  CHECK(world.fs.count("read") == reads);  // the size tells
  world.fs.erase("/src/b.h");
  CHECK(text_of(*world.match(manifest).why_not) == "header 'b.h' cannot be read");
  world.fs.put("/src/b.h", "b");  // touched, the same content
  CHECK(world.match(manifest).result);
  CHECK(text_of(*world.match(Manifest()).why_not) == "the manifest is empty");
}

TEST_CASE("an older entry holds again when its headers are back, each path stat'ed once") {
  ManifestWorld world;
  Manifest manifest;
  for (const char* content : {"1", "2", "3"}) {
    world.fs.put("/src/a.h", content);
    manifest.add(world.entry({"a.h"}, {"."}, content));
  }
  world.fs.put("/src/a.h", "1");
  const int stats = world.fs.count("stat");
  CHECK(world.match(manifest).result == digest_of("1"));
  CHECK(world.fs.count("stat") == stats + 2);  // and the folder
}

TEST_CASE("the date counts for a header that uses it, unless time macros are ignored") {
  ManifestWorld world;
  world.fs.put("/src/a.h", "__DATE__");
  SourceFiles files = world.files();
  ManifestEntry entry;
  const auto file = files.get("a.h");
  entry.files = {{"a.h", files.key_digest(**file, "2023-11-14", false), (*file)->facts.size, 0, 0}};
  const Manifest manifest = with(entry);
  CHECK(world.match(manifest, {.today = "2023-11-14"}).result);
  CHECK_FALSE(world.match(manifest, {.today = "2023-11-15"}).result);
  CHECK_FALSE(world.match(manifest, {.today = "2023-11-14", .ignore_time_macros = true})
                  .result);  // the key then is the bare content
}

TEST_CASE("file_stat_matches: equal times are enough, ctime if it counts") {
  ManifestWorld world;
  world.fs.put("/src/a.h", "1");
  ManifestEntry entry = world.entry({"a.h"}, {"."}, "r");
  world.fs.node("/src/a.h").bytes = "2";  // nothing in the facts tells
  world.digests.remember(*world.fs.stat("/src/a.h"), {digest_of("2"), {}});
  CHECK_FALSE(world.match(with(entry)).result);
  CHECK(world.match(with(entry), {.today = {}, .stat_is_enough = true}).result);
  ++world.fs.node("/src/a.h").ctime_ns;
  CHECK_FALSE(world.match(with(entry), {.today = {}, .stat_is_enough = true}).result);
  CHECK(world.match(with(entry), {.today = {}, .stat_is_enough = true, .stat_ignores_ctime = true})
            .result);
  ++world.fs.node("/src/a.h").mtime_ns;
  CHECK_FALSE(
      world.match(with(entry), {.today = {}, .stat_is_enough = true, .stat_ignores_ctime = true})
          .result);
}

TEST_CASE("add replaces the same compile and drops the oldest beyond the limit") {
  Manifest manifest = sample();
  ManifestEntry again = manifest.entries().back();
  again.files[0].mtime_ns = 99;
  manifest.add(again);
  REQUIRE(manifest.entries().size() == 2);
  CHECK(manifest.entries().front() == again);
  for (int i = 0; i < 200; ++i) {
    again.files[1].digest = digest_of(std::to_string(i));
    manifest.add(again);
    CHECK(manifest.entries().size() <= Manifest::max_entries);
    CHECK(manifest.entries().front() == again);
  }
  CHECK(manifest.entries().size() > Manifest::max_entries / 2);
}

TEST_CASE("add keeps a manifest below its size") {
  Manifest manifest;
  for (int i = 0; i < 12; ++i) {
    ManifestEntry entry;
    for (int file = 0; file < 10'000; ++file)
      entry.files.push_back(
          {fmt::format("h{}", file), digest_of(std::to_string(i * 100'000 + file)), 1, 2, 3});
    manifest.add(std::move(entry));
  }
  CHECK(manifest.encode().size() <= Manifest::max_bytes);
  CHECK(manifest.entries().size() > 2);
}

TEST_CASE("a header that appears earlier in the search path is noticed") {
  ManifestWorld world;
  world.fs.put("/src/main/a.c", "");
  world.fs.put("/src/first/other.h", "");
  world.fs.put("/src/second/lib/x.h", "x");
  const Paths search{"main", "first", "missing", "second"};
  const ManifestEntry entry = world.entry({"second/lib/x.h"}, search, "r");
  CHECK(watched(entry) == Paths{"first", "main", "!missing", "second/lib"});
  CHECK(world.match(with(entry)).result);

  SUBCASE("a name that does not matter") {
    world.fs.put_now("/src/first/unrelated.h", "");
    CHECK(world.match(with(entry)).result);
  }
  SUBCASE("its folder") {
    world.fs.put_now("/src/first/lib/x.h", "shadow");
    CHECK(text_of(*world.match(with(entry)).why_not) == "'lib/' in 'first' appeared");
  }
  SUBCASE("a search directory") {
    world.fs.put_now("/src/missing/lib/x.h", "shadow");
    CHECK(text_of(*world.match(with(entry)).why_not) == "directory 'missing' appeared");
  }
  SUBCASE("after the directory it was found in, nothing can shadow it") {
    world.fs.put_now("/src/third/lib/x.h", "late");
    CHECK(world.match(with(entry)).result);
  }
  SUBCASE("a watched directory that goes") {
    world.fs.erase("/src/first");
    CHECK(text_of(*world.match(with(entry)).why_not) == "directory 'first' is gone");
  }
}

TEST_CASE("where the folder exists in an earlier directory, that is watched" * posix_paths()) {
  ManifestWorld world;
  world.fs.put("/src/first/lib/y.h", "");
  world.fs.put("/src/second/lib/x.h", "x");
  const ManifestEntry entry = world.entry({"second/lib/x.h"}, {"first", "second"}, "r");
  CHECK(watched(entry) == Paths{"first", "first/lib", "second/lib"});
  world.fs.put_now("/src/first/lib/x.h", "shadow");
  CHECK(text_of(*world.match(with(entry)).why_not) == "'x.h' in 'first/lib' appeared");
}

TEST_CASE("the directories of including files come before the search path") {
  ManifestWorld world;
  world.fs.put("/src/a/a.h", "#include \"b.h\"");
  world.fs.put("/src/b/b.h", "");
  const ManifestEntry entry = world.entry({"a/a.h", "b/b.h"}, {".", "a", "b"}, "r");
  world.fs.put_now("/src/a/b.h", "shadow");
  CHECK(text_of(*world.match(with(entry)).why_not) == "'b.h' in 'a' appeared");
}

TEST_CASE("a file found in none of the search directories is watched for in all" * posix_paths()) {
  ManifestWorld world;
  world.fs.put("/opt/x.h", "x");
  world.fs.put("/src/inc/other.h", "");
  const ManifestEntry entry = world.entry({"/opt/x.h"}, {".", "inc"}, "r");
  CHECK(watched(entry) ==
        Paths{".", "/opt", "inc"});  // its own folder for a precompiled form of it
}

TEST_CASE("a precompiled form of a header appears beside it") {
  ManifestWorld world;
  world.fs.put("/src/sub/a.h", "");
  const Manifest manifest = with(world.entry({"sub/a.h"}, {"."}, "r"));
  world.fs.put_now("/src/sub/a.o", "");
  CHECK(world.match(manifest).result);
  world.fs.put_now("/src/sub/a.h.gch", "");
  CHECK(text_of(*world.match(manifest).why_not) == "'a.h.gch' in 'sub' appeared");
}

TEST_CASE("probed names count where they are absent") {
  ManifestWorld world;
  world.fs.put("/src/a.h", "");
  world.fs.put("/src/inc/other.h", "");
  const ManifestEntry entry = world.entry({"a.h"}, {".", "inc"}, "r", {"opt/maybe.h"});
  CHECK(world.match(with(entry)).result);
  world.fs.put_now("/src/inc/opt/maybe.h", "");
  CHECK(text_of(*world.match(with(entry)).why_not) == "'opt/' in 'inc' appeared");
}

TEST_CASE("a computed probe makes every name matter") {
  ManifestWorld world;
  world.fs.put("/src/a.h", "");
  const Manifest some = with(world.entry({"a.h"}, {"."}, "r", {"x"}));
  const Manifest all = with(world.entry({"a.h"}, {"."}, "r", {"x"}, true));
  world.fs.put_now("/src/zzz.h", "");
  CHECK(world.match(some).result);
  CHECK(text_of(*world.match(all).why_not) == "'zzz.h' in '.' appeared");
}

TEST_CASE("a young directory is listed, an old one is trusted") {
  ManifestWorld world;
  world.fs.put("/src/inc/other.h", "");
  world.fs.put("/src/lib/x.h", "x");
  world.fs.node("/src/inc").mtime_ns = world.clock.time_ns - 1'000'000'000;
  const Manifest young = with(world.entry({"lib/x.h"}, {"inc", "lib"}, "r"));
  CHECK(world.match(young).result);
  const int lists = world.fs.count("list");
  CHECK(world.match(young).result);
  CHECK(world.fs.count("list") == lists + 1);
  world.clock.advance_seconds(10);
  const Manifest old = with(world.entry({"lib/x.h"}, {"inc", "lib"}, "r"));
  const int lists_then = world.fs.count("list");
  CHECK(world.match(old).result);
  CHECK(world.fs.count("list") == lists_then);
}

TEST_CASE("watching stays cheap: 300 headers, 20 search directories") {
  ManifestWorld world;
  Paths files, search;
  for (int i = 0; i < 20; ++i) {
    search.push_back(fmt::format("/usr/d{}", i));
    world.fs.put(search.back() + "/own.h", "");
  }
  for (int i = 0; i < 300; ++i) {
    files.push_back(fmt::format("{}/p{}/h{}.h", search[19], i % 30, i));
    world.fs.put(files.back(), "x");
  }
  SourceFiles seen = world.files();
  ManifestEntry entry;
  for (const std::string& path : files) entry.files.push_back({path, {}, 1, 0, 0});
  const int stats = world.fs.count("stat");
  DirectoryNames names(world.fs, world.clock.file_now_ns());
  watch_directories(world.fs, names, entry, search, world.clock.file_now_ns());
  CHECK(world.fs.count("stat") - stats < 100);
  CHECK(entry.directories.size() < 60);
}

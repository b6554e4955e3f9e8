// Options of deja itself, on a fake system: what they print, change and refuse.
#include "manage/manage.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "fake/fake_system.h"
#include "manage/progress.h"
#include "posix_paths.h"
#include "store/entry.h"
#include "store/local_store.h"
#include "store/stats.h"

using namespace deja;

namespace {

constexpr const char* config_file = "/cache/ccache.conf";

struct ManageWorld : FakeSystem {
  ManageWorld() {
    env.variables = {{"HOME", "/home/user"}, {"CCACHE_DIR", "/cache"}};
    fs.put_directory("/src");
    fs.put_directory("/cache");
  }
  // What was printed; the exit code and errors are in `code` and `errors`.
  std::string run(const std::vector<std::string>& words) {
    console.out.clear();
    console.err.clear();
    code = manage(system, words);
    errors = console.err;
    return console.out;
  }
  std::string error(const std::vector<std::string>& words) {
    run(words);
    CHECK(code == 1);
    CHECK(console.out.empty());
    return errors;
  }
  // The number that --print-stats has for `id`.
  std::string stat(std::string_view id) {
    const std::string out = run({"--print-stats"});
    for (std::string_view line : text::split(out, '\n'))
      if (line.starts_with(std::string(id) + "\t")) return std::string(line.substr(id.size() + 1));
    return "none";
  }
  int code = -1;
  std::string errors;
};

bool contains(std::string_view text, std::string_view piece) {
  return text.find(piece) != std::string_view::npos;
}

std::string line_with(std::string_view text, std::string_view piece) {
  for (std::string_view line : text::split(text, '\n'))
    if (contains(line, piece)) return std::string(line);
  return {};
}

std::string put_result(ManageWorld& world, const char* name_space = "") {
  Entry entry;
  entry.parts = {{stderr_part, "a warning"},
                 {first_output_part, std::string(4000, 'o')},
                 {first_output_part + 1, "a.o: a.c\n"}};
  entry.created_ns = world.clock.time_ns;
  const auto bytes = encode_entry(entry, std::nullopt);
  REQUIRE(bytes);
  LocalStore store(world.system, "/cache", name_space);
  const Digest key = digest_of(name_space);
  REQUIRE(store.put(key, EntryKind::result, *bytes, Overwrite::no));
  REQUIRE(Stats(world.system, "/cache").record(Counts(), store.changes()));
  return store.path_of(key, EntryKind::result);
}

}  // namespace

// --- the command line
// ------------------------------------------------------------------------------------------

TEST_CASE("a command line that cannot be understood is one clear line") {
  ManageWorld world;
  CHECK(world.error({"--bogus"}) ==
        "deja: error: unknown option '--bogus': deja --help shows the options\n");
  CHECK(world.error({"-s", "gcc"}) ==
        "deja: error: unexpected word 'gcc': deja --help shows the options\n");
  CHECK(world.error({"-"}) == "deja: error: unexpected word '-': deja --help shows the options\n");
  CHECK(world.error({"--dir"}) == "deja: error: a value is missing after '--dir'\n");
  CHECK(world.error({"-sM"}) == "deja: error: a value is missing after '--max-size'\n");
  CHECK(world.error({"--clear=all"}) == "deja: error: no value is taken by '--clear'\n");
  CHECK(world.error({"-vy"}) ==
        "deja: error: unknown option '-y': deja --help shows the options\n");
  CHECK(world.run({"--print-v"}) == DEJA_VERSION "\n");
  CHECK(world.error({"--sh"}) ==
        "deja: error: ambiguous option '--sh': --show-stats or --show-config\n");
  CHECK(world.error({"--threads", "0", "-s"}) ==
        "deja: error: bad value for --threads '0': not a whole number from 1 to 1024\n");
  CHECK(world.error({"--format", "xml", "--print-stats"}) ==
        "deja: error: bad value for --format 'xml': not tab or json\n");
  CHECK(contains(world.error({"--dry-run"}), "nothing to do"));
  CHECK(contains(world.error({"-X", "fast"}), "bad compression level 'fast'"));
  CHECK(contains(world.error({"--evict-older-than", "5x"}), "bad age '5x'"));
  world.run({});
  CHECK(world.code == 1);
  CHECK(contains(world.errors, "Usage:"));
}

TEST_CASE("options are carried out in order, until one fails" * posix_paths()) {
  ManageWorld world;
  const std::string out = world.run({"-M", "2GiB", "-k", "max_size", "-M3GB",
                                     "--get-config=max_size", "-k", "nonsense", "-M", "9"});
  CHECK(out ==
        "Set max_size = 2GiB in /cache/ccache.conf\n2.0 GiB\nSet max_size = 3GB in "
        "/cache/ccache.conf\n3.0 GB\n");
  CHECK(world.code == 1);
  CHECK(world.errors ==
        "deja: error: no configuration key 'nonsense': deja --show-config lists them all\n");
  CHECK(world.fs.get(config_file) == "max_size = 3GB\n");
}

TEST_CASE("help and version need no configuration" * posix_paths()) {
  ManageWorld world;
  world.fs.put(config_file, "max_size = broken");
  const std::string help = world.run({"--help"});
  CHECK(world.code == 0);
  for (const char* piece : {"-c, --cleanup", "--trim-dir PATH", "--print-stats", "CCACHE_DIR"})
    CHECK(contains(help, piece));
  for (std::string_view line : text::split(help, '\n')) CHECK(line.size() <= 110);
  CHECK(world.run({"--print-version"}) == DEJA_VERSION "\n");
  CHECK(world.run({"-V"}).starts_with(
      "ccache version 4.13 (the interface; this is deja " DEJA_VERSION ")\n"));
  CHECK(world.error({"-s"}) ==
        "deja: error: /cache/ccache.conf:1: bad value for max_size 'broken': not a size such as "
        "500M, 5GiB or 0\n");
  world.run({"-M", "5G"});  // repairs it
  CHECK(world.code == 0);
  CHECK(world.fs.get(config_file) == "max_size = 5G\n");
  CHECK(world.run({"--stop-storage-helpers"}) == "No storage helpers are running\n");
}

// --- configuration
// ---------------------------------------------------------------------------------------------

TEST_CASE("a key is set and everything else stays" * posix_paths()) {
  ManageWorld world;
  world.fs.put(config_file, "# mine\nmax_size = 1G\nunknown = 1\n");
  world.fs.node(config_file).mode = 0600;
  world.run({"-o", "max_size = 2G", "-o", "base_dir=/a:/b"});
  CHECK(world.fs.get(config_file) == "# mine\nmax_size = 2G\nunknown = 1\nbase_dir = /a:/b\n");
  CHECK(world.fs.files_below("/cache") == std::vector<std::string>{config_file});
  CHECK(world.console.mask == 022);
  CHECK(contains(world.error({"-o", "max_size=2X"}), "bad value for max_size '2X'"));
  CHECK(contains(world.error({"-o", "log_file=/a\nmax_size = 1"}), "more than one line"));
  CHECK(contains(world.error({"-o", "log_file=$NOWHERE"}),
                 "the environment variable NOWHERE is not set"));
  CHECK(contains(world.error({"-o", "colour=blue"}), "no configuration key 'colour'"));
  CHECK(contains(world.error({"-o", "max_size"}), "expected KEY=VALUE"));
  CHECK(contains(world.fs.get(config_file), "max_size = 2G"));
}

TEST_CASE("a stronger source that hides what is set is named" * posix_paths()) {
  ManageWorld world;
  world.env.variables["CCACHE_MAXSIZE"] = "7GB";
  world.run({"-M", "2G"});
  CHECK(world.code == 0);
  CHECK(world.errors == "deja: note: max_size is also set by: environment, which wins\n");
}

TEST_CASE("a failed write leaves the configuration file as it was" * posix_paths()) {
  ManageWorld world;
  world.fs.put(config_file, "max_size = 1G\n");
  for (int operation = 1;; ++operation) {
    world.faulty.fail_at(operation, Cause::no_space);
    world.run({"-M", "2G"});
    const bool happened = world.faulty.happened();
    world.faulty.work_again();
    const std::string now = world.fs.get(config_file);
    CAPTURE(world.faulty.victim());
    CHECK((now == "max_size = 1G\n" || now == "max_size = 2G\n"));
    CHECK((world.code == 0) == (now == "max_size = 2G\n"));
    CHECK(world.fs.files_below("/cache").size() == 1);
    if (!happened) break;
    world.fs.put(config_file, "max_size = 1G\n");
  }
}

TEST_CASE("--show-config" * posix_paths()) {
  ManageWorld world;
  world.fs.put(config_file, "max_files = 7\n");
  world.env.variables["CCACHE_NODIRECT"] = "yes";
  const std::string out = world.run({"-p"});
  CHECK(contains(out,
                 "(default) absolute_paths_in_stderr = false\n(default) base_dir = \n(environment) "
                 "cache_dir = /cache\n"));
  CHECK(contains(out, "(environment) direct_mode = false\n"));
  CHECK(contains(out, "(/cache/ccache.conf) max_files = 7\n"));
  CHECK(contains(out, "(default) max_size = 5.0 GiB\n"));
}

TEST_CASE("another cache, another file" * posix_paths()) {
  ManageWorld world;
  world.fs.put("/other/ccache.conf", "max_files = 8\n");
  world.fs.put("/file.conf", "max_files = 9\n");
  CHECK(world.run({"-d", "/other", "-k", "max_files", "-k", "cache_dir"}) == "8\n/other\n");
  CHECK(world.run({"-k", "max_files", "--config-path", "/file.conf"}) == "9\n");
  CHECK(world.run({"--config-path", "/new.conf", "-F", "3"}) == "Set max_files = 3 in /new.conf\n");
  CHECK(world.fs.get("/new.conf") == "max_files = 3\n");
}

// --- statistics
// ------------------------------------------------------------------------------------------------

TEST_CASE("statistics for people and for scripts" * posix_paths()) {
  ManageWorld world;
  Counts counts;
  counts.add(Outcome::direct_cache_hit, 3);
  counts.add(Outcome::cache_miss, 1);
  counts.add(Outcome::called_for_link, 4);
  REQUIRE(Stats(world.system, "/cache").record(counts, {}));
  put_result(world);
  const std::string out = world.run({"-s"});
  CHECK(out ==
        "Cacheable calls:       4 /    8 (50.00%)\n"
        "  Hits:                3 /    4 (75.00%)\n"
        "    Direct:            3 /    3 (100.0%)\n"
        "    Preprocessed:      0 /    3 ( 0.00%)\n"
        "  Misses:              1 /    4 (25.00%)\n"
        "Uncacheable calls:     4 /    8 (50.00%)\n"
        "Local storage:\n"
        "  Cache size (GiB): 0.00 / 5.00 ( 0.00%)\n"
        "  Hits:                0\n"
        "  Misses:              0\n");
  CHECK(!contains(out, "linking"));
  CHECK(contains(world.run({"-sv"}), "Called for linking:"));
  CHECK(!contains(world.run({"-sv"}), "Internal error:"));
  CHECK(contains(world.run({"-svv"}), "Internal error:"));
  CHECK(world.stat("direct_cache_hit") == "3");
  CHECK(world.stat("files_in_cache") == "1");
  CHECK(world.stat("cache_size_kibibyte") == "8");
  CHECK(world.stat("max_cache_size_kibibyte") == "5242880");
  CHECK(world.stat("stats_zeroed_timestamp") == "0");
  const std::string json = world.run({"--print-stats", "--format", "json"});
  CHECK(json.starts_with("{\n  \"autoconf_test\": 0,\n"));
  CHECK(contains(json, "\"called_for_link\": 4,\n"));
  CHECK(json.ends_with("0\n}\n"));

  world.run({"-z"});
  CHECK(world.stat("direct_cache_hit") == "0");
  CHECK(world.stat("files_in_cache") == "1");
  CHECK(world.stat("stats_zeroed_timestamp") == "1700000000");
}

TEST_CASE("ids are sorted, so that scripts may join them") {
  ManageWorld world;
  std::string last;
  const std::string out = world.run({"--print-stats"});
  for (std::string_view line : text::split(out, '\n')) {
    if (line.empty()) continue;
    const std::string id(line.substr(0, line.find('\t')));
    CHECK(last < id);
    last = id;
  }
  CHECK(last == "unsupported_source_language");
}

TEST_CASE("colours are for terminals alone" * posix_paths()) {
  ManageWorld world;
  CHECK(!contains(world.run({"-s"}), "\033"));
  world.console.terminal = true;
  CHECK(contains(world.run({"-s"}), "\033[1mLocal storage:\033[0m"));
  CHECK(!contains(world.run({"--print-stats"}), "\033"));
  world.env.variables["NO_COLOR"] = "yes";
  CHECK(!contains(world.run({"-s"}), "\033"));
}

TEST_CASE("the statistics log" * posix_paths()) {
  ManageWorld world;
  CHECK(contains(world.error({"--show-log-stats"}), "none is configured"));
  world.env.variables["CCACHE_STATSLOG"] = "/log";
  CHECK(contains(world.error({"--show-log-stats"}), "/log"));
  world.fs.put("/log",
               "# a.c\ncache_miss\nlocal_storage_write\nlocal_storage_write\n# "
               "cache_miss.c\r\ndirect_cache_hit\r\nnonsense\n");
  const std::string out = world.run({"--show-log-stats"});
  CHECK(line_with(out, "Hits:") == "  Hits:           1 / 2 (50.00%)");
  CHECK(contains(world.run({"--print-log-stats"}), "local_storage_write\t2\n"));
  CHECK(contains(world.run({"--print-log-stats"}), "cache_miss\t1\n"));
  CHECK(!contains(world.run({"--print-log-stats"}), "files_in_cache"));
}

// --- the cache
// -------------------------------------------------------------------------------------------------

TEST_CASE("clearing, and a dry run of it" * posix_paths()) {
  ManageWorld world;
  const std::string file = put_result(world);
  world.fs.put("/cache/foreign", "not ours");
  CHECK(world.run({"--dry-run", "-C"}) == "Would remove 1 file (8.0 KiB)\n");
  CHECK(world.fs.has(file));
  CHECK(world.run({"--dry-run", "-M", "1G", "-z"}) ==
        "Would set max_size = 1G in /cache/ccache.conf\nWould zero the statistics\n");
  CHECK(!world.fs.has(config_file));
  CHECK(world.run({"-C"}) == "Removed 1 file (8.0 KiB)\n");
  CHECK(!world.fs.has(file));
  CHECK(world.fs.has("/cache/foreign"));
}

TEST_CASE("eviction by age and by namespace" * posix_paths()) {
  ManageWorld world;
  const std::string red = put_result(world, "red");
  const std::string blue = put_result(world, "blue");
  world.clock.advance_seconds(3600);
  world.run({"--evict-older-than", "2h"});
  CHECK(world.fs.has(red));
  world.run({"--evict-older-than", "30m", "--evict-namespace", "red"});
  CHECK(!world.fs.has(red));
  CHECK(world.fs.has(blue));
  CHECK(world.run({"--evict-namespace", "blue"}) == "Removed data:  8.0 KiB\nRemoved files: 1\n");
  CHECK(!world.fs.has(blue));
}

TEST_CASE("recompression is shown" * posix_paths()) {
  ManageWorld world;
  put_result(world);
  CHECK(line_with(world.run({"-x"}), "Results:") == "Results:           1, of which 0 compressed");
  world.run({"-X", "-3"});
  CHECK(world.code == 0);
  CHECK(line_with(world.run({"-x"}), "Results:") == "Results:           1, of which 1 compressed");
}

TEST_CASE("a look into a result, and its outputs taken out" * posix_paths()) {
  ManageWorld world;
  const std::string file = put_result(world, "red");
  const std::string out = world.run({"--inspect", file});
  CHECK(contains(line_with(out, "Kind:"), "result"));
  CHECK(contains(line_with(out, "Namespace:"), "red"));
  CHECK(contains(line_with(out, "  o:"), "4000 bytes"));
  world.run({"--extract-result", file});
  CHECK(world.fs.get("/src/ccache-result.o") == std::string(4000, 'o'));
  CHECK(world.fs.get("/src/ccache-result.d") == "a.o: a.c\n");
  CHECK(world.fs.get("/src/ccache-result.stderr") == "a warning");
  world.fs.put("/src/a.c", "int a;");
  CHECK(contains(world.error({"--inspect", "a.c"}), "neither a result"));
  CHECK(contains(world.error({"--extract-result", "none"}), "none"));
  CHECK(contains(world.error({"--extract-result", "a.c"}), "a.c"));
  CHECK(world.run({"--checksum-file", "a.c"}) == digest_of("int a;").hex() + "\n");
  world.console.in = "int b;";
  CHECK(world.run({"--checksum-file", "-"}) == digest_of("int b;").hex() + "\n");
  CHECK(world.run({"--hash-file", "-"}) == digest_of("int b;").hex() + "\n");
}

TEST_CASE("trimming a folder" * posix_paths()) {
  ManageWorld world;
  const std::string kilobytes(10'000, 'x');
  world.fs.put("/share/ab/old", kilobytes);
  world.fs.put_now("/share/cd/new", kilobytes);
  CHECK(contains(world.error({"--trim-dir", "/share"}), "--trim-max-size tells to which size"));
  world.run({"--trim-dir", "/share", "--trim-max-size", "15kB", "--trim-method", "mtime"});
  CHECK(world.code == 0);
  CHECK(world.fs.files_below("/share") == std::vector<std::string>{"/share/cd/new"});
  put_result(world);
  CHECK(contains(world.error({"--trim-dir", "/cache", "--trim-max-size", "1kB"}),
                 "looks like a local cache"));
  CHECK(world.stat("files_in_cache") == "1");
  for (const char* file : {"/other/stats", "/other/x/ccache.conf"}) {
    world.fs.put(file, "");
    CHECK(contains(world.error({"--trim-dir", "/other", "--trim-max-size", "1kB"}),
                   "looks like a local cache"));
    world.fs.erase(file);
  }
}

TEST_CASE("what trimming keeps is recompressed, and keeps its time" * posix_paths()) {
  ManageWorld world;
  const std::string result = world.fs.get(put_result(world));
  world.fs.put("/share/ab/result", result);
  world.fs.put("/share/ab/other", std::string(5000, 'x'));
  const auto time = world.fs.node("/share/ab/result").mtime_ns;
  const auto recompress = [&](const char* level) {
    world.run({"--trim-dir", "/share", "--trim-max-size", "1G", "--trim-method", "mtime",
               "--trim-recompress", level});
    CHECK(world.code == 0);
    return world.fs.get("/share/ab/result");
  };
  CHECK(recompress("3").size() < 1000);
  CHECK(world.fs.node("/share/ab/result").mtime_ns == time);
  CHECK(recompress("uncompressed") == result);
  CHECK(world.fs.get("/share/ab/other") == std::string(5000, 'x'));
  CHECK(world.fs.files_below("/share").size() == 2);
  CHECK(contains(
      world.error({"--trim-dir", "/share", "--trim-max-size", "1G", "--trim-recompress", "much"}),
      "bad compression level"));
}

TEST_CASE("the labels that scripts look for" * posix_paths()) {
  ManageWorld world;
  put_result(world);
  const std::string out = world.run({"-svv"});
  for (const char* label : {"Cache directory:",
                            "Config file:",
                            "System config file:",
                            "Stats updated:",
                            "Stats zeroed:",
                            "Cacheable calls:",
                            "  Hits:",
                            "    Direct:",
                            "    Preprocessed:",
                            "  Misses:",
                            "Uncacheable calls:",
                            "Errors:",
                            "Successful lookups:",
                            "Local storage:",
                            "  Cache size (GiB):",
                            "  Files:",
                            "  Cleanups:",
                            "  Reads:",
                            "  Writes:",
                            "Remote storage:",
                            "  Timeouts:"})
    CHECK_MESSAGE(contains("\n" + out, std::string("\n") + label), label);
}

TEST_CASE("the configuration's umask holds for what is made in the cache" * posix_paths()) {
  ManageWorld world;
  world.env.variables["CCACHE_UMASK"] = "002";
  const std::vector<std::vector<std::string>> calls = {
      {"-M", "1G"}, {"-F", "5"}, {"-o", "debug=true"}, {"-z"}, {"-c"}, {"-C"}};
  for (auto words : calls) {
    put_result(world);
    world.fs.erase(config_file);
    unsigned changed_with = 0;
    world.faulty.before = [&](std::string_view action) {
      for (const char* changes : {"create", "append", "make_directories", "remove"})
        if (action == changes) changed_with = world.console.mask;
    };
    words.insert(words.end(), {"--threads", "1"});
    world.run(words);
    CHECK_MESSAGE(changed_with == 02, words[0]);
    CHECK(world.console.mask == 022);
    world.faulty.before = {};
  }
}

TEST_CASE("a progress bar wipes itself out, and is silent without a terminal") {
  FakeConsole console;
  ProgressBar(console, "Working").update(1, 2);
  CHECK(console.err.empty());
  console.terminal = true;
  {
    ProgressBar bar(console, "Working");
    bar.update(1, 2);
    bar.update(1, 2);
    CHECK(console.err == fmt::format("\rWorking [{:#<25}{:.<25}]  50%", "", ""));
  }
  CHECK(console.err.ends_with(fmt::format("\r{:79}\r", "")));
}

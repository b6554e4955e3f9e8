// Configuration: file syntax, where files are, who wins, and who may set what.
#include <doctest/doctest.h>

#include <algorithm>

#include "config/load.h"
#include "config/options.h"
#include "config/syntax.h"
#include "fake/fake_system.h"
#include "fuzz/config_fuzz.h"

using namespace deja;

namespace {

// A user in /home/user/project/src; no configuration yet.
struct ConfigWorld : FakeSystem {
  ConfigWorld() {
    env.variables = {{"HOME", "/home/user"}};
    fs.put_directory("/home/user/project/src");
    fs.current = "/home/user/project/src";
  }
  LoadedConfig load(const std::vector<Override>& overrides = {}) {
    auto loaded = load_config(system, overrides, PathStyle::posix);
    if (!loaded) FAIL(loaded.error().text());
    return std::move(*loaded);
  }
  std::string error(const std::vector<Override>& overrides = {}) {
    const auto loaded = load_config(system, overrides, PathStyle::posix);
    return loaded ? "none" : loaded.error().text();
  }
};

std::string origin(const LoadedConfig& loaded, std::string_view key) {
  return loaded.origins[*option_of_key(key)];
}

bool holds(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

bool mentions(const std::vector<std::string>& list, std::string_view piece) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& line) {
    return line.find(piece) != std::string::npos;
  });
}

std::string parsed(std::string_view text) {
  const auto settings = parse_settings(text, "f");
  if (!settings) return settings.error().text();
  std::string out;
  for (const Setting& s : *settings)
    out += std::to_string(s.line) + " " + s.key + "=" + s.value + "\n";
  return out;
}

constexpr const char* cache_file = "/home/user/.config/ccache/ccache.conf";

}  // namespace

// --- syntax
// ----------------------------------------------------------------------------------------------------

TEST_CASE("lines become settings") {
  CHECK(parsed("# c\n\n a") ==
        "f:3: bad line 'a': it is indented, but there is no value before it to continue");
  CHECK(parsed("key  =  some value \t\r\n") == "1 key=some value\n");
  CHECK(parsed("a=1\nb==2\na=") == "1 a=1\n2 b==2\n3 a=\n");
  CHECK(parsed("a =\n  x\n\n  # not this\n\ty z\nb = 1") == "1 a=x y z\n6 b=1\n");
  CHECK(parsed("\xEF\xBB\xBF"
               "a=1") == "1 a=1\n");
  CHECK(parsed("a=1\nnonsense\n") == "f:2: bad line 'nonsense': expected key = value");
  CHECK(parsed("= 1") == "f:1: bad line '= 1': expected key = value");
}

TEST_CASE("a setting is changed and nothing else") {
  CHECK(with_setting("", "a", "1") == "a = 1\n");
  CHECK(with_setting("# c\nb=2", "a", "1") == "# c\nb=2\na = 1\n");
  CHECK(with_setting("# c\na=0\n\n# d\nb=2\n", "a", "1") == "# c\na = 1\n\n# d\nb=2\n");
  CHECK(with_setting("a=0\n  more\n  # kept\n  more\nb=2\n  b2\n", "a", "1") ==
        "a = 1\n  # kept\nb=2\n  b2\n");
  CHECK(with_setting("a=0\na=1\n", "a", "2") == "a=0\na = 2\n");  // the last one counts
  CHECK(with_setting("#a=0\n", "a", "2") == "#a=0\na = 2\n");
}

TEST_CASE("variables in values") {
  const auto lookup = [](const std::string& name) {
    return name == "HOME" ? std::optional<std::string>("/h") : std::nullopt;
  };
  const auto expanded = [&](std::string_view text) {
    const auto value = expand_variables(text, lookup);
    return value ? *value : "error: " + value.error().reason;
  };
  CHECK(expanded("a$HOME/b${HOME}c") == "a/h/b/hc");
  CHECK(expanded("$$HOME $ $/ 5$") == "$HOME $ $/ 5$");
  CHECK(expanded("$NOPE") == "error: the environment variable NOPE is not set");
  CHECK(expanded("${HOME") == "error: a ${ without }");
}

TEST_CASE("the fuzz corpus") {
  Fs& fs = native_system().fs;
  const std::string folder = std::string(DEJA_SOURCE_DIR) + "/test/fuzz/corpus/config";
  const auto items = fs.list(folder);
  REQUIRE(items);
  CHECK(items->size() >= 6);
  for (const DirectoryItem& item : *items) {
    std::string text;
    REQUIRE(fs.read(folder + "/" + item.name, text));
    check_configuration_text(text);
  }
}

TEST_CASE("words before the compiler") {
  CHECK(as_override("debug=true") == Override("debug", "true"));
  CHECK(as_override("prefix_command=a=b") == Override("prefix_command", "a=b"));
  CHECK(as_override("namespace = a b ") == Override("namespace", "a b"));
  for (const char* word : {"gcc", "=x", "/bin/a=b", "Debug=1", "a-b=1", "-x=1", ""})
    CHECK(!as_override(word));
}

// --- who wins
// --------------------------------------------------------------------------------------------------

TEST_CASE("each source wins over the ones below it") {
  ConfigWorld world;
  const auto winner = [&](const std::vector<Override>& overrides = {}) {
    const LoadedConfig loaded = world.load(overrides);
    return loaded.config.msvc_dep_prefix + " from " + origin(loaded, "msvc_dep_prefix");
  };
  CHECK(winner() == "Note: including file: from default");
  world.fs.put("/etc/ccache.conf", "msvc_dep_prefix = system");
  CHECK(winner() == "system from /etc/ccache.conf");
  world.fs.put(cache_file, "msvc_dep_prefix = cache");
  CHECK(winner() == std::string("cache from ") + cache_file);
  world.fs.put("/home/user/project/ccache.conf", "msvc_dep_prefix = directory");
  CHECK(winner() == "directory from /home/user/project/ccache.conf");
  world.env.variables["CCACHE_MSVC_DEP_PREFIX"] = "variable";
  CHECK(winner() == "variable from environment");
  CHECK(winner({{"msvc_dep_prefix", "word"}}) == "word from command line");

  world.fs.put("/only.conf", "msvc_dep_prefix = only");
  world.env.variables = {{"HOME", "/home/user"}, {"CCACHE_CONFIGPATH", "/only.conf"}};
  CHECK(winner() == "only from /only.conf");
  CHECK(world.load().files_read == std::vector<std::string>{"/only.conf"});
  CHECK(world.load().config_path == "/only.conf");
}

TEST_CASE("the cache configuration file's place") {
  ConfigWorld world;
  CHECK(world.load().config_path == cache_file);
  world.env.variables["XDG_CONFIG_HOME"] = "/xdg";
  CHECK(world.load().config_path == "/xdg/ccache/ccache.conf");
  world.fs.put("/home/user/.ccache", "a file, not a folder");
  CHECK(world.load().config_path == "/xdg/ccache/ccache.conf");
  world.fs.erase("/home/user/.ccache");
  world.fs.put_directory("/home/user/.ccache");
  CHECK(world.load().config_path == "/home/user/.ccache/ccache.conf");
  world.fs.put("/etc/ccache.conf", "cache_dir = /shared");
  CHECK(world.load().config_path == "/shared/ccache.conf");
  world.env.variables["CCACHE_DIR"] = "/mine";
  CHECK(world.load().config_path == "/mine/ccache.conf");
}

TEST_CASE("the cache's place") {
  ConfigWorld world;
  CHECK(world.load().config.cache_dir == "/home/user/.cache/deja");
  CHECK(world.load().config.temporary_dir == "/home/user/.cache/deja/tmp");
  world.env.variables["XDG_CACHE_HOME"] = "/xdg";
  CHECK(world.load().config.cache_dir == "/xdg/deja");
  world.env.variables["CCACHE_DIR"] = "sub/../here/";
  CHECK(world.load().config.cache_dir == "/home/user/project/src/here");
  world.env.variables["XDG_RUNTIME_DIR"] = "/run/user/7";
  CHECK(world.load().config.temporary_dir == "/home/user/project/src/here/tmp");
  world.fs.put_directory("/run/user/7");
  CHECK(world.load().config.temporary_dir == "/run/user/7/deja-tmp");
}

TEST_CASE("places on Windows") {
  ConfigWorld world;
  world.env.variables = {{"LOCALAPPDATA", "C:\\U\\Local"},
                         {"APPDATA", "C:\\U\\Roaming"},
                         {"ALLUSERSPROFILE", "C:\\All"}};
  world.console.home_directory = "C:\\U";
  const auto load = [&] {
    auto loaded = load_config(world.system, {}, PathStyle::windows);
    REQUIRE(loaded);
    return *loaded;
  };
  CHECK(load().config.cache_dir == "C:\\U\\Local\\deja");
  CHECK(load().config_path == "C:\\U\\Roaming\\ccache\\ccache.conf");
  CHECK(holds(load().files_absent, "C:\\All\\ccache\\ccache.conf"));
  CHECK(holds(load().files_absent, "C:\\U\\Local\\ccache\\ccache.conf"));
  world.fs.put("C:\\U\\Local\\ccache\\ccache.conf", "base_dir = C:\\a;D:\\b");
  CHECK(load().config_path == "C:\\U\\Local\\ccache\\ccache.conf");
  CHECK(load().config.base_dir == Strings{"C:\\a", "D:\\b"});
}

TEST_CASE("without a home nothing is cached, and nothing fails") {
  ConfigWorld world;
  world.env.variables.clear();
  world.console.home_directory.reset();
  const LoadedConfig loaded = world.load();
  CHECK(loaded.config.disable);
  CHECK(!loaded.config.stats);
  CHECK(mentions(loaded.notes, "no home directory"));
  CHECK(loaded.config_path.empty());
  world.env.variables["CCACHE_DIR"] = "/mine";
  CHECK(!world.load().config.disable);
}

// --- the environment
// -------------------------------------------------------------------------------------------

TEST_CASE("boolean variables") {
  ConfigWorld world;
  world.env.variables["CCACHE_DEBUG"] = "";
  world.env.variables["CCACHE_NODIRECT"] = "1";
  const LoadedConfig loaded = world.load();
  CHECK(loaded.config.debug);
  CHECK(!loaded.config.direct_mode);
  CHECK(origin(loaded, "direct_mode") == "environment");
  for (const char* value : {"0", "false", "NO", "Disable"}) {
    world.env.variables = {{"CCACHE_DEBUG", value}};
    CHECK(world.error().find("CCACHE_NODEBUG=1 instead") != std::string::npos);
    world.env.variables = {{"CCACHE_NODEBUG", value}};
    CHECK(world.error().find("CCACHE_DEBUG=1 instead") != std::string::npos);
  }
  world.env.variables = {
      {"CCACHE_NOMAXSIZE", "1"}, {"CCACHE_FROBNICATE", "1"}, {"HOME", "/home/user"}};
  CHECK(mentions(world.load().notes, "CCACHE_NOMAXSIZE is not known"));
  CHECK(mentions(world.load().notes, "CCACHE_FROBNICATE is not known"));
}

TEST_CASE("an error names place, key and value") {
  ConfigWorld world;
  world.env.variables["CCACHE_MAXSIZE"] = "big";
  CHECK(world.error() ==
        "environment variable CCACHE_MAXSIZE: bad value for max_size 'big': not a size such as "
        "500M, 5GiB or 0");
  world.env.variables.erase("CCACHE_MAXSIZE");
  CHECK(world.error({{"max_files", "x"}}) ==
        "command line: bad value for max_files 'x': not a whole number");
  CHECK(world.error({{"maxfiles", "1"}})
            .starts_with("command line: no configuration key 'maxfiles'"));
  world.fs.put(cache_file, "# one\n\ndebug = maybe\n");
  CHECK(world.error() ==
        std::string(cache_file) + ":3: bad value for debug 'maybe': not true or false");
  world.fs.put(cache_file, "log_file = $WHERE/log\n");
  CHECK(world.error() ==
        std::string(cache_file) +
            ":1: bad value for log_file '$WHERE/log': the environment variable WHERE is not set");
  // A weaker source is checked too, though a stronger one sets the same key.
  world.fs.put(cache_file, "max_files = many\n");
  CHECK(world.error({{"max_files", "1"}}) ==
        std::string(cache_file) + ":1: bad value for max_files 'many': not a whole number");
}

TEST_CASE("notes for the log") {
  ConfigWorld world;
  world.fs.put(cache_file, "colour = blue\n");
  const LoadedConfig loaded = world.load();
  CHECK(mentions(loaded.notes, std::string(cache_file) + ":1: unknown key 'colour' ignored"));
  CHECK(!mentions(loaded.notes, "file_clone"));
}

TEST_CASE("a file that cannot be read is told and passed over") {
  ConfigWorld world;
  world.fs.put(cache_file, "debug = true\n");
  world.fs.unreadable.insert(cache_file);
  const LoadedConfig loaded = world.load();
  CHECK(!loaded.config.debug);
  CHECK(mentions(loaded.notes, cache_file));
  CHECK(holds(loaded.files_read, cache_file));  // it is there: a change to it matters
}

// --- the directory's file
// --------------------------------------------------------------------------------------

TEST_CASE("the search goes up to a ceiling") {
  ConfigWorld world;
  world.fs.put("/home/user/ccache.conf", "debug = true");
  CHECK(!world.load().config.debug);  // the home directory is not entered
  world.fs.put("/home/user/project/ccache.conf", "debug = true");
  CHECK(world.load().config.debug);
  SUBCASE("a marker's directory is looked in") {
    world.fs.put_directory("/home/user/project/.git");
    CHECK(world.load().config.debug);
  }
  SUBCASE("and none above it") {
    world.fs.put("/home/user/project/src/.git", "gitdir: elsewhere");
    CHECK(!world.load().config.debug);
    world.env.variables["CCACHE_CEILING_MARKERS"] = ".hg:.svn";
    CHECK(world.load().config.debug);
  }
  SUBCASE("a ceiling directory") {
    world.env.variables["CCACHE_CEILING_DIRS"] = "/x:/home/user/project";
    CHECK(!world.load().config.debug);
    world.fs.current = "/home/user/project";  // not even the working directory's
    CHECK(!world.load().config.debug);
  }
  SUBCASE("a ceiling that is named by a link") {
    world.fs.put_link("/x", "/home/user/project");
    world.env.variables["CCACHE_CEILING_DIRS"] = "/x";
    CHECK(!world.load().config.debug);
  }
  SUBCASE("a ceiling on the way to where a link leads") {
    world.fs.put("/ccache.conf", "debug = true");
    world.fs.put_link("/way", "/home/user/project/src");
    world.fs.current = "/way";
    world.env.variables["CCACHE_CEILING_DIRS"] = "/home";
    CHECK(!world.load().config.debug);
    world.env.variables["CCACHE_CEILING_DIRS"] = "/elsewhere";
    CHECK(world.load().config.debug);
  }
  SUBCASE("somebody else's directory") {
    world.fs.node("/home/user/project").owner = 7;
    CHECK(!world.load().config.debug);
  }
  SUBCASE("the nearest wins") {
    world.fs.put("/home/user/project/src/ccache.conf", "msvc_utf8 = false");
    CHECK(!world.load().config.debug);
  }
}

TEST_CASE("a directory's file must be the user's own") {
  ConfigWorld world;
  const std::string file = "/home/user/project/src/ccache.conf";
  world.fs.put(file, "debug = true");
  CHECK(world.load().config.debug);
  world.fs.node(file).mode = 0646;
  CHECK(world.error() == "refuse configuration file '" + file +
                             "': it is world-writable (chmod o-w would make it acceptable)");
  world.fs.node(file).mode = 0664;
  CHECK(world.error() == "none");
  world.fs.node(file).owner = 7;
  CHECK(world.error() ==
        "refuse configuration file '" + file + "': unsafe: it belongs to another user");
}

TEST_CASE("what a directory's file may set") {
  ConfigWorld world;
  const std::string file = "/home/user/project/ccache.conf";
  world.fs.put(file, "debug = true\nmax_size = 1G\n");
  CHECK(world.error() == file +
                             ":2: bad value for max_size '1G': not allowed in a "
                             "directory's configuration file");
  world.fs.put(file, "compiler_check = content\n");
  CHECK(world.load().config.compiler_check == "content");
  world.fs.put(file, "compiler_check = %compiler% -v\n");
  CHECK(world.error() == file +
                             ":1: bad value for compiler_check '%compiler% -v': unsafe: only "
                             "taken from directories that safe_dirs lists, and "
                             "'/home/user/project' is not one");
  world.fs.put(file, "log_file = log\n");
  const auto allowed = [&](const char* safe) {
    world.env.variables["CCACHE_SAFE_DIRS"] = safe;
    return world.error() == "none";
  };
  for (const char* safe :
       {"*", "/home/user/project", "/home/user/project/", "/home/user/*", "/x:/home/*"})
    CHECK(allowed(safe));
  for (const char* safe :
       {"", "/home/user", "/home/user/project/*", "/home/user/proj/*", "/home/user/projec"})
    CHECK(!allowed(safe));
  // Its own word for its own trust counts for nothing.
  world.env.variables.erase("CCACHE_SAFE_DIRS");
  world.fs.put(file, "safe_dirs = *\nlog_file = log\n");
  CHECK(world.error().starts_with(file + ":1: bad value for safe_dirs '*'"));
}

TEST_CASE("the cache configuration file is never taken for a directory's file") {
  ConfigWorld world;
  world.env.variables["CCACHE_DIR"] = "/home/user/project";
  world.fs.put("/home/user/project/ccache.conf", "max_size = 1GiB");
  CHECK(world.load().config.max_size == 1ull << 30);
}

// --- for replay
// ------------------------------------------------------------------------------------------------

TEST_CASE("all that a configuration depends on is listed") {
  ConfigWorld world;
  world.env.variables["LOGS"] = "/logs";
  world.fs.put("/home/user/project/ccache.conf", "extra_files_to_hash = $LOGS/x");
  const LoadedConfig loaded = world.load();
  CHECK(loaded.files_read == std::vector<std::string>{"/home/user/project/ccache.conf"});
  CHECK(loaded.files_absent == std::vector<std::string>{"/etc/ccache.conf", "/home/user/.ccache",
                                                        cache_file,
                                                        "/home/user/project/src/ccache.conf",
                                                        "/home/user/project/src/.git"});
  CHECK(loaded.variables == std::vector<std::string>{"LOGS"});
}

TEST_CASE("loading is cheap: one read a place, two stats a directory on the way up") {
  ConfigWorld world;
  world.load();
  CHECK(world.fs.count("read") == 4);   // system, cache, src, project
  CHECK(world.fs.count("stat") == 3);   // ~/.ccache, src, project
  CHECK(world.fs.count("lstat") == 2);  // .git in both
}

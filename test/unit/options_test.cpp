// The table of configuration keys: every row, and the text form of every type.
#include "config/options.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "base/text.h"
#include "sys/system.h"

using namespace deja;

namespace {

const Option& option(std::string_view key) { return options()[*option_of_key(key)]; }

std::string complaint(std::string_view key, std::string_view value,
                      PathStyle style = PathStyle::posix) {
  Config config;
  return set_option(option(key), config, value, style).value_or("");
}

// What `value` reads back as.
std::string shown(std::string_view key, std::string_view value,
                  PathStyle style = PathStyle::posix) {
  Config config;
  const auto bad = set_option(option(key), config, value, style);
  return bad ? "error: " + *bad : show_option(option(key), config, style);
}

// A value that is not the default, whatever the type.
std::string other_value(const Option& row) {
  if (is_boolean(row)) return show_option(row, Config{}) == "true" ? "false" : "true";
  for (const std::string_view candidate : {"/other", "1", "gcc", "posix", "locale", "never"}) {
    Config config;
    if (!set_option(row, config, candidate, PathStyle::posix) &&
        show_option(row, config) != show_option(row, Config{}))
      return std::string(candidate);
  }
  return {};
}

}  // namespace

TEST_CASE("each key steers a field of its own") {
  for (const Option& row : options()) {
    CAPTURE(row.key);
    Config config;
    const std::string value = other_value(row);
    REQUIRE(!value.empty());
    REQUIRE(!set_option(row, config, value, PathStyle::posix));
    for (const Option& other : options())
      CHECK((show_option(other, config) != show_option(other, Config{})) == (&other == &row));
  }
}

TEST_CASE("what is shown can be set") {
  for (const Option& row : options()) {
    CAPTURE(row.key);
    Config config;
    const std::string value = show_option(row, Config{}, PathStyle::posix);
    CHECK(!set_option(row, config, value, PathStyle::posix));
    CHECK(show_option(row, config, PathStyle::posix) == value);
  }
  for (const char* size :
       {"0", "5.0 GiB", "10.0 GB", "1.5 MiB", "1.0 TiB", "512.0 KiB", "0.001 kB", "123.457 kB"})
    CHECK(shown("max_size", size) == size);
}

TEST_CASE("keys and variables are found, and only those") {
  std::set<std::string_view> variables;
  for (std::size_t i = 0; i < options().size(); ++i) {
    CHECK(option_of_key(options()[i].key) == i);
    CHECK(option_of_variable(options()[i].variable) == i);
    CHECK(variables.insert(options()[i].variable).second);
  }
  CHECK(!option_of_key("max"));
  CHECK(!option_of_key(""));
  CHECK(!option_of_key("zzz"));
  CHECK(!option_of_variable("NODEBUG"));
}

TEST_CASE("values by type") {
  CHECK(shown("max_size", "5") == "5.0 GiB");
  CHECK(shown("max_size", "10GB") == "10.0 GB");
  CHECK(shown("base_dir", "/a/b/:/c/../d") == "/a/b:/d");
  CHECK(shown("base_dir", "C:\\a;D:/b/", PathStyle::windows) == "C:\\a;D:\\b");
  CHECK(shown("ignore_options", "-Wall  -fmessage-length=*:-DX /a:b") ==
        "-Wall -fmessage-length=* -DX /a:b");
  CHECK(shown("ignore_options", ":-Wall") == "-Wall");
  CHECK(shown("extra_files_to_hash", "a:b::c") == "a:b:c");
  CHECK(shown("sloppiness", "time_macros, locale modules") == "locale, modules, time_macros");
  CHECK(shown("umask", "2") == "002");
  CHECK(shown("umask", "") == "");
  CHECK(shown("compiler_type", "clang-cl") == "clang-cl");
}

TEST_CASE("a bad value is told in words") {
  CHECK(complaint("max_size", "5 parsecs") == "not a size such as 500M, 5GiB or 0");
  CHECK(complaint("max_files", "-1") == "not a whole number");
  CHECK(complaint("debug", "yes") == "not true or false");
  CHECK(complaint("debug", "") == "not true or false");
  CHECK(complaint("umask", "9") == "not an octal number up to 777");
  CHECK(complaint("umask", "1000") == "not an octal number up to 777");
  CHECK(complaint("base_dir", "/a:b") == "'b' is not an absolute path");
  CHECK(complaint("compression_level", "99") == "not a whole number from -100 to 22");
  CHECK(complaint("response_file_format", "dos") == "not one of auto, posix, windows");
}

TEST_CASE("a list may have words of other versions, which mean nothing here") {
  const std::string value = "file_macro, locale no_system_headers,";
  CHECK(complaint("sloppiness", value) == "");
  CHECK(shown("sloppiness", value) == "locale, system_headers");
  CHECK(unknown_words(option("sloppiness"), value) == std::vector<std::string>{"file_macro"});
  CHECK(unknown_words(option("namespace"), "file_macro").empty());
}

TEST_CASE("a compiler check that runs a command needs trust") {
  for (const char* plain : {"mtime", "content", "none", "string:x y"})
    CHECK(trust_of(option("compiler_check"), plain) == Trust::anywhere);
  CHECK(trust_of(option("compiler_check"), "%compiler% -v") == Trust::below_safe_dirs);
  CHECK(trust_of(option("max_size"), "mtime") == Trust::never_from_directory);
}

TEST_CASE("the variables of the configuration") {
  const auto names = configuration_variables();
  const std::set<std::string> unique(names.begin(), names.end());
  CHECK(unique.size() == names.size());
  for (const char* name :
       {"CCACHE_DIR", "CCACHE_NODIRECT", "CCACHE_CONFIGPATH", "HOME", "XDG_CACHE_HOME"})
    CHECK(unique.contains(name));
  CHECK(!unique.contains("CCACHE_NOMAXSIZE"));
}

// THE table of configuration keys: name, variable, field, trust, effect and one line of
// documentation. Type and default come from the field.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/path.h"
#include "config/config.h"

namespace deja {

// Where a key may stand: what chooses commands to run, files to write or stores to talk to is not
// for a file that came with a checkout.
enum class Trust : unsigned char { anywhere, below_safe_dirs, never_from_directory };

// What a replay does about a key that is not at its default: nothing, for the value follows from
// the call's own words and environment and from files that the record checks; or there is none.
enum class WithReplay : unsigned char { no_replay, replays };

// own: the peer does not have the key, so that its variable is called DEJA_….
enum class Origin : unsigned char { peer, own };

// Fields whose text form is not told by their C++ type.
struct PathField {  // list of absolute paths, kept normal
  Strings Config::*member;
};
struct NameField {  // names or paths, taken as they are
  Strings Config::*member;
};
struct WordField {  // compiler options, between blanks
  Strings Config::*member;
};
struct SizeField {  // bytes, with units
  std::uint64_t Config::*member;
};
struct CountField {
  std::uint64_t Config::*member;
};
struct IntegerField {
  std::int64_t Config::*member;
  std::int64_t least;
  std::int64_t most;
};

using Field =
    std::variant<bool Config::*, std::string Config::*, PathField, NameField, WordField, SizeField,
                 CountField, IntegerField, CompilerType Config::*, ResponseFileFormat Config::*,
                 Observe Config::*, Sloppiness Config::*, std::optional<unsigned> Config::*>;

struct Option {
  std::string_view key;
  std::string_view variable;  // without its prefix, CCACHE_ or DEJA_
  Field field;
  Trust trust;
  WithReplay with_replay;
  std::string_view doc;
  std::string_view default_text =
      {};  // where the default is computed: what the documentation says instead
  Origin origin = Origin::peer;
};

// The variable that sets the key: CCACHE_ or DEJA_ and its name.
std::string variable_of(const Option& option);

// All of them, sorted by key.
std::span<const Option> options();
// Row number of `key`, or of the variable `name` (without its prefix, without a NO in front).
std::optional<std::size_t> option_of_key(std::string_view key);
std::optional<std::size_t> option_of_variable(std::string_view name);

// The trust that setting `value` needs: compiler_check asks for more when it is a command to run.
Trust trust_of(const Option& option, std::string_view value);

// Sets the field from its text form, variables already expanded. What is wrong with `value`
// otherwise: "not a size (…)".
std::optional<std::string> set_option(const Option& option, Config& config, std::string_view value,
                                      PathStyle style = native_style);
// Words of a list that this version does not know. They have no effect; a build that names one goes
// on.
std::vector<std::string> unknown_words(const Option& option, std::string_view value);
// The text form, as set_option reads it.
std::string show_option(const Option& option, const Config& config, PathStyle style = native_style);
// "bool", "size", …: the field's type for documentation.
std::string_view type_name(const Option& option);

bool is_boolean(const Option& option);

// "gcc": as compiler_type spells it.
std::string name_of(CompilerType type);

// Every variable that the configuration depends on: CCACHE_<NAME>, CCACHE_NO<NAME>, DEJA_<NAME>,
// CCACHE_CONFIGPATH, and those that default paths are made of.
std::vector<std::string> configuration_variables();

// docs/options.md, whole.
std::string options_page();

}  // namespace deja

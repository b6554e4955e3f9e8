// Loading the configuration: command-line words over environment over directory file over cache
// file over system file over defaults.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/path.h"
#include "base/result.h"
#include "config/config.h"
#include "sys/system.h"

namespace deja {

struct LoadedConfig {
  Config config;
  std::vector<std::string> origins;     // per row of the options table: "default", "environment",
                                        // "command line" or the file's path
  std::vector<std::string> notes;       // lines for the log: unknown keys, keys without effect yet,
                                        // files that could not be read
  std::vector<std::string> files_read;  // configuration files that exist, in the order read,
                                        // readable or not (replay depends on them)
  std::vector<std::string> files_absent;  // names looked for in vain (replay: must stay absent)
  std::vector<std::string>
      variables;  // environment variables that values refer to by $NAME (replay: part of the key)
  std::string config_path;  // the cache configuration file, existing or not (-o writes there); ""
                            // without a home
};

// A setting from the command line, before the compiler.
using Override = std::pair<std::string, std::string>;
// KEY=VALUE with a KEY of lower-case letters, digits and '_' that starts with a letter; blanks
// around the equals sign are no part of it, as in files. Anything else is the compiler.
std::optional<Override> as_override(std::string_view word);

// `overrides`: KEY=VALUE words before the compiler. The error names file, line, key and value and
// is fit for `deja: error: …`. Without any place for a cache (no HOME), `disable` is set, `stats`
// is off and a note says so.
Result<LoadedConfig> load_config(System& system, const std::vector<Override>& overrides,
                                 PathStyle style = native_style);

// LoadedConfig::config_path alone, found even when a file holds a bad value: that is where it is
// put right.
std::string config_path_of(System& system, PathStyle style = native_style);

}  // namespace deja

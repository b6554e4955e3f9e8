// Loading the configuration: command-line words over environment over directory file over cache file over system file over defaults.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "sys/system.h"

namespace deja {

struct LoadedConfig {
  Config config;
  std::vector<std::string> origins;        // per row of the options table: "default", "environment", "command line" or the file's path
  std::vector<std::string> notes;          // lines for the log: unknown keys, keys without effect yet
  std::vector<std::string> files_read;     // configuration files that exist, in the order read (replay depends on them)
  std::vector<std::string> files_absent;   // looked for in vain (replay: must stay absent)
  std::string config_path;                 // the cache configuration file, existing or not (-o writes there)
};

// `overrides`: KEY=VALUE words before the compiler. The error names file, line, key and value and is fit for `deja: error: …`.
Result<LoadedConfig> load_config(System& system, const std::vector<std::pair<std::string, std::string>>& overrides);

}  // namespace deja

// Where configuration files and the cache are when nobody says so.
#pragma once

#include <optional>
#include <string>

#include "base/path.h"
#include "sys/system.h"

namespace deja {

// The system's file: /etc/ccache.conf, or %ALLUSERSPROFILE%\ccache\ccache.conf; nullopt where that
// variable is not set.
std::optional<std::string> system_config_file(Env& env, PathStyle style);

// The places a cache configuration file may be at when neither CCACHE_CONFIGPATH nor a cache
// directory tells.
struct ConfigPlaces {
  std::string legacy_folder;       // ~/.ccache: wins when it is a folder; "" without a home
  std::vector<std::string> files;  // the first that exists, else the last; empty without a home
};
ConfigPlaces config_places(System& system, PathStyle style);

// nullopt when there is no home to put it in.
std::optional<std::string> default_cache_dir(System& system, PathStyle style);

}  // namespace deja

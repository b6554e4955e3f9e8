// Default places, by the rules of each system.
#include "config/places.h"

namespace deja {

namespace {

// An empty variable counts as none: the XDG base directory specification says so.
std::optional<std::string> variable(Env& env, const char* name) {
  auto value = env.get(name);
  return value && !value->empty() ? value : std::nullopt;
}

std::optional<std::string> below_home(System& system, std::string_view rest, PathStyle style) {
  const auto home = system.console.home();
  return home && !home->empty() ? std::optional(path::join(*home, rest, style)) : std::nullopt;
}

std::string config_file_in(const std::string& base, PathStyle style) {
  return path::join(path::join(base, "ccache", style), "ccache.conf", style);
}

}  // namespace

std::optional<std::string> system_config_file(Env& env, PathStyle style) {
  if (style == PathStyle::posix) return "/etc/ccache.conf";
  const auto base = variable(env, "ALLUSERSPROFILE");
  return base ? std::optional(config_file_in(*base, style)) : std::nullopt;
}

ConfigPlaces config_places(System& system, PathStyle style) {
  ConfigPlaces places;
  places.legacy_folder = below_home(system, ".ccache", style).value_or("");
  if (style == PathStyle::windows) {
    for (const char* name : {"LOCALAPPDATA", "APPDATA"})
      if (const auto base = variable(system.env, name))
        places.files.push_back(config_file_in(*base, style));
    return places;
  }
  auto base = variable(system.env, "XDG_CONFIG_HOME");
  if (!base) base = below_home(system, ".config", style);
  if (base) places.files.push_back(config_file_in(*base, style));
  return places;
}

std::optional<std::string> default_cache_dir(System& system, PathStyle style) {
  const bool windows = style == PathStyle::windows;
  auto base = variable(system.env, windows ? "LOCALAPPDATA" : "XDG_CACHE_HOME");
  if (!base && windows) base = below_home(system, "AppData\\Local", style);
  if (!base && !windows) base = below_home(system, ".cache", style);
  return base ? std::optional(path::join(*base, "deja", style)) : std::nullopt;
}

}  // namespace deja

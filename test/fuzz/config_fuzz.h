// What must hold for any configuration text, however broken: nothing crashes, and a value set by
// rewriting the text is the value read back.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include "config/options.h"
#include "config/syntax.h"

namespace deja {

inline void check_configuration_text(std::string_view text) {
  Config config;
  const auto settings = parse_settings(text, "ccache.conf");
  if (settings) {
    for (const Setting& setting : *settings) {
      const auto row = option_of_key(setting.key);
      const auto value = expand_variables(
          setting.value, [](const std::string& name) { return std::optional(name); });
      for (const PathStyle style : {PathStyle::posix, PathStyle::windows}) {
        if (!row || !value || set_option(options()[*row], config, *value, style)) continue;
        Config again;
        const std::string shown = show_option(options()[*row], config, style);
        if (set_option(options()[*row], again, shown, style)) std::abort();
        if (show_option(options()[*row], again, style) != shown) std::abort();
      }
    }
  }
  const std::string rewritten = with_setting(text, "max_files", "17");
  const auto again = parse_settings(rewritten, "ccache.conf");
  if (settings && !again) std::abort();
  if (!again) return;  // some other line is bad, and stays so
  std::string last;
  for (const Setting& setting : *again)
    if (setting.key == "max_files") last = setting.value;
  if (last != "17" || with_setting(rewritten, "max_files", "17") != rewritten) std::abort();
}

}  // namespace deja

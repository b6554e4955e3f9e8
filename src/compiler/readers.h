// The readers of the families' command lines, and what they share.
#pragma once

#include <string>

#include "base/path.h"
#include "compiler/options.h"
#include "compiler/understand.h"

namespace deja {

Understood understand_gcc(Fs& fs, const Config& config, const UnderstandInput& input);  // gcc and clang
Understood understand_cl(Fs& fs, const Config& config, const UnderstandInput& input);   // cl and clang-cl

inline constexpr CompilerOption unknown_option{"", Value::none};

// One option with its words and value.
struct Given {
  const CompilerOption& option;
  Argument argument;
  std::string value;

  bool has(Effect effect) const { return (option.effects & effect) != 0; }
};

// The caller's choice of colours; the last one counts.
void take_color(Invocation& call, const Given& given);
// The word is listed in ignore_options, where a trailing * stands for any rest.
bool matches_ignored(const Config& config, const std::string& word);
// "out/foo" for "out/foo.o" and "out/" for "out/.foo": how gcc and clang name what lies beside the object.
std::string without_last_suffix(const std::string& file);

}  // namespace deja

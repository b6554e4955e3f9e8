// One door to the readers of each family.
#include "compiler/understand.h"

#include <algorithm>

#include "compiler/readers.h"

namespace deja {

Understood understand(Fs& fs, const Config& config, const UnderstandInput& input) {
  switch (input.family) {
    case Family::gcc:
    case Family::clang:
      return understand_gcc(fs, config, input);
    case Family::cl:
    case Family::clang_cl:
      return understand_cl(fs, config, input);
    case Family::nvcc:
      break;
  }
  return Bypass(Why::unknown_compiler);
}

void take_color(Invocation& call, const Given& given) {
  const Color color = given.option.meaning.detail<OptionRole::color>();
  const bool on = color == Color::by_value ? given.value != "never" : color == Color::on;
  call.colors.chosen = given.value != "auto";
  call.colors.on = call.colors.chosen && on;
}

bool matches_ignored(const Config& config, const std::string& word) {
  for (const std::string& pattern : config.ignore_options) {
    if (pattern == word) return true;
    if (pattern.ends_with('*') && word.starts_with(pattern.substr(0, pattern.size() - 1)))
      return true;
  }
  return false;
}

void hide_nothing_in_text(Invocation& call) {
  for (Argument& argument : call.arguments)
    if (argument.keys == Keys::direct) argument.keys = Keys::both;
}

// It holds macros, which the text does not: only the very same files and words will do. Clang's
// also holds the headers' full names, and their times: it is refused once one was touched.
void complete_pch(Invocation& call, bool by_clang) {
  call.pch.made = call.matters.columns = true;
  hide_nothing_in_text(call);
  if (!by_clang) return;
  call.pch.holds_directory = call.matters.working_directory = true;
  const auto leaves_times_out = [](const Argument& argument) {
    return std::ranges::find(argument.words, "-fno-pch-timestamp") != argument.words.end();
  };
  call.pch.times_matter |= std::ranges::none_of(call.arguments, leaves_times_out);
}

std::string without_last_suffix(const std::string& file) {
  const std::size_t name = file.size() - path::file_name(file).size();
  const std::size_t dot = file.rfind('.');
  return dot == std::string::npos || dot < name ? file : file.substr(0, dot);
}

}  // namespace deja

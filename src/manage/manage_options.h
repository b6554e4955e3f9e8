// The options of deja itself: ONE table, from which the parser, --help, the man page and the
// completions of the shells are made.
#pragma once

#include <span>
#include <string_view>

#include "manage/manage_actions.h"

namespace deja {

// Under which heading --help shows an option.
enum class Section : unsigned char { common, storage, scripts };

// What an option's value is, for the shells' completion.
enum class Takes : unsigned char { nothing, word, file, directory, key, setting };

struct ManageOption {
  std::string_view names;  // "-c,--cleanup" or "--trim-dir"
  Takes takes;
  std::string_view value;  // what help calls its value; "" for none
  Section section;
  std::string_view doc;
  ManageAction action = nullptr;  // nullptr: it changes how others work
  std::string_view choices = {};  // all values there are, separated by blanks

  // With its dashes.
  constexpr std::string_view long_name() const { return names.substr(names.find("--")); }
  // 'c', or 0 where there is no short form.
  constexpr char letter() const { return names[1] == '-' ? '\0' : names[1]; }
};

std::span<const ManageOption> manage_options();

}  // namespace deja

// What an input of a compile is to it: ONE table that says which keys it enters, what a replay
// checks, and how an explanation names it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace deja {

enum class Role : std::uint8_t {
  // Values.
  format,        // the version of what goes into keys
  setting,       // of the configuration, and what follows from it
  text_setting,  // of the configuration: decides what is left out of manifests
  unreplayed_setting,
  directory,        // the working directory, where it reaches the object
  option,           // reaches the object beyond the preprocessed text
  text_option,      // its effect shows in the text
  command_line,     // the words as typed, where they reach the object
  object,           // its path, or what kind of file it is, where that reaches the object
  dependency_file,  // what shapes its text
  output,           // kinds of files that are to be made
  variable,
  locale_variable,
  text_variable,
  other_variable,    // only decides where things are found
  unknown_variable,  // asked for and in no table
  native_architecture,
  compiler_check,      // what compiler_check's commands print
  date,                // what stands for the time of the compile, where a source asks for it
  text,                // the preprocessed text
  text_of,             // the name of a source that is the text itself
  option_beside_text,  // an option that the text shows, where it reaches the object besides
  messages,            // what the preprocessor says
  // Files, or names that must stay absent.
  compiler,
  compiler_candidate,  // passed over on PATH
  program,             // assembler and the like
  configuration,
  response_file,
  extra_file,  // extra_files_to_hash
  data_file,   // profile, plugin, specs, list of a sanitizer
  precompiled_header,
  precompiled_from,  // a header in one, where that is known
  absent_candidate,  // looked for in vain, by what reads the options or by the compiler
  observed_file,     // or directory; the compiler was seen to read it or to look into it
  source,
  header,
  changing_file,  // a source or header whose content does not tell what it becomes
  columns,        // content that the text has lost: columns, comments
  // Directories.
  search_directory,  // a new name in it could change what an #include finds
  asked_name,        // a header that is only asked for
  any_name,          // a header is asked for by a macro
};

// The keys that an input can enter; bits.
enum class KeyPart : std::uint8_t { none = 0, common = 1, direct = 2, text = 4 };

// What a replay does about an input.
enum class OnReplay : std::uint8_t {
  in_call,  // nothing: it follows from words, environment and directory, which select the record
  facts,    // its stat agrees, or it is still absent
  content,  // its stat or its content agrees
  names,    // no name that matters came or went
  forbid,   // there is no replay
};

struct RoleRow {
  Role role;
  std::string_view id;  // as keys and the log name it
  KeyPart part;
  bool name_matters;  // the name is part of the key, not only the answer
  OnReplay replay;
};

// In the order of the enumeration: a role without a row does not compile.
inline constexpr RoleRow role_rows[] = {
    {Role::format, "format", KeyPart::common, true, OnReplay::in_call},
    {Role::setting, "setting", KeyPart::common, true, OnReplay::in_call},
    {Role::text_setting, "setting", KeyPart::direct, true, OnReplay::in_call},
    {Role::unreplayed_setting, "setting", KeyPart::none, true, OnReplay::forbid},
    {Role::directory, "working directory", KeyPart::common, true, OnReplay::in_call},
    {Role::option, "option", KeyPart::common, true, OnReplay::in_call},
    {Role::text_option, "option", KeyPart::direct, true, OnReplay::in_call},
    {Role::command_line, "command line", KeyPart::common, true, OnReplay::in_call},
    {Role::object, "object", KeyPart::common, true, OnReplay::in_call},
    {Role::dependency_file, "dependency file", KeyPart::common, true, OnReplay::in_call},
    {Role::output, "output", KeyPart::common, true, OnReplay::in_call},
    {Role::variable, "variable", KeyPart::common, true, OnReplay::in_call},
    {Role::locale_variable, "variable", KeyPart::common, true, OnReplay::in_call},
    {Role::text_variable, "variable", KeyPart::direct, true, OnReplay::in_call},
    {Role::other_variable, "variable", KeyPart::none, true, OnReplay::in_call},
    {Role::unknown_variable, "variable", KeyPart::none, true, OnReplay::forbid},
    {Role::native_architecture, "architecture", KeyPart::common, true, OnReplay::forbid},
    {Role::compiler_check, "compiler check", KeyPart::common, true, OnReplay::forbid},
    {Role::date, "date", KeyPart::direct, true, OnReplay::in_call},
    {Role::text, "preprocessed text", KeyPart::text, true, OnReplay::in_call},
    {Role::text_of, "source", KeyPart::text, true, OnReplay::in_call},
    {Role::option_beside_text, "option", KeyPart::text, true, OnReplay::in_call},
    {Role::messages, "preprocessor's messages", KeyPart::text, true, OnReplay::in_call},
    {Role::compiler, "compiler", KeyPart::common, false, OnReplay::facts},
    {Role::compiler_candidate, "compiler", KeyPart::none, true, OnReplay::facts},
    {Role::program, "program", KeyPart::common, false, OnReplay::facts},
    {Role::configuration, "configuration file", KeyPart::none, true, OnReplay::facts},
    {Role::response_file, "response file", KeyPart::none, true, OnReplay::facts},
    {Role::extra_file, "extra file", KeyPart::common, false, OnReplay::facts},
    {Role::data_file, "file", KeyPart::common, true, OnReplay::facts},
    {Role::precompiled_header, "precompiled header", KeyPart::common, false, OnReplay::facts},
    {Role::precompiled_from, "header", KeyPart::none, true, OnReplay::facts},
    {Role::absent_candidate, "file", KeyPart::none, true, OnReplay::facts},
    {Role::observed_file, "file", KeyPart::none, true, OnReplay::facts},
    {Role::source, "source", KeyPart::direct, true, OnReplay::content},
    {Role::header, "header", KeyPart::none, true, OnReplay::content},
    {Role::changing_file, "file", KeyPart::none, true, OnReplay::forbid},
    {Role::columns, "columns of", KeyPart::text, false, OnReplay::content},
    {Role::search_directory, "directory", KeyPart::none, true, OnReplay::names},
    {Role::asked_name, "name", KeyPart::none, true, OnReplay::names},
    {Role::any_name, "name", KeyPart::none, true, OnReplay::forbid},
};

constexpr bool roles_in_order() {
  for (std::size_t i = 0; i < std::size(role_rows); ++i)
    if (role_rows[i].role != static_cast<Role>(i)) return false;
  return std::size(role_rows) == static_cast<std::size_t>(Role::any_name) + 1;
}
static_assert(roles_in_order());

constexpr const RoleRow& row_of(Role role) { return role_rows[static_cast<std::size_t>(role)]; }

}  // namespace deja

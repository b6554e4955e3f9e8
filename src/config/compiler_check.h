// What `compiler_check` says: its grammar, once.
#pragma once

#include <string_view>

namespace deja {

enum class CheckKind : unsigned char { mtime, content, none, text, commands };

struct CompilerCheck {
  CheckKind kind;
  std::string_view rest;  // of `string:TEXT` the text, of commands the whole value
};

constexpr CompilerCheck compiler_check_of(std::string_view value) {
  constexpr std::string_view text = "string:";
  if (value == "mtime") return {CheckKind::mtime, {}};
  if (value == "content") return {CheckKind::content, {}};
  if (value == "none") return {CheckKind::none, {}};
  if (value.starts_with(text)) return {CheckKind::text, value.substr(text.size())};
  return {CheckKind::commands, value};
}

// Whether programs are looked at; else the user says what they are.
constexpr bool looks_at_programs(CheckKind check) {
  return check != CheckKind::none && check != CheckKind::text;
}

}  // namespace deja

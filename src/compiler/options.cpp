// Finding an option's row: binary search for the longest name that a word begins with.
#include "compiler/options.h"

#include <algorithm>

namespace deja {

bool has_form(const CompilerOption& option, std::string_view word) {
  if (!word.starts_with(option.name)) return false;
  const std::string_view rest = word.substr(option.name.size());
  switch (option.value) {
    case Value::none:
    case Value::separate:
      return rest.empty();
    case Value::joined:
    case Value::joined_or_separate:
    case Value::joined_and_separate:
      return true;
    case Value::equals_or_separate:
    case Value::optional_equals:
      return rest.empty() || rest.front() == '=';
  }
  return false;
}

const CompilerOption* find_option(std::span<const CompilerOption> rows, std::string_view word) {
  std::string_view prefix = word;
  while (!prefix.empty()) {
    auto after =
        std::upper_bound(rows.begin(), rows.end(), prefix,
                         [](std::string_view a, const CompilerOption& b) { return a < b.name; });
    if (after == rows.begin()) return nullptr;
    const CompilerOption& row = *(after - 1);
    if (!prefix.starts_with(row.name)) {
      // Only names within what both share can still be a prefix of the word.
      const auto [a, b] =
          std::mismatch(row.name.begin(), row.name.end(), prefix.begin(), prefix.end());
      prefix = prefix.substr(0, static_cast<std::size_t>(a - row.name.begin()));
      continue;
    }
    if (has_form(row, word)) return &row;
    prefix = row.name.substr(0, row.name.size() - 1);
  }
  return nullptr;
}

const CompilerOption* find_option(std::span<const CompilerOption> overlay,
                                  std::span<const CompilerOption> base, std::string_view word) {
  const CompilerOption* over = find_option(overlay, word);
  const CompilerOption* under = find_option(base, word);
  if (!over || !under) return over ? over : under;
  return over->name.size() >= under->name.size() ? over : under;
}

bool begins_with_any(std::span<const CompilerOption> rows, std::string_view word, Effect effect) {
  return std::ranges::any_of(rows, [&](const CompilerOption& row) {
    return (row.effects & effect) != 0 && word.starts_with(row.name);
  });
}

bool takes_next_word(const CompilerOption& option, std::string_view word) {
  switch (option.value) {
    case Value::separate:
    case Value::joined_and_separate:
      return true;
    case Value::joined_or_separate:
    case Value::equals_or_separate:
      return word.size() == option.name.size();
    default:
      return false;
  }
}

std::string_view joined_value(const CompilerOption& option, std::string_view word) {
  std::string_view rest = word.substr(option.name.size());
  const bool equals =
      option.value == Value::equals_or_separate || option.value == Value::optional_equals;
  if (equals && !rest.empty()) rest.remove_prefix(1);
  return rest;
}

}  // namespace deja

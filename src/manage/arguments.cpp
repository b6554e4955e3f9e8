#include "manage/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

namespace deja {

namespace {

Error unknown_option(std::string_view name) {
  return Error{"unknown option", std::string(name), "deja --help shows the options"};
}

// `name` with its dashes, or a beginning that only one option has, as getopt_long takes it.
Result<const ManageOption*> option_of_name(std::string_view name) {
  const ManageOption* found = nullptr;
  for (const ManageOption& row : manage_options()) {
    const std::string_view whole = row.long_name();
    if (whole == name) return &row;
    if (!whole.starts_with(name)) continue;
    if (found != nullptr)
      return Error{"ambiguous option", std::string(name),
                   fmt::format("{} or {}", found->long_name(), whole)};
    found = &row;
  }
  if (found == nullptr) return unknown_option(name);
  return found;
}

// "--max=2G" as "--max-size", "2G": CLI11 knows no shortened names, and takes no empty value behind
// an equals sign.
Result<void> spell_out(const std::string& word, std::vector<std::string>& out) {
  const std::size_t equals = word.find('=');
  const auto option = option_of_name(std::string_view(word).substr(0, equals));
  if (!option) return option.error();
  out.emplace_back((*option)->long_name());
  if (equals == std::string::npos) return {};
  if ((*option)->takes == Takes::nothing)
    return Error{"no value is taken by", std::string((*option)->long_name()), ""};
  out.push_back(word.substr(equals + 1));
  return {};
}

// What is wrong with a word that no option took.
Error unexpected(const std::string& word) {
  if (word.size() > 1 && word.starts_with('-')) return unknown_option(word.substr(0, 2));
  return Error{"unexpected word", word, "deja --help shows the options"};
}

// The parser made from the table, and which of its options is which row.
class Parser {
 public:
  Parser() {
    app_.set_help_flag();
    app_.allow_extras();
    for (const ManageOption& row : manage_options()) rows_[add(row)] = &row;
  }

  Result<AskedList> parse(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the end
    try {
      app_.parse(std::move(words));
    } catch (const CLI::ArgumentMismatch& missing) {
      return Error{"a value is missing after", name_in(missing.what()), ""};
    }
    if (const auto left = app_.remaining(); !left.empty()) return unexpected(left.front());
    AskedList asked;
    std::map<const CLI::Option*, std::size_t> taken;
    for (const CLI::Option* option : app_.parse_order()) {
      const ManageOption* const row = rows_.at(option);
      asked.push_back(
          {row, row->takes == Takes::nothing ? "" : option->results()[taken[option]++]});
    }
    return asked;
  }

 private:
  const CLI::Option* add(const ManageOption& row) {
    const std::string names(row.names);
    CLI::Option* const option = row.takes == Takes::nothing
                                    ? app_.add_flag(names)
                                    : app_.add_option(names)->expected(1)->allow_extra_args(false);
    return option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  // "--max-size: 1 required TEXT missing"
  static std::string name_in(std::string_view message) {
    return std::string(message.substr(0, message.find(':')));
  }

  CLI::App app_;
  std::map<const CLI::Option*, const ManageOption*> rows_;
};

}  // namespace

Result<AskedList> read_arguments(const std::vector<std::string>& words) {
  std::vector<std::string> spelt_out;
  for (const std::string& word : words) {
    if (word.size() <= 2 || !word.starts_with("--"))
      spelt_out.push_back(word);
    else if (auto done = spell_out(word, spelt_out); !done)
      return done.error();
  }
  return Parser().parse(std::move(spelt_out));
}

std::optional<std::string> value_of(const AskedList& asked, std::string_view name) {
  for (auto it = asked.rbegin(); it != asked.rend(); ++it)
    if (it->option->long_name() == name) return it->value;
  return std::nullopt;
}

}  // namespace deja

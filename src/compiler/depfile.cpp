// Reading make rules and /showIncludes lines.
#include "compiler/depfile.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/text.h"

namespace deja {
namespace {

bool ends_word(std::string_view text, std::size_t at) {
  return at >= text.size() || text::is_blank(text[at]) || text[at] == '\n' || text[at] == '\r';
}

// The colon after the targets: the first that a blank or the line's end follows, so that "C:\x.o:"
// is not cut at its drive.
std::size_t end_of_targets(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '\n') {
      return std::string_view::npos;
    } else if (text[at] == ':' && ends_word(text, at + 1)) {
      return at;
    }
  }
  return std::string_view::npos;
}

// Length of a line continuation at `at`: a backslash and the line's end; 0 for none.
std::size_t continuation(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) == "\\\n") return 2;
  return text.substr(at, 3) == "\\\r\n" ? 3 : 0;
}

// The first rule of a dependency file, its words escaped as they stand there.
struct Rule {
  std::vector<std::string_view> targets, prerequisites;
  std::string_view rest;  // behind its last line
};

// Words up to `end` or the end of the line.
std::vector<std::string_view> raw_words(std::string_view text, std::size_t& at, std::size_t end) {
  std::vector<std::string_view> out;
  while (at < end && text[at] != '\n') {
    if (const std::size_t skipped = continuation(text, at); skipped != 0) {
      at += skipped;
    } else if (ends_word(text, at)) {
      ++at;
    } else {
      const std::size_t start = at;
      while (at < end && !ends_word(text, at) && continuation(text, at) == 0)
        at += text[at] == '\\' && at + 1 < end ? 2 : 1;
      out.push_back(text.substr(start, at - start));
    }
  }
  return out;
}

std::optional<Rule> parse_rule(std::string_view text) {
  const std::size_t colon = end_of_targets(text);
  if (colon == std::string_view::npos) return std::nullopt;
  Rule rule;
  std::size_t at = 0;
  rule.targets = raw_words(text, at, colon);
  at = colon + 1;
  rule.prerequisites = raw_words(text, at, text.size());
  rule.rest = text.substr(std::min(at + 1, text.size()));
  return rule;
}

// gcc's line ends where the next word would pass column 72 (libcpp's mkdeps, as seen in its files).
template <class Targets>
std::string gcc_rule(const Targets& targets, const std::vector<std::string_view>& prerequisites) {
  constexpr std::size_t most_columns = 72;
  std::string out;
  std::size_t column = 0;
  const auto add = [&](std::string_view word) {
    if (column != 0 && column + word.size() > most_columns) {
      out.append(" \\\n");
      column = 0;
    }
    if (!out.empty()) {
      out.push_back(' ');
      ++column;
    }
    out.append(word);
    column += word.size();
  };
  for (const auto& target : targets) add(target);
  out.push_back(':');
  ++column;
  for (const std::string_view word : prerequisites) add(word);
  return out.append("\n");
}

// A file's name as it is, of which clang counts the letters.
std::size_t unescaped_size(std::string_view word) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < word.size(); ++i, ++size) {
    const char next = i + 1 < word.size() ? word[i + 1] : '\0';
    const bool escape =
        (word[i] == '\\' && (next == ' ' || next == '#')) || (word[i] == '$' && next == '$');
    if (escape) ++i;
  }
  return size;
}

// clang's line ends where the next word and " \" would pass column 75; its targets' lines are
// indented by one blank more.
template <class Targets>
std::string clang_rule(const Targets& targets, const std::vector<std::string_view>& prerequisites) {
  constexpr std::size_t most_columns = 75;
  std::string out;
  std::size_t column = 0;
  for (const auto& target : targets) {
    if (column == 0) {
      column = target.size();
    } else if (column + target.size() + 2 > most_columns) {
      out.append(" \\\n  ");
      column = target.size() + 2;
    } else {
      out.push_back(' ');
      column += target.size() + 1;
    }
    out.append(target);
  }
  out.push_back(':');
  ++column;
  for (const std::string_view word : prerequisites) {
    const std::size_t size = unescaped_size(word);
    if (column + size + 1 + 2 > most_columns) {
      out.append(" \\\n ");
      column = 2;
    }
    out.push_back(' ');
    out.append(word);
    column += size + 1;
  }
  return out.append("\n");
}

template <class Targets>
std::string rule_text(const Targets& targets, const std::vector<std::string_view>& prerequisites,
                      RuleStyle style) {
  return style == RuleStyle::gcc ? gcc_rule(targets, prerequisites)
                                 : clang_rule(targets, prerequisites);
}

bool is_plain(char c) {
  return !text::is_blank(c) && c != '\n' && c != '\r' && c != '\\' && c != '$';
}

// One prerequisite from `at` on, unescaped; leaves `at` behind it. gcc doubles backslashes only
// where a blank follows them.
std::string take_word(std::string_view text, std::size_t& at) {
  std::string word;
  for (;;) {
    const std::size_t start = at;
    while (at < text.size() && is_plain(text[at])) ++at;
    word.append(text.substr(start, at - start));
    if (ends_word(text, at) || continuation(text, at)) return word;
    if (text[at] == '\\') {
      std::size_t end = text.find_first_not_of('\\', at);
      if (end == std::string_view::npos) end = text.size();
      const std::size_t count = end - at;
      const char next = end < text.size() ? text[end] : '\0';
      const bool continues = continuation(text, end - 1) != 0;
      if (text::is_blank(next) && count % 2 == 1) {
        word.append(count / 2, '\\').push_back(next);
        at = end + 1;
      } else if ((next == '#' || next == ':') && !continues) {
        word.append(count - 1, '\\').push_back(next);
        at = end + 1;
      } else {
        word.append(continues ? count - 1 : count, '\\');
        at = continues ? end - 1 : end;
      }
    } else {
      at += text.substr(at, 2) == "$$" ? 1 : 0;
      word.push_back(text[at++]);
    }
  }
}

}  // namespace

std::vector<std::string> parse_depfile(std::string_view text) {
  std::vector<std::string> files;
  std::unordered_set<std::string> seen;
  std::size_t at = end_of_targets(text);
  if (at == std::string_view::npos) return files;
  ++at;
  while (at < text.size() && text[at] != '\n') {
    const std::size_t skipped = continuation(text, at);
    if (skipped || ends_word(text, at)) {
      at += skipped ? skipped : 1;
      continue;
    }
    std::string word = take_word(text, at);
    if (seen.insert(word).second) files.push_back(std::move(word));
  }
  return files;
}

std::optional<std::string> with_targets(std::string_view text,
                                        const std::vector<std::string>& targets, RuleStyle style) {
  const auto rule = parse_rule(text);
  if (!rule) return std::nullopt;
  if (std::ranges::equal(rule->targets, targets)) return std::string(text);
  // Only what is understood to the letter is written anew.
  const std::string as_read = rule_text(rule->targets, rule->prerequisites, style);
  if (!text.starts_with(as_read)) return std::nullopt;
  return rule_text(targets, rule->prerequisites, style).append(rule->rest);
}

std::string quoted_target(std::string_view name) {
  std::string out;
  std::size_t backslashes = 0;
  for (const char c : name) {
    if (c == ' ' || c == '\t') out.append(backslashes + 1, '\\');
    if (c == '#') out.push_back('\\');
    if (c == '$') out.push_back('$');
    backslashes = c == '\\' ? backslashes + 1 : 0;
    out.push_back(c);
  }
  return out;
}

ShowIncludes parse_show_includes(std::string_view text, std::string_view prefix) {
  ShowIncludes found;
  std::unordered_set<std::string> seen;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line =
        text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
    text.remove_prefix(line.size());
    if (prefix.empty() || !line.starts_with(prefix)) {
      found.rest += line;
      continue;
    }
    std::string header(text::trim(line.substr(prefix.size())));
    if (!header.empty() && seen.insert(header).second) found.headers.push_back(std::move(header));
  }
  return found;
}

}  // namespace deja

// Reading make rules and /showIncludes lines.
#include "compiler/depfile.h"

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

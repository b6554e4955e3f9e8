// White space, comments and directives, up to the first token.
#include "compiler/leading_includes.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace deja {

namespace {

// The line without its continuations and comments; `source` is left behind its end, or behind that
// of a comment begun in it.
std::string take_directive(std::string_view& source) {
  std::string line;
  while (!source.empty() && source.front() != '\n') {
    std::size_t taken = 1;
    if (source.starts_with("\\\n")) {
      taken = 2;
    } else if (source.starts_with("\\\r\n")) {
      taken = 3;
    } else if (source.starts_with("/*")) {
      const std::size_t end = source.find("*/", 2);
      taken = end == std::string_view::npos ? source.size() : end + 2;
      line.push_back(' ');
    } else {
      line.push_back(source.front());
    }
    source.remove_prefix(taken);
  }
  return line;
}

constexpr std::string_view words[] = {"include_next", "include", "import"};

std::optional<LeadingInclude> include_of(std::string_view directive) {
  std::string_view rest = text::trim(directive.substr(1));
  const auto* const word =
      std::ranges::find_if(words, [&](std::string_view name) { return rest.starts_with(name); });
  if (word == std::end(words)) return std::nullopt;
  rest = text::trim(rest.substr(word->size()));
  if (rest.empty() || (rest.front() != '"' && rest.front() != '<')) return std::nullopt;
  const bool quoted = rest.front() == '"';
  const std::size_t end = rest.find(quoted ? '"' : '>', 1);
  if (end == std::string_view::npos) return std::nullopt;
  return LeadingInclude{std::string(rest.substr(1, end - 1)), quoted};
}

}  // namespace

std::vector<LeadingInclude> leading_includes(std::string_view source) {
  std::vector<LeadingInclude> out;
  if (source.starts_with("\xef\xbb\xbf")) source.remove_prefix(3);
  while (!source.empty()) {
    if (source.starts_with("//") || source.starts_with("/*")) {
      const std::string_view ending = source[1] == '/' ? "\n" : "*/";
      const std::size_t end = source.find(ending, 2);
      source.remove_prefix(end == std::string_view::npos ? source.size() : end + ending.size());
    } else if (source.front() == '#') {
      if (auto found = include_of(take_directive(source))) out.push_back(std::move(*found));
    } else if (source.starts_with("\\\n") || text::trim(source.substr(0, 1)).empty()) {
      source.remove_prefix(1);
    } else {
      break;
    }
  }
  return out;
}

}  // namespace deja

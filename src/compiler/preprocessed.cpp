// Scanning preprocessed text: whole blocks go to the hash, only lines that begin with '#' are
// looked at one by one.
#include "compiler/preprocessed.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "base/path.h"
#include "base/sieve.h"
#include "base/text.h"

namespace deja {
namespace {

constexpr std::size_t longest_line = 64 * 1024;  // kept back; a longer line is passed on in pieces
constexpr std::size_t overlap =
    64;  // bytes kept for the search when a piece is passed on, longer than any word

// Every word of interest has one position that passes, and few other words do. As few comparisons
// as will do that: they are the cost.
constexpr std::size_t look_ahead = 3;
constexpr auto may_be_word = [](const char* p) -> unsigned char {
  const auto is = [p](std::size_t i, char c) { return static_cast<unsigned char>(p[i] == c); };
  const unsigned char assembler =
      is(0, '.') &
      static_cast<unsigned char>((p[1] | 0x20) == 'i');  // .inc: the assembler's directives
  const unsigned char column =
      (is(0, 'M') & is(1, 'N')) | (is(0, '_') & is(1, 'l') & is(2, 'o'));  // COLUMN, _location
  const unsigned char declares =
      is(0, '\n') & (is(3, 'p') | is(3, 'd'));  // import, export, module at the start of a line
  return static_cast<unsigned char>(assembler | column | declares);
};

bool is_name(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool preceded_by(std::string_view text, std::size_t at, std::string_view before) {
  return at >= before.size() && text.substr(at - before.size(), before.size()) == before;
}

std::string_view trim_left(std::string_view text) {
  while (!text.empty() && text::is_blank(text.front())) text.remove_prefix(1);
  return text;
}

// Whether a string follows, perhaps within another: "…" or \"…\".
bool is_string(std::string_view rest) {
  rest = trim_left(rest);
  return rest.starts_with("\"") || rest.starts_with("\\\"");
}

// What follows `import`, `export` or `module` at the start of a line makes it a declaration.
bool reads_like_module(std::string_view word, std::string_view rest) {
  rest = rest.substr(0, rest.find('\n'));
  const bool parted = rest.empty() || !is_name(rest.front());
  rest = trim_left(rest);
  if (!parted || rest.empty()) return false;
  if (word == "export")
    return rest.starts_with("module") || rest.starts_with("import") || rest.starts_with("{");
  if (word == "module" && rest.starts_with(";")) return true;
  if (word == "import" && (rest.front() == '<' || rest.front() == '"')) return true;
  if (rest.front() != ':' && !is_name(rest.front())) return false;
  const auto end = std::find_if_not(rest.begin(), rest.end(),
                                    [](char c) { return is_name(c) || c == '.' || c == ':'; });
  return trim_left(rest.substr(static_cast<std::size_t>(end - rest.begin()))).starts_with(";");
}

// Whether macros may be expanded in what stands behind "#pragma". Of these clang knows that they
// hold none, or expands them in its text (OpenMP), or only names that nobody gives to a macro.
bool may_hold_macro(std::string_view pragma) {
  constexpr std::string_view plain[] = {"GCC dependency",
                                        "GCC diagnostic",
                                        "GCC error",
                                        "GCC poison",
                                        "GCC system_header",
                                        "GCC visibility",
                                        "GCC warning",
                                        "STDC",
                                        "clang diagnostic",
                                        "clang module",
                                        "clang section",
                                        "clang system_header",
                                        "omp",
                                        "once",
                                        "pop_macro",
                                        "push_macro"};
  constexpr std::string_view words[] = {"pack", "pop", "push", "show"};
  pragma = trim_left(pragma);
  if (std::ranges::any_of(plain, [&](std::string_view name) { return pragma.starts_with(name); }))
    return false;
  if (!pragma.starts_with("pack")) return true;
  while (!pragma.empty()) {
    const auto end = std::ranges::find_if_not(pragma, is_name);
    const std::string_view word = pragma.substr(0, static_cast<std::size_t>(end - pragma.begin()));
    const bool is_number = !word.empty() && word.front() >= '0' && word.front() <= '9';
    if (!word.empty() && !is_number && std::ranges::find(words, word) == std::end(words))
      return true;
    pragma.remove_prefix(std::max<std::size_t>(word.size(), 1));
  }
  return false;
}

// The name within the quotes that begin at `quote`, unescaped; `end` is left behind the closing
// quote. False: not closed.
bool quoted_name(std::string_view line, std::size_t quote, std::string& name, std::size_t& end) {
  name.clear();
  std::size_t at = quote + 1;
  while (at < line.size() && line[at] != '"') {
    if (line[at] == '\\' && at + 1 < line.size()) {
      const bool octal =
          at + 3 < line.size() && std::all_of(&line[at + 1], &line[at + 1] + 3,
                                              [](char c) { return c >= '0' && c <= '7'; });
      if (octal) {
        name.push_back(static_cast<char>((line[at + 1] - '0') * 64 + (line[at + 2] - '0') * 8 +
                                         (line[at + 3] - '0')));
        at += 4;
        continue;
      }
      ++at;
    }
    name.push_back(line[at++]);
  }
  end = at + 1;
  return at < line.size();
}

}  // namespace

PreprocessedScanner::PreprocessedScanner(PreprocessedOptions options,
                                         std::function<void(std::string_view)> hash)
    : options_(std::move(options)), hash_(std::move(hash)) {}

void PreprocessedScanner::feed(std::string_view chunk) {
  findings_.size += chunk.size();
  const std::size_t last = chunk.rfind('\n');
  if (last == std::string_view::npos) {
    carry_ += chunk;
  } else {
    std::string_view lines = chunk.substr(0, last + 1);
    if (!carry_.empty()) {
      const std::size_t first = lines.find('\n') + 1;
      carry_ += lines.substr(0, first);
      block(carry_);
      lines.remove_prefix(first);
    }
    if (!lines.empty()) {
      searched_ = 0;
      inside_line_ = false;
      block(lines);
    }
    searched_ = 0;
    inside_line_ = false;
    carry_.assign(chunk.substr(last + 1));
  }
  if (carry_.size() <= longest_line) return;
  note_text(carry_);
  // A directive of this length names no file; it is text like any other.
  search(carry_);
  hash_(std::string_view(carry_).substr(searched_));
  carry_.erase(0, carry_.size() - overlap);
  searched_ = overlap;
  inside_line_ = true;
}

PreprocessedFindings PreprocessedScanner::finish() {
  if (!carry_.empty()) block(std::exchange(carry_, {}));
  if (current_has_text_) findings_.files_with_text.insert(std::exchange(current_, {}));
  return std::move(findings_);
}

// Complete lines (at the very end perhaps without a newline).
void PreprocessedScanner::block(std::string_view lines) {
  search(lines);
  std::size_t hashed = searched_;
  std::size_t at = inside_line_ ? lines.find('\n') : 0;
  if (inside_line_ && at == std::string_view::npos) at = lines.size();
  std::string instead;
  std::size_t text = 0;  // where the text behind the last directive begins
  while (at < lines.size()) {
    const void* found = std::memchr(lines.data() + at, '#', lines.size() - at);
    if (!found) break;
    at = static_cast<std::size_t>(static_cast<const char*>(found) - lines.data());
    std::size_t begin = at;
    while (begin > 0 && text::is_blank(lines[begin - 1])) --begin;
    const bool at_start = begin == 0 ? !inside_line_ : lines[begin - 1] == '\n';
    if (!at_start) {
      ++at;
      continue;
    }
    std::size_t end = lines.find('\n', at);
    if (end == std::string_view::npos) end = lines.size();
    note_text(lines.substr(text, at - text));
    text = end;
    if (directive(lines.substr(at, end - at), instead)) {
      hash_(lines.substr(hashed, at - hashed));
      hash_(instead);
      hashed = end;
    }
    at = end;
  }
  note_text(lines.substr(text));
  if (hashed < lines.size()) hash_(lines.substr(hashed));
}

void PreprocessedScanner::note_text(std::string_view text) {
  if (!current_has_text_)
    current_has_text_ = text.find_first_not_of(" \t\r\n\f\v") != std::string_view::npos;
}

void PreprocessedScanner::search(std::string_view text) {
  // The first line has no newline before it.
  if (!inside_line_)
    for (std::string_view word : {"import", "export", "module"})
      if (text.starts_with(word))
        findings_.has_modules |= reads_like_module(word, text.substr(word.size()));
  sieve<look_ahead>(text, may_be_word, [&](std::size_t at) { check_word(text, at); });
}

void PreprocessedScanner::check_word(std::string_view text, std::size_t at) {
  const std::string_view found = text.substr(at);
  // What follows `word`, if that stands here.
  const auto behind = [&](std::string_view word) {
    return found.starts_with(word) ? std::optional(found.substr(word.size())) : std::nullopt;
  };
  const auto ends = [](std::string_view rest) { return rest.empty() || !is_name(rest.front()); };
  // The dot is an octal escape, or this file would hold the directives.
  const auto directive = [&](std::string_view word) {
    return text::equals_ignoring_case(found.substr(0, word.size()), word)
               ? std::optional(found.substr(word.size()))
               : std::nullopt;
  };
  if (const auto rest = directive("\056incbin"))
    findings_.has_incbin |= ends(*rest) && (!is_member(text, at, is_name) || is_string(*rest));
  if (const auto rest = directive("\056include"))
    findings_.has_assembler_include |= is_string(*rest);
  if (const auto rest = behind("MN"))
    findings_.has_columns |= preceded_by(text, at, "__builtin_COLU") && ends(*rest);
  if (behind("_location")) findings_.has_columns |= preceded_by(text, at, "__builtin_source");
  for (std::string_view word : {"\nimport", "\nexport", "\nmodule"})
    if (const auto rest = behind(word))
      findings_.has_modules |= reads_like_module(word.substr(1), *rest);
}

bool PreprocessedScanner::directive(std::string_view line, std::string& instead) {
  std::string_view rest = trim_left(line.substr(1));
  if (rest.starts_with("line")) rest = trim_left(rest.substr(4));
  if (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
    const std::size_t quote = line.find('"');
    return quote != std::string_view::npos && marker(line, quote, instead);
  }
  if (rest.starts_with("embed")) findings_.has_embed = true;
  if (!options_.expands_pragmas && rest.starts_with("pragma"))
    findings_.has_macro_pragma |= may_hold_macro(rest.substr(6));
  if (rest.starts_with("pragma GCC pch_preprocess")) findings_.has_pch_pragma = true;
  if (rest.starts_with("pragma clang module import") ||
      rest.starts_with("pragma clang module begin"))
    findings_.has_modules = true;
  return false;
}

// `# 12 "file" 1 3` or `#line 12 "file"`.
bool PreprocessedScanner::marker(std::string_view line, std::size_t quote, std::string& instead) {
  // Most markers name the file before them once more.
  if (options_.base_dirs.empty() && !last_quoted_.empty() &&
      line.substr(quote + 1).starts_with(last_quoted_))
    return false;
  std::string name;
  std::size_t end = 0;
  if (!quoted_name(line, quote, name, end) || name.empty()) return false;
  const bool is_directory = name.ends_with("//");
  if (is_directory) {
    instead.clear();
    return !options_.hash_working_directory;
  }
  const bool is_file = name.front() != '<' || name.back() != '>';
  if (!is_file) return false;
  last_quoted_ = line.substr(quote + 1, end - quote - 1);
  if (std::exchange(current_has_text_, false))
    findings_.files_with_text.insert(std::move(current_));
  current_ = name;
  if (seen_.insert(name).second) {
    findings_.files.push_back(name);
    if (line.substr(end).find('3') != std::string_view::npos) findings_.system_files.insert(name);
  }
  if (line.substr(end).find(" 1") != std::string_view::npos) findings_.entered_files.insert(name);
  if (options_.base_dirs.empty() || !path::is_absolute(name)) return false;
  const std::string normal = path::normal(name);
  const bool below = std::any_of(
      options_.base_dirs.begin(), options_.base_dirs.end(),
      [&](const std::string& folder) { return path::is_below(normal, path::normal(folder)); });
  if (!below) return false;
  instead.assign(line.substr(0, quote + 1));
  instead += path::relative(normal, path::normal(options_.working_directory));
  instead += line.substr(end - 1);
  return true;
}

}  // namespace deja

// The C run-time's rules for command lines, both ways.
#include "base/command_line.h"

#include <algorithm>

#include "base/text.h"

namespace deja {

namespace {

// Takes the program's path off `line`: quotes group and are dropped, backslashes mean nothing.
std::string take_program(std::string_view& line) {
  std::string word;
  bool quoted = false;
  std::size_t at = 0;
  for (; at < line.size() && (quoted || !text::is_blank(line[at])); ++at) {
    if (line[at] == '"') {
      quoted = !quoted;
    } else {
      word.push_back(line[at]);
    }
  }
  line.remove_prefix(at);
  return word;
}

std::string take_word(std::string_view& line) {
  std::string word;
  bool quoted = false;
  std::size_t at = 0;
  while (at < line.size() && (quoted || !text::is_blank(line[at]))) {
    const std::size_t after = std::min(line.find_first_not_of('\\', at), line.size());
    const std::size_t backslashes = after - at;
    const bool quote = after < line.size() && line[after] == '"';
    word.append(quote ? backslashes / 2 : backslashes, '\\');
    at = after;
    if (quote && backslashes % 2 == 1) {
      word.push_back('"');
      ++at;
    } else if (quote && quoted && at + 1 < line.size() && line[at + 1] == '"') {
      word.push_back('"');
      at += 2;
    } else if (quote) {
      quoted = !quoted;
      ++at;
    } else if (backslashes == 0) {
      word.push_back(line[at++]);
    }
  }
  line.remove_prefix(at);
  return word;
}

}  // namespace

std::vector<std::string> split_command_line(std::string_view line) {
  std::vector<std::string> words{take_program(line)};
  while (true) {
    while (!line.empty() && text::is_blank(line[0])) line.remove_prefix(1);
    if (line.empty()) return words;
    words.push_back(take_word(line));
  }
}

std::string quoted_word(std::string_view word) {
  if (!word.empty() && word.find_first_of(" \t\n\v\"") == std::string_view::npos)
    return std::string(word);
  std::string out = "\"";
  std::size_t backslashes = 0;
  for (const char c : word) {
    if (c == '"')
      out.append(backslashes + 1, '\\');  // they would otherwise halve, and the quote close
    backslashes = c == '\\' ? backslashes + 1 : 0;
    out.push_back(c);
  }
  out.append(backslashes, '\\');
  out.push_back('"');
  return out;
}

std::string command_line_of(const std::vector<std::string>& argv) {
  std::string line;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    if (i > 0) line.push_back(' ');
    const bool plain =
        i == 0 && !argv[0].empty() && argv[0].find_first_of(" \t") == std::string::npos;
    line.append(i > 0 ? quoted_word(argv[i]) : plain ? argv[0] : '"' + argv[0] + '"');
  }
  return line;
}

}  // namespace deja

// Response files: @file words replaced by what the file holds.
#include <algorithm>
#include <utility>

#include "base/command_line.h"
#include "base/path.h"
#include "base/text.h"
#include "compiler/response_file.h"
#include "compiler/understand.h"

namespace deja {
namespace {

constexpr unsigned depth_limit = 64;
// Of all files together, each time they are read: files that name each other twice would grow
// without end.
constexpr std::uint64_t size_limit = 64u << 20;

class Expander {
 public:
  Expander(Fs& fs, bool windows) : fs_(fs), windows_(windows) {}

  // False when a limit is passed, or a file can be read only once.
  bool add(const std::vector<std::string>& words, unsigned depth) {
    if (depth > depth_limit) return false;
    for (const std::string& word : words)
      if (!add_word(word, depth)) return false;
    return true;
  }

  Expanded out;
  std::string once;  // the file that ended it: what deja reads of it the compiler would miss

 private:
  bool add_word(const std::string& word, unsigned depth) {
    if (word.size() < 2 || word.front() != '@') return keep(word);
    const std::string file = word.substr(1);
    if (const auto found = fs_.stat(file); found && found->kind == FileKind::other) {
      once = file;
      return false;
    }
    std::string content;
    const Result<FileFacts> facts = fs_.read(file, content, size_limit - size_);
    if (!facts && facts.error().cause == Cause::too_large) return false;
    if (!facts) return keep(word);
    size_ += content.size() + 1;
    if (size_ >= size_limit) return false;
    out.files.push_back(file);
    return add(windows_ ? split_windows_response(content) : split_posix_response(content),
               depth + 1);
  }

  bool keep(const std::string& word) {
    out.words.push_back(word);
    return true;
  }

  Fs& fs_;
  bool windows_;
  std::uint64_t size_ = 0;
};

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(value)));
  };
  const auto tail = [&](unsigned shift) { byte(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    byte(0xe0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    byte(0xf0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

// UTF-16 after its byte order mark; unpaired surrogates become U+FFFD.
std::string utf8_of_utf16(std::string_view bytes, bool big_endian) {
  const auto unit = [&](std::size_t at) {
    const std::uint32_t first = static_cast<unsigned char>(bytes[at]);
    const std::uint32_t second = static_cast<unsigned char>(bytes[at + 1]);
    return big_endian ? first << 8 | second : second << 8 | first;
  };
  std::string out;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    const std::uint32_t high = unit(at);
    const bool paired =
        (high & 0xfc00) == 0xd800 && at + 3 < bytes.size() && (unit(at + 2) & 0xfc00) == 0xdc00;
    if (paired) {
      append_utf8(out, 0x10000 + ((high & 0x3ff) << 10) + (unit(at + 2) & 0x3ff));
      at += 2;
    } else {
      append_utf8(out, (high & 0xf800) == 0xd800 ? 0xfffd : high);
    }
  }
  return out;
}

std::string as_utf8(std::string_view content) {
  if (content.starts_with("\xff\xfe")) return utf8_of_utf16(content.substr(2), false);
  if (content.starts_with("\xfe\xff")) return utf8_of_utf16(content.substr(2), true);
  if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
  return std::string(content);
}

}  // namespace

// As libiberty's buildargv: blanks part words, a backslash takes the next character as it is,
// inside quotes too.
std::vector<std::string> split_posix_response(std::string_view content) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const char c = content[i];
    if (!quote && text::is_space(c)) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
      continue;
    }
    in_word = true;
    if (c == '\\') {
      if (++i < content.size()) word.push_back(content[i]);
    } else if (quote ? c == quote : c == '\'' || c == '"') {
      quote = quote ? '\0' : c;
    } else {
      word.push_back(c);
    }
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

// As a program's own command line is split, line ends being blanks.
std::vector<std::string> split_windows_response(std::string_view content) {
  std::string line = "program " + as_utf8(content);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\0' || text::is_space(c); }, ' ');
  std::vector<std::string> words = split_command_line(line);
  words.erase(words.begin());
  return words;
}

std::variant<Expanded, Bypass> expand_response_files(Fs& fs, const std::vector<std::string>& words,
                                                     ResponseFileFormat format) {
  const bool native_windows = native_style == PathStyle::windows;
  const bool windows = format == ResponseFileFormat::windows ||
                       (format == ResponseFileFormat::auto_detect && native_windows);
  Expander expander(fs, windows);
  const bool whole = expander.add(words, 0);
  if (!expander.once.empty()) return Bypass(Why::response_file_once, "@" + expander.once);
  if (!whole) return Bypass(Why::response_files_too_large);
  return std::move(expander.out);
}

}  // namespace deja

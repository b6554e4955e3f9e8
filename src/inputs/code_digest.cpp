// One pass over a source, as the first phases of translation see it, for texts that leave no doubt.
#include "inputs/code_digest.h"

#include <algorithm>

#include "base/text.h"
#include "inputs/word_char.h"

namespace deja {

namespace {

constexpr char goes_on = '\001';  // before a line's end within a comment

// Words of directives that name a file.
constexpr std::string_view header_words[] = {"include", "import", "embed"};

class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text) { out_.reserve(text.size()); }

  std::optional<std::string> result() {
    while (at_ < text_.size() && !doubtful_) step();
    if (doubtful_) return std::nullopt;
    drop_blanks();
    return std::move(out_);
  }

 private:
  char peek(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\n';
  }
  void copy(std::size_t count = 1) {
    out_.append(text_.substr(at_, count));
    at_ += count;
  }
  void blank() { out_.push_back(text_[at_++] == '\t' ? '\t' : ' '); }

  void step() {
    // All up to the next byte that may begin something is code.
    const std::size_t next = std::min(text_.find_first_of("/\"'\n\r\\?", at_), text_.size());
    copy(next - at_);
    if (at_ == text_.size()) return;
    switch (text_[at_]) {
      case '/':
        slash();
        break;
      case '"':
        literal('"');
        break;
      case '\'':
        // Between digits it only sets them apart.
        if (!out_.empty() && is_word_char(out_.back()) && is_word_char(peek(1)) && in_number())
          copy();
        else
          literal('\'');
        break;
      case '\n':
        end_line();
        break;
      default:
        other();
        break;
    }
  }

  // Whether what was copied last is part of a number.
  bool in_number() const {
    std::size_t begin = out_.size();
    while (begin > 0 &&
           (is_word_char(out_[begin - 1]) || out_[begin - 1] == '\'' || out_[begin - 1] == '.'))
      --begin;
    return begin < out_.size() && out_[begin] >= '0' && out_[begin] <= '9';
  }

  void drop_blanks() {
    std::size_t end = out_.size();
    while (end > 0 && text::is_blank(out_[end - 1])) --end;
    // A line that goes on behind blanks is told of.
    doubtful_ |= end < out_.size() && end > 0 && out_[end - 1] == '\\';
    out_.resize(end);
  }
  void end_line() {
    drop_blanks();
    copy();
  }

  // A backslash that joins lines must do so where nothing of meaning is split. A bare carriage
  // return, or what may be a trigraph, is read in different ways.
  void other() {
    const char c = text_[at_];
    if (c == '\r' && peek(1) != '\n') doubtful_ = true;
    if (c == '?' && peek(1) == '?') doubtful_ = true;
    if (c == '\\' && (peek(1) == '\n' || peek(1) == '\r')) {
      const bool splits = !out_.empty() && !text::is_blank(out_.back()) &&
                          (out_.back() == '/' || out_.back() == '*' || is_word_char(out_.back()));
      if (splits) doubtful_ = true;
    }
    copy();
  }

  void slash() {
    if (peek(1) == '/' && !in_header_name())
      line_comment();
    else if (peek(1) == '*' && !in_header_name())
      block_comment();
    else if (peek(1) == '\\')
      doubtful_ = true;
    else
      copy();
  }

  // Whether this is between < and > of an include directive, where no comment begins.
  bool in_header_name() {
    const std::size_t newline = out_.rfind('\n');
    std::string_view line(out_);
    if (newline != std::string::npos) line.remove_prefix(newline + 1);
    const std::size_t open = line.rfind('<');
    const bool is_open =
        open != std::string_view::npos && line.find('>', open) == std::string_view::npos;
    const bool names_header = std::ranges::any_of(header_words, [&](std::string_view word) {
      return line.find(word) != std::string_view::npos;
    });
    if (!is_open || !names_header) return false;
    // A directive may be spelled in another way, or stand in a macro.
    const std::size_t first = line.find_first_not_of(" \t");
    doubtful_ |= line[first] != '#';
    return true;
  }

  // Of a comment: what could be told of, or end elsewhere for another compiler, is in doubt.
  void comment_byte() {
    const char c = text_[at_];
    const auto byte = static_cast<unsigned char>(c);
    const bool odd = byte >= 0x7F || (byte < ' ' && c != '\t');
    if (odd || (c == '/' && peek(1) == '*') || (c == '?' && peek(1) == '?')) doubtful_ = true;
    blank();
  }

  void line_comment() {
    blank();
    blank();
    while (at_ < text_.size() && text_[at_] != '\n' && !doubtful_) {
      if (text_[at_] == '\r' && peek(1) == '\n') break;
      // The comment would go on, or a compiler would say that it does.
      if (text_[at_] == '\\' && text_.find_first_not_of(" \t\r", at_ + 1) < text_.size() &&
          text_[text_.find_first_not_of(" \t\r", at_ + 1)] == '\n')
        doubtful_ = true;
      comment_byte();
    }
    if (at_ < text_.size() && text_[at_] == '\r') drop_blanks();
  }

  void block_comment() {
    blank();
    blank();
    while (!doubtful_) {
      if (at_ >= text_.size()) {
        doubtful_ = true;
      } else if (text_[at_] == '*' && peek(1) == '/') {
        blank();
        blank();
        return;
      } else if (text_[at_] == '\n') {
        drop_blanks();
        out_.push_back(goes_on);
        copy();
      } else if (text_[at_] == '\r' && peek(1) == '\n') {
        copy();
      } else if (text_[at_] == '\\' && (peek(1) == '\n' || peek(1) == '\r')) {
        doubtful_ = true;
      } else {
        comment_byte();
      }
    }
  }

  // A literal ends in its line, as far as code goes. An apostrophe in text that is not compiled, or
  // in a message, takes the rest of its line with it for one compiler and not for another.
  void literal(char quote) {
    const bool raw = quote == '"' && !out_.empty() && out_.back() == 'R';
    if (raw) {
      doubtful_ = true;
      return;
    }
    copy();
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\n' || text_[at_] == '\r' || (text_[at_] == '?' && peek(1) == '?')) {
        doubtful_ = true;
        return;
      }
      const bool escape = text_[at_] == '\\';
      if (escape && (peek(1) == '\n' || peek(1) == '\r')) {
        doubtful_ = true;
        return;
      }
      copy(escape && at_ + 1 < text_.size() ? 2 : 1);
    }
    if (at_ == text_.size())
      doubtful_ = true;
    else
      copy();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
  bool doubtful_ = false;
};

}  // namespace

std::optional<std::string> without_comments(std::string_view text) {
  // The mark must not be the text's own.
  if (text.find(goes_on) != std::string_view::npos) return std::nullopt;
  return Blanker(text).result();
}

std::optional<Digest> code_digest(std::string_view text) {
  const auto code = without_comments(text);
  return code ? std::optional(digest_of(*code)) : std::nullopt;
}

}  // namespace deja

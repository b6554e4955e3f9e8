// Reading and rewriting configuration text; the two share one idea of what a line is.
#include "config/syntax.h"

#include <fmt/format.h>

#include "base/text.h"

namespace deja {

namespace {

enum class LineKind : unsigned char { comment, blank, continuation, setting };

struct Line {
  std::size_t number;  // from 1
  std::size_t start;   // offset of its first byte
  std::size_t end;     // offset behind its newline
  LineKind kind;
  std::string_view text;  // without blanks around
};

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

LineKind kind_of(std::string_view raw, std::string_view trimmed) {
  if (trimmed.empty()) return LineKind::blank;
  if (trimmed.front() == '#') return LineKind::comment;
  return raw.front() == ' ' || raw.front() == '\t' ? LineKind::continuation : LineKind::setting;
}

// Takes lines off `text` one by one.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }

  std::optional<Line> next() {
    if (at_ >= text_.size()) return std::nullopt;
    const std::size_t start = at_;
    const std::size_t newline = text_.find('\n', start);
    at_ = newline == std::string_view::npos ? text_.size() : newline + 1;
    const std::string_view raw = text_.substr(start, at_ - start);
    const std::string_view trimmed = text::trim(raw);
    return Line{++number_, start, at_, kind_of(raw, trimmed), trimmed};
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

std::string_view key_of(std::string_view line) {
  return text::trim(line.substr(0, line.find('=')));
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::size_t name_length(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && is_name_char(text[size])) ++size;
  return size;
}

}  // namespace

Result<std::vector<Setting>> parse_settings(std::string_view text, const std::string& file) {
  std::vector<Setting> settings;
  Lines lines(text);
  while (const auto line = lines.next()) {
    if (line->kind == LineKind::blank || line->kind == LineKind::comment) continue;
    const auto bad = [&](const char* why) {
      return Error{fmt::format("{}:{}: bad line", file, line->number), std::string(line->text),
                   why};
    };
    if (line->kind == LineKind::continuation) {
      if (settings.empty())
        return bad("it is indented, but there is no value before it to continue");
      std::string& value = settings.back().value;
      if (!value.empty()) value.push_back(' ');
      value.append(line->text);
      continue;
    }
    const std::size_t equals = line->text.find('=');
    if (equals == std::string_view::npos || equals == 0) return bad("expected key = value");
    settings.push_back({line->number, std::string(key_of(line->text)),
                        std::string(text::trim(line->text.substr(equals + 1)))});
  }
  return settings;
}

std::string with_setting(std::string_view text, std::string_view key, std::string_view value) {
  // Offset of the last setting of `key`: the one that counts.
  std::optional<std::size_t> replaced;
  for (Lines lines(text); const auto line = lines.next();)
    if (line->kind == LineKind::setting && key_of(line->text) == key) replaced = line->start;

  const std::string setting = fmt::format("{} = {}\n", key, value);
  std::string out(text.substr(0, text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0));
  bool inside = false;  // of the replaced setting: its continuation lines go
  for (Lines lines(text); const auto line = lines.next();) {
    if (line->kind == LineKind::setting) inside = line->start == replaced;
    if (line->start == replaced) {
      out.append(setting);
    } else if (!inside || line->kind != LineKind::continuation) {
      out.append(text.substr(line->start, line->end - line->start));
    }
  }
  if (!replaced) {
    if (!out.empty() && out.back() != '\n') out.push_back('\n');
    out.append(setting);
  }
  return out;
}

Result<std::string> expand_variables(std::string_view value, const VariableLookup& lookup) {
  std::string out;
  for (;;) {
    const std::size_t dollar = value.find('$');
    out.append(value.substr(0, dollar));
    if (dollar == std::string_view::npos) return out;
    value.remove_prefix(dollar + 1);
    if (value.starts_with('$')) {
      out.push_back('$');
      value.remove_prefix(1);
      continue;
    }
    const bool braced = value.starts_with('{');
    const std::size_t size = braced ? value.find('}') : name_length(value);
    if (size == std::string_view::npos) return Error{"", "", "a ${ without }"};
    if (size == 0) {
      out.push_back('$');
      continue;
    }
    const std::string name(value.substr(braced ? 1 : 0, braced ? size - 1 : size));
    value.remove_prefix(braced ? size + 1 : size);
    const auto content = lookup(name);
    if (!content) return Error{"", "", fmt::format("the environment variable {} is not set", name)};
    out.append(*content);
  }
}

}  // namespace deja

// Lines that end with CR LF; a byte at the beginning says what follows.
#include "helper/resp.h"

#include <fmt/format.h>

#include "base/text.h"

namespace deja::helper::resp {

namespace {

constexpr std::size_t longest_line = 64 * 1024;
constexpr std::int64_t longest_bytes = std::int64_t{1} << 30;

// The first line without its end; none while it is not whole.
std::optional<std::string_view> first_line(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n");
  return end == std::string_view::npos ? std::nullopt : std::optional(bytes.substr(0, end));
}

}  // namespace

std::string encode(const std::vector<std::string_view>& words) {
  std::string out = fmt::format("*{}\r\n", words.size());
  for (const std::string_view word : words) {
    out += fmt::format("${}\r\n", word.size());
    out.append(word).append("\r\n");
  }
  return out;
}

Measured measure(std::string_view bytes) {
  if (bytes.empty()) return {1, false, false};
  if (std::string_view("+-:$").find(bytes[0]) == std::string_view::npos) return {0, false, true};
  const auto line = first_line(bytes.substr(0, longest_line));
  if (!line) return {bytes.size() + 1, false, bytes.size() >= longest_line};
  const std::size_t head = line->size() + 2;
  if (bytes[0] == '+' || bytes[0] == '-') return {head, true, false};
  const auto number = text::parse_signed(line->substr(1));
  if (!number) return {0, false, true};
  if (bytes[0] == ':') return {head, true, false};
  if (*number == -1) return {head, true, false};
  if (*number < 0 || *number > longest_bytes) return {0, false, true};
  const std::size_t size = head + static_cast<std::size_t>(*number) + 2;
  if (bytes.size() < size) return {size, false, false};
  return {size, true, bytes.substr(size - 2, 2) != "\r\n"};
}

std::optional<Reply> decode(std::string_view bytes) {
  const Measured measured = measure(bytes);
  if (!measured.whole || measured.bad || measured.size != bytes.size()) return std::nullopt;
  const std::string_view line = *first_line(bytes);
  const std::size_t head = line.size() + 2;
  switch (bytes[0]) {
    case '+':
      return Reply{Reply::Kind::text, line.substr(1), 0, 1};
    case '-':
      return Reply{Reply::Kind::error, line.substr(1), 0, 1};
    case ':':
      return Reply{Reply::Kind::number, {}, *text::parse_signed(line.substr(1)), 0};
    default:
      if (bytes.size() == head) return Reply{};
      return Reply{Reply::Kind::bytes, bytes.substr(head, bytes.size() - head - 2), 0, head};
  }
}

}  // namespace deja::helper::resp

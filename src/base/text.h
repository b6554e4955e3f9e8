// Small text tools: splitting, trimming, sizes and durations as users write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deja::text {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}  // as isspace() in the C locale

std::vector<std::string_view> split(std::string_view text, char separator);  // keeps empty pieces
std::vector<std::string_view> words(std::string_view text);         // at spaces, none empty
std::string_view trim(std::string_view text);                       // spaces at both ends
std::string lower(std::string_view text);                           // ASCII only
bool equals_ignoring_case(std::string_view a, std::string_view b);  // ASCII only
std::string join(const std::vector<std::string>& pieces, std::string_view separator);
// Replaces every `from` in `text`; `from` must not be empty.
std::string replaced(std::string_view text, std::string_view from, std::string_view to);
// 'text' for a POSIX shell, in which it stands for itself whatever it holds.
std::string single_quoted(std::string_view text);
// A command line as a person may paste it into a POSIX shell.
std::string quoted(const std::vector<std::string>& words);

// Whole decimal numbers; nullopt for anything else, overflow included.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);
std::optional<std::int64_t> parse_signed(std::string_view text);
// "5GiB", "500 MB", "2.5G", "10": bytes. kB MB GB TB and k M G T are decimal, KiB MiB GiB TiB
// binary, no unit is GiB.
std::optional<std::uint64_t> parse_size(std::string_view text);
// "5.0 GiB", "812.3 KiB": one decimal, the largest unit that leaves at least 1; bytes without
// decimals.
std::string format_size(std::uint64_t bytes);
// "10d", "30s", "15ms", "2h", "5m": nanoseconds.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace deja::text

// Lines for the user's log, formatted without the C library: `[2026-11-22T15:33:12.123456 4711 ]
// text`.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace deja::replay {

class LogText {
 public:
  // `local_ns`: local time as nanoseconds since 1970 began locally.
  LogText(std::span<char> room, std::int64_t local_ns, std::uint32_t process) : room_(room) {
    const std::int64_t seconds = local_ns / 1'000'000'000;
    add("[");
    add_date(seconds / 86400);
    add("T");
    add_number(static_cast<std::uint64_t>(seconds / 3600 % 24), 2);
    add(":");
    add_number(static_cast<std::uint64_t>(seconds / 60 % 60), 2);
    add(":");
    add_number(static_cast<std::uint64_t>(seconds % 60), 2);
    add(".");
    add_number(static_cast<std::uint64_t>(local_ns / 1000 % 1'000'000), 6);
    add(" ");
    const std::size_t start = size_;
    add_number(process, 1);
    while (size_ < start + 5 && whole_) add(" ");
    add("] ");
    prefix_ = text();
    size_ = 0;  // The first line begins with the prefix, so it stays where it is.
  }

  void begin_line() { add(prefix_); }
  void add(std::string_view text) {
    if (text.size() > room_.size() - size_) whole_ = false;
    if (!whole_) return;
    for (const char c : text) room_[size_++] = c;
  }
  // `lines` end in a newline each.
  void add_lines(std::string_view lines) {
    while (!lines.empty()) {
      std::size_t size = 0;
      while (size < lines.size() && lines[size] != '\n') ++size;
      size += size < lines.size() ? 1 : 0;
      begin_line();
      add({lines.data(), size});
      lines.remove_prefix(size);
    }
  }
  // 1234 as 1.234
  void add_thousandths(std::int64_t number) {
    const std::uint64_t value = number < 0 ? 0 : static_cast<std::uint64_t>(number);
    add_number(value / 1000, 1);
    add(".");
    add_number(value % 1000, 3);
  }
  // False when something did not fit.
  bool whole() const { return whole_; }
  std::string_view text() const { return {room_.data(), size_}; }

 private:
  void add_number(std::uint64_t value, int digits) {
    std::array<char, 20> out;
    std::size_t at = out.size();
    for (; value != 0 || digits > 0; value /= 10, --digits)
      out[--at] = static_cast<char>('0' + value % 10);
    add({out.data() + at, out.size() - at});
  }
  // Days since 1970 as a date of the Gregorian calendar. Counted in eras of 400 years that begin on
  // March 1st, so that a leap day ends its year.
  void add_date(std::int64_t days) {
    days += 719468;  // from 0000-03-01
    const std::int64_t era = days / 146097;
    const std::int64_t day = days % 146097;
    const std::int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    const std::int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
    const std::int64_t month = (5 * day_of_year + 2) / 153;  // from March
    const bool next_year = month >= 10;
    add_number(static_cast<std::uint64_t>(year + 400 * era + (next_year ? 1 : 0)), 4);
    add("-");
    add_number(static_cast<std::uint64_t>(next_year ? month - 9 : month + 3), 2);
    add("-");
    add_number(static_cast<std::uint64_t>(day_of_year - (153 * month + 2) / 5 + 1), 2);
  }

  std::span<char> room_;
  std::string_view prefix_;
  std::size_t size_ = 0;
  bool whole_ = true;
};

}  // namespace deja::replay

// Text tools: splitting, quoting, numbers, sizes, durations.
#include "base/text.h"

#include <doctest/doctest.h>

#include "base/time.h"

using namespace deja;
using Pieces = std::vector<std::string_view>;

TEST_CASE("split keeps empty pieces, words has none") {
  CHECK(text::split("a::b:", ':') == Pieces{"a", "", "b", ""});
  CHECK(text::split("", ':') == Pieces{""});
  CHECK(text::words("  a\t b\n") == Pieces{"a", "b"});
  CHECK(text::words(" ").empty());
}

TEST_CASE("trim, lower and comparing without case touch ASCII only") {
  CHECK(text::trim(" \t a b \r\n") == "a b");
  CHECK(text::trim(" \n ").empty());
  CHECK(text::lower("ÄB.C") == "Äb.c");
  CHECK(text::equals_ignoring_case("Path", "pATH"));
  CHECK_FALSE(text::equals_ignoring_case("Path", "Paths"));
  CHECK_FALSE(text::equals_ignoring_case("[", "{"));  // 32 apart, but no letters
}

TEST_CASE("join and replaced") {
  CHECK(text::join({"a", "a", "b"}, ", ") == "a, a, b");
  CHECK(text::join({}, ", ").empty());
  CHECK(text::replaced("aXXbXXX", "XX", "X") == "aXbXX");
  CHECK(text::replaced("", "X", "Y").empty());
}

TEST_CASE("quoted survives a shell") {
  CHECK(text::quoted({"cc", "-c", "a b.c", "it's", "", "$x"}) ==
        "cc -c 'a b.c' 'it'\\''s' '' '$x'");
}

TEST_CASE("whole numbers: all of the text or nothing") {
  CHECK(text::parse_unsigned("18446744073709551615") == 18446744073709551615ULL);
  for (const char* bad : {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "0x1", "1e3"})
    CHECK_MESSAGE(!text::parse_unsigned(bad), bad);
  CHECK(text::parse_signed("-9223372036854775808") == INT64_MIN);
  for (const char* bad : {"", "9223372036854775808", "--1", "-", "1.0"})
    CHECK_MESSAGE(!text::parse_signed(bad), bad);
}

TEST_CASE("sizes: decimal and binary units, no unit is GiB") {
  CHECK(text::parse_size("5") == 5ULL << 30);
  CHECK(text::parse_size("5GiB") == 5ULL << 30);
  CHECK(text::parse_size("500 MB") == 500'000'000ULL);
  CHECK(text::parse_size("2.5G") == 2'500'000'000ULL);
  CHECK(text::parse_size("1k") == 1000ULL);
  CHECK(text::parse_size("1KiB") == 1024ULL);
  CHECK(text::parse_size("1TiB") == 1ULL << 40);
  CHECK(text::parse_size("0") == 0ULL);
  for (const char* bad :
       {"", "G", "-1G", "1Q", "inf", "nan", "1e400", "99999999999T", "1 G B", "0x10"})
    CHECK_MESSAGE(!text::parse_size(bad), bad);
}

TEST_CASE("sizes as people read them") {
  CHECK(text::format_size(0) == "0 bytes");
  CHECK(text::format_size(1023) == "1023 bytes");
  CHECK(text::format_size(1024) == "1.0 KiB");
  CHECK(text::format_size(831795) == "812.3 KiB");
  CHECK(text::format_size(5ULL << 30) == "5.0 GiB");
  CHECK(text::format_size(UINT64_MAX) == "16777216.0 TiB");
}

TEST_CASE("durations") {
  CHECK(text::parse_duration("15ms") == 15'000'000);
  CHECK(text::parse_duration("30s") == 30'000'000'000);
  CHECK(text::parse_duration("10d") == 864'000'000'000'000);
  for (const char* bad : {"", "10", "d", "-1s", "1.5s", "1 s", "1w", "99999999999d"})
    CHECK_MESSAGE(!text::parse_duration(bad), bad);
}

TEST_CASE("date and time") {
  const LocalTime time{2026, 1, 2, 3, 4, 5};
  CHECK(date_text(time) == "2026-01-02");
  CHECK(time_text(time) == "2026-01-02 03:04:05");
  CHECK(time_text(time, 'T') == "2026-01-02T03:04:05");
}

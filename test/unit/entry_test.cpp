// Result entries: what goes in comes out, and nothing comes out of a damaged one.
#include "store/entry.h"

#include <doctest/doctest.h>

#include "fuzz/entry_fuzz.h"
#include "sys/system.h"

using namespace deja;

namespace {

// Parts that shrink, that do not, and an empty one.
Entry sample_entry() {
  Entry entry;
  entry.parts = {{stdout_part, ""},
                 {stderr_part, "warning: x\n"},
                 {first_output_part, std::string(300, 'o')},
                 {first_output_part + 3, "dep: a b"}};
  entry.sources = digest_of("sources");
  entry.created_ns = 1'700'000'000'000'000'001;
  return entry;
}

void check_is_sample(const Entry& entry) {
  const Entry expected = sample_entry();
  REQUIRE(entry.parts.size() == expected.parts.size());
  for (std::size_t i = 0; i < entry.parts.size(); ++i) {
    CHECK(entry.parts[i].kind == expected.parts[i].kind);
    CHECK(entry.parts[i].bytes == expected.parts[i].bytes);
  }
  CHECK(entry.sources == expected.sources);
  CHECK(entry.created_ns == expected.created_ns);
}

}  // namespace

TEST_CASE("an entry comes back as it was, raw and compressed") {
  for (const std::optional<int> level : {std::optional<int>(), std::optional<int>(1),
                                         std::optional<int>(19), std::optional<int>(-3)}) {
    const auto bytes = encode_entry(sample_entry(), level);
    REQUIRE(bytes);
    const auto entry = decode_entry(*bytes);
    REQUIRE(entry);
    check_is_sample(*entry);
    CHECK(*entry->find(stderr_part) == "warning: x\n");
    CHECK(entry->find(99) == nullptr);
  }
  const auto nothing = encode_entry({}, std::nullopt);
  REQUIRE(nothing);
  CHECK(decode_entry(*nothing)->parts.empty());
}

TEST_CASE("only parts that shrink are compressed, and the header says which, where and how large") {
  const auto bytes = encode_entry(sample_entry(), 1);
  REQUIRE(bytes);
  const auto info =
      inspect_entry(std::string_view(*bytes).substr(0, max_entry_header), bytes->size());
  REQUIRE(info);
  REQUIRE(info->parts.size() == 4);
  CHECK(info->parts[2].compressed);
  CHECK(info->parts[2].raw_size == 300);
  CHECK(info->parts[2].stored_size < 300);
  CHECK_FALSE(info->parts[1].compressed);
  CHECK(bytes->substr(info->parts[1].offset, info->parts[1].stored_size) == "warning: x\n");
  CHECK(info->parts[1].checksum == checksum_of("warning: x\n"));
  CHECK(info->created_ns == sample_entry().created_ns);
}

TEST_CASE("recompress_entry changes the storage only") {
  const auto raw = encode_entry(sample_entry(), std::nullopt);
  const auto packed = recompress_entry(*raw, 1);
  REQUIRE(packed);
  CHECK(packed->size() < raw->size());
  check_is_sample(*decode_entry(*packed));
  CHECK(*recompress_entry(*packed, std::nullopt) == *raw);
  CHECK(recompress_entry(raw->substr(1), 1).error().cause == Cause::corrupt);
}

TEST_CASE("an entry cut short anywhere, or with more behind it, is refused") {
  for (const std::optional<int> level : {std::optional<int>(), std::optional<int>(1)}) {
    const std::string bytes = *encode_entry(sample_entry(), level);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto entry = decode_entry(std::string_view(bytes).substr(0, size));
      REQUIRE_FALSE(entry);
      CHECK(entry.error().cause == Cause::corrupt);
    }
    CHECK_FALSE(decode_entry(bytes + "x"));
  }
}

TEST_CASE("an entry with any bit flipped is refused") {
  for (const std::optional<int> level : {std::optional<int>(), std::optional<int>(1)}) {
    const std::string bytes = *encode_entry(sample_entry(), level);
    for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
      std::string damaged = bytes;
      damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << i % 8));
      REQUIRE_FALSE(decode_entry(damaged));
    }
  }
}

TEST_CASE("an entry that is wrong behind right checksums is refused without a large allocation") {
  const std::string bytes = *encode_entry(sample_entry(), 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int value : {0x00, 0x01, 0x7f, 0xff}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(value);
      check_entry_bytes(damaged);
    }
  }
}

TEST_CASE("parts out of order or too many are not encoded") {
  Entry entry;
  entry.parts = {{2, "a"}, {1, "b"}};
  CHECK_FALSE(encode_entry(entry, std::nullopt));
  entry.parts = {{1, "a"}, {1, "b"}};
  CHECK_FALSE(encode_entry(entry, std::nullopt));
  entry.parts.clear();
  for (std::uint8_t kind = 0; kind <= max_entry_parts; ++kind) entry.parts.push_back({kind, ""});
  CHECK_FALSE(encode_entry(entry, std::nullopt));
}

TEST_CASE("the fuzz corpus of entries") {
  Fs& fs = native_system().fs;
  const std::string folder = std::string(DEJA_SOURCE_DIR) + "/test/fuzz/corpus/entry";
  const auto items = fs.list(folder);
  REQUIRE(items);
  CHECK(items->size() >= 3);
  for (const DirectoryItem& item : *items) {
    std::string bytes;
    REQUIRE(fs.read(folder + "/" + item.name, bytes));
    check_entry_bytes(bytes);
  }
}

// Digests and the hasher: fixed values (they are on disk), framing, and what a trace sees.
#include "base/digest.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace deja;

namespace {

Digest of_pieces(const std::vector<std::pair<std::string, std::string>>& pieces) {
  Hasher hasher;
  for (const auto& [tag, bytes] : pieces) hasher.add(tag, std::string_view(bytes));
  return hasher.finish();
}

}  // namespace

TEST_CASE("digests are XXH3: the values of its specification") {
  CHECK(digest_of("").hex() == "99aa06d3014798d86001c324468d497f");
  CHECK(checksum_of("") == 0x2d06800538d394c2ULL);
  CHECK(digest_of("a") != digest_of("b"));
}

TEST_CASE("hex goes both ways and nothing else is taken") {
  const Digest digest = digest_of("text");
  CHECK(Digest::from_hex(digest.hex()) == digest);
  CHECK(Digest::from_hex("99aa06d3014798d86001c324468d497f") == digest_of(""));
  CHECK_FALSE(Digest::from_hex("99AA06D3014798D86001C324468D497F"));
  CHECK_FALSE(Digest::from_hex(""));
  CHECK_FALSE(Digest::from_hex(digest.hex() + "0"));
  CHECK_FALSE(Digest::from_hex(std::string(31, '0') + "g"));
  CHECK(Digest::from_hex("ff" + std::string(30, '0'))->shard() == 255);
}

TEST_CASE("pieces are framed: moving bytes between tag, piece and next piece changes the digest") {
  const std::vector<Digest> all = {
      of_pieces({{"a", "bc"}}),
      of_pieces({{"ab", "c"}}),
      of_pieces({{"a", "b"}, {"", "c"}}),
      of_pieces({{"a", "b"}, {"c", ""}}),
      of_pieces({{"", "abc"}}),
      of_pieces({{"a", "bc"}, {"", ""}}),
      of_pieces({}),
  };
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) CHECK(all[i] != all[j]);
}

TEST_CASE("a stream digests as the whole piece does, however it is cut") {
  Hasher whole;
  whole.add("text", std::string_view("abcdef"));
  Hasher cut;
  cut.begin_stream("text");
  cut.continue_stream("ab");
  cut.continue_stream("");
  cut.continue_stream("cdef");
  cut.end_stream();
  CHECK(whole.finish() == cut.finish());
}

TEST_CASE("a copy goes on by itself") {
  Hasher common;
  common.add("a", std::string_view("1"));
  Hasher copy = common;
  copy.add("b", std::string_view("2"));
  CHECK(copy.finish() != common.finish());
  common.add("b", std::string_view("2"));
  CHECK(copy.finish() == common.finish());
}

TEST_CASE("a trace sees what goes in, a digest as its digits, and does not change the result") {
  struct Lines : HashTrace {
    std::string text;
    void add(std::string_view tag, std::string_view bytes) override {
      text.append(tag).append("=").append(bytes).append(";");
    }
  } lines;
  Hasher traced(&lines);
  Hasher plain;
  for (Hasher* hasher : {&traced, &plain})
    hasher->add("arch", std::string_view("x86")).add("n", 5).add("file", digest_of(""));
  CHECK(traced.finish() == plain.finish());
  CHECK(lines.text.find("arch=") != std::string::npos);
  CHECK(lines.text.find("x86") != std::string::npos);
  CHECK(lines.text.find("99aa06d3014798d86001c324468d497f") != std::string::npos);
}

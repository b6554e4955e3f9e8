// zstd: round trips, and damaged frames that must neither crash nor allocate what they claim.
#include "base/compress.h"

#include <doctest/doctest.h>

using namespace deja;

namespace {

std::string sample() {
  std::string out;
  for (int i = 0; i < 5000; ++i) out += "line " + std::to_string(i * i) + "\n";
  return out;
}

}  // namespace

TEST_CASE("compress and decompress") {
  const std::string raw = sample();
  for (int level : {-5, 1, 19}) {
    const auto packed = compress(raw, level);
    REQUIRE(packed);
    CHECK(packed->size() < raw.size());
    CHECK(*decompress(*packed, raw.size()) == raw);
  }
  CHECK(*decompress(*compress("", 1), 0) == "");
}

TEST_CASE("a size that is not the frame's is refused before anything is allocated") {
  const std::string packed = *compress(sample(), 1);
  for (std::uint64_t size :
       {std::uint64_t{0}, sample().size() - 1, sample().size() + 1, UINT64_MAX, UINT64_MAX - 1})
    CHECK(decompress(packed, size).error().cause == Cause::corrupt);
}

TEST_CASE("a damaged frame is an error or other bytes of the same size, never more") {
  const std::string raw = sample();
  const std::string packed = *compress(raw, 1);
  for (std::size_t cut = 0; cut < packed.size(); cut += 97)
    CHECK_FALSE(decompress(std::string_view(packed).substr(0, cut), raw.size()));
  for (std::size_t at = 0; at < packed.size(); at += 41) {
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    const auto result = decompress(damaged, raw.size());
    if (result) CHECK(result->size() == raw.size());
  }
}

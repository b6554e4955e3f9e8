// Reading and writing little-endian fields; a reader past the end is harmless and says so.
#include "base/bytes.h"

#include <doctest/doctest.h>

using namespace deja;

TEST_CASE("what is written is read, in little endian on every machine") {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(1);
  out.u16(0x0203);
  out.u32(0x04050607);
  out.u64(0x08090a0b0c0d0e0f);
  out.i64(-2);
  out.text("text");
  CHECK(bytes.substr(0, 7) == std::string("\x01\x03\x02\x07\x06\x05\x04", 7));

  ByteReader in(bytes);
  CHECK(in.u8() == 1);
  CHECK(in.u16() == 0x0203);
  CHECK(in.u32() == 0x04050607);
  CHECK(in.u64() == 0x08090a0b0c0d0e0f);
  CHECK(in.i64() == -2);
  CHECK(in.text() == "text");
  CHECK(in.ok());
  CHECK(in.at_end());
}

TEST_CASE("every cut of a record is noticed, and reads after the cut yield nothing") {
  std::string bytes;
  ByteWriter out(bytes);
  out.u32(7);
  out.text("abc");
  out.u8(9);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(std::string_view(bytes).substr(0, size));
    in.u32();
    in.text();
    in.u8();
    CHECK_FALSE(in.ok());
    CHECK(in.u64() == 0);
    CHECK(in.raw(1).empty());
    CHECK(in.left() == 0);
  }
}

TEST_CASE("a length larger than what is there never reads on") {
  ByteReader in(
      std::string_view("\xff\xff\xff\xff"
                       "abc",
                       7));
  CHECK(in.text().empty());
  CHECK_FALSE(in.ok());
  ByteReader huge("abc");
  CHECK(huge.raw(UINT64_MAX).empty());
  CHECK_FALSE(huge.ok());
}

// Bounds-checked little-endian reading and writing: every format on disk goes through these two.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace deja {

// Appends fixed-width little-endian integers and length-prefixed strings to a buffer.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u16(std::uint16_t value) { integer(value); }
  void u32(std::uint32_t value) { integer(value); }
  void u64(std::uint64_t value) { integer(value); }
  void i64(std::int64_t value) { integer(static_cast<std::uint64_t>(value)); }
  void raw(std::string_view bytes) { out_.append(bytes); }
  // u32 length in bytes, then the bytes.
  void text(std::string_view bytes) {
    u32(static_cast<std::uint32_t>(bytes.size()));
    raw(bytes);
  }

 private:
  template <class T>
  void integer(T value) {
    char bytes[sizeof(T)];
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
    out_.append(bytes, sizeof(T));
  }

  std::string& out_;
};

// Reads what ByteWriter wrote. A read past the end yields zero or an empty view and makes ok()
// false for good, so a decoder checks once, after its last read and before it uses a count to
// allocate.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return in_.size(); }
  bool at_end() const { return in_.empty(); }

  std::uint8_t u8() { return integer<std::uint8_t>(); }
  std::uint16_t u16() { return integer<std::uint16_t>(); }
  std::uint32_t u32() { return integer<std::uint32_t>(); }
  std::uint64_t u64() { return integer<std::uint64_t>(); }
  std::int64_t i64() { return static_cast<std::int64_t>(integer<std::uint64_t>()); }
  std::string_view raw(std::uint64_t size) {
    if (size > in_.size()) {
      fail();
      return {};
    }
    std::string_view out = in_.substr(0, static_cast<std::size_t>(size));
    in_.remove_prefix(static_cast<std::size_t>(size));
    return out;
  }
  std::string_view text() { return raw(u32()); }
  // Fills `out`; leaves it alone where too little is left.
  template <std::size_t size>
  void fill(std::array<unsigned char, size>& out) {
    const std::string_view bytes = raw(size);
    std::copy(bytes.begin(), bytes.end(), out.begin());
  }
  void fail() {
    ok_ = false;
    in_ = {};
  }

 private:
  template <class T>
  T integer() {
    std::string_view bytes = raw(sizeof(T));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return static_cast<T>(value);
  }

  std::string_view in_;
  bool ok_ = true;
};

}  // namespace deja

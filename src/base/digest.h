// Digest, and the Hasher that every key goes through: one sink that digests, and optionally tells
// what went in.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace deja {

// 128 bits of XXH3, in canonical (big-endian) byte order.
struct Digest {
  std::array<unsigned char, 16> bytes{};

  auto operator<=>(const Digest&) const = default;
  std::string hex() const;  // 32 lower-case digits
  static std::optional<Digest> from_hex(
      std::string_view text);                  // exactly 32 digits, as hex() writes them
  unsigned shard() const { return bytes[0]; }  // 0 to 255
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

// Digest of plain bytes: file contents, checksums of parts.
Digest digest_of(std::string_view bytes);
// The 64-bit XXH3 of plain bytes: checksums in formats.
std::uint64_t checksum_of(std::string_view bytes);

// Sees what goes into a key, in order: for CCACHE_DEBUG's input files and for explaining a miss.
class HashTrace {
 public:
  virtual ~HashTrace() = default;
  virtual void add(std::string_view tag, std::string_view bytes) = 0;
};

// Builds a digest from tagged pieces. A piece is framed by its tag and length, so "a","bc" never
// equals "ab","c".
class Hasher {
 public:
  explicit Hasher(HashTrace* trace = nullptr);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  Hasher(const Hasher& other);

  Hasher& add(std::string_view tag, std::string_view bytes);
  Hasher& add(std::string_view tag, std::uint64_t number);
  Hasher& add(std::string_view tag, const Digest& digest);
  // A piece too long to hold: add_stream(tag), then any number of continue_stream, then end_stream.
  void begin_stream(std::string_view tag);
  void continue_stream(std::string_view bytes);
  void end_stream();

  Digest finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  HashTrace* trace_;
  std::uint64_t streamed_ = 0;
};

}  // namespace deja

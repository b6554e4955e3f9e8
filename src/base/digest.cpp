// XXH3 behind Digest and Hasher; the only file that sees xxHash, but for the replay room.
#include "base/digest.h"

#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace deja {

namespace {

Digest canonical(XXH128_hash_t hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  Digest out;
  for (std::size_t i = 0; i < out.bytes.size(); ++i) out.bytes[i] = bytes.digest[i];
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string Digest::hex() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (unsigned char byte : bytes) {
    out.push_back(digits[byte >> 4]);
    out.push_back(digits[byte & 15]);
  }
  return out;
}

std::optional<Digest> Digest::from_hex(std::string_view text) {
  Digest out;
  if (text.size() != out.bytes.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < out.bytes.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.bytes[i] = static_cast<unsigned char>(high * 16 + low);
  }
  return out;
}

Digest digest_of(std::string_view bytes) {
  return canonical(XXH3_128bits(bytes.data(), bytes.size()));
}

std::uint64_t checksum_of(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

struct Hasher::State {
  XXH3_state_t xxh;
};

Hasher::Hasher(HashTrace* trace) : state_(std::make_unique<State>()), trace_(trace) {
  XXH3_128bits_reset(&state_->xxh);
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::Hasher(const Hasher& other)
    : state_(std::make_unique<State>(*other.state_)),
      trace_(other.trace_),
      streamed_(other.streamed_) {}

Hasher& Hasher::add(std::string_view tag, std::string_view bytes) {
  begin_stream(tag);
  continue_stream(bytes);
  end_stream();
  return *this;
}

Hasher& Hasher::add(std::string_view tag, std::uint64_t number) {
  return add(tag, std::string_view(std::to_string(number)));
}

Hasher& Hasher::add(std::string_view tag, const Digest& digest) {
  if (trace_ != nullptr) trace_->add(tag, digest.hex());
  HashTrace* const trace = std::exchange(trace_, nullptr);
  add(tag, digest.view());
  trace_ = trace;
  return *this;
}

void Hasher::begin_stream(std::string_view tag) {
  const char zero = '\0';
  XXH3_128bits_update(&state_->xxh, tag.data(), tag.size());
  XXH3_128bits_update(&state_->xxh, &zero, 1);
  if (trace_ != nullptr) trace_->add(tag, {});
  streamed_ = 0;
}

void Hasher::continue_stream(std::string_view bytes) {
  XXH3_128bits_update(&state_->xxh, bytes.data(), bytes.size());
  if (trace_ != nullptr) trace_->add({}, bytes);
  streamed_ += bytes.size();
}

void Hasher::end_stream() {
  unsigned char length[8];
  for (unsigned i = 0; i < 8; ++i) length[i] = static_cast<unsigned char>(streamed_ >> (8 * i));
  XXH3_128bits_update(&state_->xxh, length, sizeof length);
}

Digest Hasher::finish() const { return canonical(XXH3_128bits_digest(&state_->xxh)); }

}  // namespace deja

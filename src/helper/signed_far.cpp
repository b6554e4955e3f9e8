// The trailer: 32 bytes of HMAC-SHA256, then 16 that say that this is one.
#include "helper/signed_far.h"

#include "helper/digest256.h"

namespace deja::helper {

namespace {

// Bytes by chance, the last one a version.
constexpr std::string_view trailer_mark(
    "\xc3\x1f\x9a\x44\xe8\x02\xb7\x5d\x70\xaa\x16\xf4\x8b\x93\x2c\x01", 16);
constexpr std::size_t size_of_mac = 32;
constexpr std::size_t size_of_trailer = size_of_mac + trailer_mark.size();

// The key is part of what is signed: an entry cannot be moved to another one's place.
std::string mac_of(std::string_view secret, std::string_view key, std::string_view bytes) {
  std::string text = "deja signature 1\n";
  text.push_back(static_cast<char>(key.size()));
  text.append(key).append(sha256(bytes));
  return hmac_sha256(secret, text);
}

}  // namespace

std::string signed_entry(std::string_view secret, std::string_view key, std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + size_of_trailer);
  return out.append(bytes).append(mac_of(secret, key, bytes)).append(trailer_mark);
}

Verified verify_entry(std::string_view secret, std::string_view key, std::string_view bytes) {
  if (bytes.size() < size_of_trailer || !bytes.ends_with(trailer_mark))
    return {Verified::Is::bare, bytes.size()};
  const std::string_view entry = bytes.substr(0, bytes.size() - size_of_trailer);
  const std::string_view mac = bytes.substr(entry.size(), size_of_mac);
  const bool is_right =
      !secret.empty() && are_equal_in_constant_time(mac, mac_of(secret, key, entry));
  return {is_right ? Verified::Is::right : Verified::Is::wrong, entry.size()};
}

Answer<Bytes> SignedFar::get(std::string_view key) {
  auto answer = far_.get(key);
  if (!answer || !*answer) return answer;
  std::string& bytes = **answer;
  const Verified verified = verify_entry(secret_, key, bytes);
  const bool is_refused = verified.is == Verified::Is::wrong && !secret_.empty();
  const bool is_missing = verified.is != Verified::Is::right && trust_ == Trust::signed_only;
  if (is_refused || is_missing) {
    metrics_.count_failure({Failure::Kind::unsigned_entry, "", {}});
    return Bytes();
  }
  bytes.resize(verified.size);
  return answer;
}

Answer<Stored> SignedFar::put(std::string_view key, std::string_view bytes, Overwrite overwrite) {
  if (secret_.empty()) return far_.put(key, bytes, overwrite);
  return far_.put(key, signed_entry(secret_, key, bytes), overwrite);
}

}  // namespace deja::helper

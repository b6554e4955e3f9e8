// Names of entries by layout, and rendezvous hashing.
#include "remote/naming.h"

#include <cmath>

namespace deja {

namespace {

constexpr std::size_t bazel_digits = 64;

// The 53 bits that a double holds, as a number from 0 to 1.
constexpr std::uint64_t mantissa = (std::uint64_t{1} << 53) - 1;

double weighted_score(const StorageShard& shard, std::string_view key) {
  const std::uint64_t hash = checksum_of(std::string(key) + shard.name) & mantissa;
  if (hash == 0) return 0;
  return shard.weight / -std::log(static_cast<double>(hash) / static_cast<double>(mantissa + 1));
}

}  // namespace

std::string wire_key(const Digest& key, EntryKind kind) {
  return std::string(key.view()) + static_cast<char>(kind);
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(digits[byte >> 4]);
    out.push_back(digits[byte & 15]);
  }
  return out;
}

std::optional<Layout> layout_named(std::string_view name) {
  if (name == "subdirs") return Layout::subdirs;
  if (name == "flat") return Layout::flat;
  if (name == "bazel") return Layout::bazel;
  return std::nullopt;
}

std::string object_path(std::string_view key, Layout layout) {
  std::string digits = hex_of(key);
  switch (layout) {
    case Layout::flat:
      return digits;
    case Layout::subdirs:
      return digits.insert(std::min<std::size_t>(2, digits.size()), 1, '/');
    case Layout::bazel:
      while (!digits.empty() && digits.size() < bazel_digits)
        digits += digits.substr(0, bazel_digits - digits.size());
      return "ac/" + digits;
  }
  return digits;
}

std::size_t shard_for(std::span<const StorageShard> shards, std::string_view key) {
  std::size_t best = 0;
  double best_score = -1;
  if (shards.size() == 1) return best;
  for (std::size_t place = 0; place < shards.size(); ++place) {
    const double score = weighted_score(shards[place], key);
    if (score > best_score) {
      best = place;
      best_score = score;
    }
  }
  return best;
}

}  // namespace deja

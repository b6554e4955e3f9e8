// The statistics record that a replay appends. Its format belongs to store/stats.cpp; a test reads
// these records there.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/outcome.h"
#include "replay/hash.h"

namespace deja::replay {

// One direct hit, as the ordinary flow would have counted it.
class StatsRecord {
 public:
  explicit StatsRecord(std::int64_t now_ns) {
    constexpr Outcome counted[] = {Outcome::direct_cache_hit, Outcome::local_storage_hit,
                                   Outcome::local_storage_read_hit};
    for (const char c : {'d', 'j', 'a', 'S', '\1', '\3', '\0', '\0'})
      bytes_[size_++] = c;  // magic, version, number of items
    add(static_cast<std::uint64_t>(now_ns));
    for (const Outcome outcome : counted) add(add_one | static_cast<std::uint64_t>(outcome) << 8);
    add(0);
    add(0);
    add(hash64({bytes_.data(), size_}));
  }
  std::string_view bytes() const { return {bytes_.data(), size_}; }

 private:
  static constexpr std::uint64_t add_one =
      1 << 16 | 1;  // the count, and what it is: a change of an outcome's count

  // Little endian.
  void add(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) bytes_[size_++] = static_cast<char>(value >> shift);
  }

  std::array<char, 64> bytes_;
  std::size_t size_ = 0;
};

}  // namespace deja::replay

// What must hold for any bytes taken as a result entry; shared by the fuzz target and the unit
// tests.
#pragma once

#include <cstdlib>
#include <string_view>

#include "base/bytes.h"
#include "store/entry.h"

namespace deja {

// The bytes with size and checksums made right, so that what lies behind them is reached.
inline std::string resealed_entry(std::string_view bytes) {
  std::string out(bytes);
  const auto patch = [&](std::size_t offset, std::uint64_t value) {
    std::string eight;
    ByteWriter(eight).u64(value);
    out.replace(offset, eight.size(), eight);
  };
  if (out.size() < entry_fixed_size) return out;
  ByteReader count_reader(std::string_view(out).substr(6));
  const std::size_t header_size = entry_fixed_size + count_reader.u16() * entry_row_size;
  if (out.size() < header_size + 8) return out;
  patch(8, out.size());
  std::size_t offset = header_size + 8;
  for (std::size_t row = entry_fixed_size; row < header_size; row += entry_row_size) {
    ByteReader size_reader(std::string_view(out).substr(row + 16));
    const std::uint64_t size = size_reader.u64();
    if (size > out.size() - offset) break;
    patch(row + 24,
          checksum_of(std::string_view(out).substr(offset, static_cast<std::size_t>(size))));
    offset += static_cast<std::size_t>(size);
  }
  patch(header_size, checksum_of(std::string_view(out).substr(0, header_size)));
  return out;
}

// Decodes, and when that works: what it says survives encoding, raw and compressed.
inline void check_entry_bytes(std::string_view bytes) {
  for (const std::string& tried : {std::string(bytes), resealed_entry(bytes)}) {
    const auto entry = decode_entry(tried);
    if (!entry) continue;
    for (const std::optional<int> level : {std::optional<int>(), std::optional<int>(1)}) {
      const auto packed = recompress_entry(tried, level);
      if (!packed) std::abort();
      const auto again = decode_entry(*packed);
      if (!again || again->parts.size() != entry->parts.size()) std::abort();
      for (std::size_t i = 0; i < again->parts.size(); ++i)
        if (again->parts[i].kind != entry->parts[i].kind ||
            again->parts[i].bytes != entry->parts[i].bytes)
          std::abort();
    }
  }
}

}  // namespace deja

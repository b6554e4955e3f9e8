// A result entry: everything one compile leaves behind, packed in one file. Byte layout: docs/formats.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace deja {

// Part numbers 0 and 1 are the streams; an output file's part is its row in compiler/outputs.h plus first_output_part.
inline constexpr std::uint8_t stdout_part = 0;
inline constexpr std::uint8_t stderr_part = 1;
inline constexpr std::uint8_t first_output_part = 16;

struct EntryPart {
  std::uint8_t kind;
  std::string bytes;  // raw
};

struct Entry {
  std::vector<EntryPart> parts;  // ascending kinds, none twice
  Digest sources;                // digest over the contents of source and headers the compile read; zero when unknown
  std::int64_t created_ns = 0;   // since 1970

  const std::string* find(std::uint8_t kind) const {
    for (const EntryPart& part : parts)
      if (part.kind == kind) return &part.bytes;
    return nullptr;
  }
};

// Only raw when `level` is nullopt; else every part that shrinks is compressed at that level.
Result<std::string> encode_entry(const Entry& entry, std::optional<int> level);
// Verifies everything before it returns a byte. Cause::corrupt names what is wrong.
Result<Entry> decode_entry(std::string_view bytes);

// What --inspect and -x show without unpacking.
struct EntryPartInfo {
  std::uint8_t kind;
  bool compressed;
  std::uint64_t raw_size;     // bytes
  std::uint64_t stored_size;  // bytes
};
struct EntryInfo {
  std::int64_t created_ns;
  std::vector<EntryPartInfo> parts;
};
Result<EntryInfo> inspect_entry(std::string_view bytes);
// The same entry with its parts stored at `level` (nullopt: raw).
Result<std::string> recompress_entry(std::string_view bytes, std::optional<int> level);

}  // namespace deja

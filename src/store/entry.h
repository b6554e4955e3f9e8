// A result entry: everything one compile leaves behind, packed in one file. Byte layout:
// docs/formats.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace deja {

// Part numbers 0 and 1 are the streams; an output file's part is its row in compiler/outputs.h plus
// first_output_part.
inline constexpr std::uint8_t stdout_part = 0;
inline constexpr std::uint8_t stderr_part = 1;
// The targets that the dependency file was made for, one a line.
inline constexpr std::uint8_t targets_part = 2;
// What the result rests on beside its key (inputs/conditions.h).
inline constexpr std::uint8_t conditions_part = 3;
// Names of files that a compile makes besides its outputs (store/string_list.h), and the first of
// those files.
inline constexpr std::uint8_t side_names_part = 4;
inline constexpr std::uint8_t first_side_part = 128;
inline constexpr std::size_t most_side_files = 32;
inline constexpr std::uint8_t first_output_part = 16;

// The header's sizes, for readers of a part of the file: the fixed beginning, then a row for each
// part, then a checksum.
inline constexpr std::size_t entry_fixed_size = 40;
inline constexpr std::size_t entry_row_size = 32;
inline constexpr std::size_t max_entry_parts = 64;
inline constexpr std::size_t max_entry_header =
    entry_fixed_size + max_entry_parts * entry_row_size + 8;

struct EntryPart {
  std::uint8_t kind;
  std::string bytes;  // raw
};

struct Entry {
  std::vector<EntryPart> parts;  // ascending kinds, none twice
  Digest sources;  // digest over the contents of source and headers the compile read; zero when
                   // unknown
  std::int64_t created_ns = 0;  // since 1970

  const std::string* find(std::uint8_t kind) const {
    for (const EntryPart& part : parts)
      if (part.kind == kind) return &part.bytes;
    return nullptr;
  }
};

// Only raw when `level` is nullopt; else every part that shrinks is compressed at that level. Parts
// out of order, or more than max_entry_parts, are an error.
Result<std::string> encode_entry(const Entry& entry, std::optional<int> level);
// Verifies everything before it returns a byte. Cause::corrupt names what is wrong.
Result<Entry> decode_entry(std::string_view bytes);

// What --inspect and -x show without unpacking.
struct EntryPartInfo {
  std::uint8_t kind;
  bool compressed;
  std::uint64_t raw_size;     // bytes
  std::uint64_t stored_size;  // bytes
  std::uint64_t offset;       // of the stored bytes in the entry
  std::uint64_t checksum;     // of the stored bytes
};
struct EntryInfo {
  std::int64_t created_ns;
  Digest sources;
  std::vector<EntryPartInfo> parts;
};
// `beginning`: at least the entry's header (max_entry_header bytes always do). `size`: of the whole
// entry. Verifies the header only.
Result<EntryInfo> inspect_entry(std::string_view beginning, std::uint64_t size);
inline Result<EntryInfo> inspect_entry(std::string_view bytes) {
  return inspect_entry(bytes, bytes.size());
}
// The size that the entry's header claims, for a file that holds more behind it; 0 when `beginning`
// is too short to tell.
std::uint64_t claimed_entry_size(std::string_view beginning);
// The same entry with its parts stored at `level` (nullopt: raw).
Result<std::string> recompress_entry(std::string_view bytes, std::optional<int> level);

}  // namespace deja

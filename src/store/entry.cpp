// Encoding and decoding of result entries.
#include "store/entry.h"

#include <utility>

#include "base/bytes.h"
#include "base/compress.h"

namespace deja {

namespace {

constexpr std::string_view entry_magic = "djaE";
constexpr std::uint16_t entry_version = 1;
// What a part may be unpacked to: an entry of some kilobytes must not fill the memory. A part that
// shrinks more than this is stored raw.
constexpr std::uint64_t max_ratio = 1024;
constexpr std::uint64_t max_unpacked = 1u << 30;

bool may_be_unpacked(std::uint64_t stored, std::uint64_t raw) {
  return raw <= max_unpacked && raw / max_ratio <= stored;
}

enum class Encoding : std::uint8_t { raw = 0, zstd = 1 };

Error corrupt_entry(std::string reason) {
  return Error{"decode entry", "", std::move(reason), Cause::corrupt};
}

struct StoredPart {
  std::uint8_t kind;
  Encoding encoding;
  std::uint64_t raw_size;
  std::string packed;      // where compressed
  std::string_view bytes;  // as stored
};

Result<StoredPart> store(const EntryPart& part, std::optional<int> level) {
  StoredPart out{part.kind, Encoding::raw, part.bytes.size(), {}, part.bytes};
  if (!level || part.bytes.empty() || part.bytes.size() > max_unpacked) return out;
  auto packed = compress(part.bytes, *level);
  if (!packed) return packed.error();
  if (packed->size() >= part.bytes.size()) return out;
  if (!may_be_unpacked(packed->size(), part.bytes.size())) return out;
  out.encoding = Encoding::zstd;
  out.packed = std::move(*packed);
  return out;
}

bool ascending(const std::vector<EntryPart>& parts) {
  for (std::size_t i = 1; i < parts.size(); ++i)
    if (parts[i - 1].kind >= parts[i].kind) return false;
  return true;
}

}  // namespace

Result<std::string> encode_entry(const Entry& entry, std::optional<int> level) {
  if (entry.parts.size() > max_entry_parts || !ascending(entry.parts))
    return Error{"encode entry", "", "parts are not in order"};
  std::vector<StoredPart> stored;
  stored.reserve(entry.parts.size());
  std::uint64_t size = entry_fixed_size + entry.parts.size() * entry_row_size + 8;
  for (const EntryPart& part : entry.parts) {
    auto one = store(part, level);
    if (!one) return one.error();
    stored.push_back(std::move(*one));
    if (stored.back().encoding == Encoding::zstd) stored.back().bytes = stored.back().packed;
    size += stored.back().bytes.size();
  }

  std::string bytes;
  bytes.reserve(static_cast<std::size_t>(size));
  ByteWriter out(bytes);
  out.raw(entry_magic);
  out.u16(entry_version);
  out.u16(static_cast<std::uint16_t>(stored.size()));
  out.u64(size);
  out.i64(entry.created_ns);
  out.raw(entry.sources.view());
  for (const StoredPart& part : stored) {
    out.u8(part.kind);
    out.u8(static_cast<std::uint8_t>(part.encoding));
    out.u16(0);
    out.u32(0);
    out.u64(part.raw_size);
    out.u64(part.bytes.size());
    out.u64(checksum_of(part.bytes));
  }
  out.u64(checksum_of(bytes));
  for (const StoredPart& part : stored) out.raw(part.bytes);
  return bytes;
}

Result<EntryInfo> inspect_entry(std::string_view beginning, std::uint64_t size) {
  ByteReader in(beginning);
  if (in.raw(entry_magic.size()) != entry_magic) return corrupt_entry("not a result");
  if (in.u16() != entry_version) return corrupt_entry("unknown version");
  const std::size_t count = in.u16();
  if (count > max_entry_parts) return corrupt_entry("too many parts");
  if (in.u64() != size || !in.ok()) return corrupt_entry("wrong length");
  EntryInfo info{in.i64(), {}, {}};
  in.fill(info.sources.bytes);

  const std::size_t header_size = entry_fixed_size + count * entry_row_size;
  std::uint64_t offset = header_size + 8;
  int last_kind = -1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t kind = in.u8();
    const std::uint8_t encoding = in.u8();
    const std::uint64_t zero = std::uint64_t{in.u16()} | in.u32();
    const EntryPartInfo part{kind,     encoding == static_cast<std::uint8_t>(Encoding::zstd),
                             in.u64(), in.u64(),
                             offset,   in.u64()};
    if (!in.ok()) return corrupt_entry("cut off in its header");
    if (kind <= last_kind || encoding > static_cast<std::uint8_t>(Encoding::zstd) || zero != 0)
      return corrupt_entry("bad part");
    if (part.compressed ? !may_be_unpacked(part.stored_size, part.raw_size)
                        : part.raw_size != part.stored_size)
      return corrupt_entry("bad part size");
    if (offset > size || part.stored_size > size - offset)
      return corrupt_entry("part beyond the end");
    last_kind = kind;
    offset += part.stored_size;
    info.parts.push_back(part);
  }
  const std::uint64_t checksum = in.u64();
  if (!in.ok() || checksum != checksum_of(beginning.substr(0, header_size)))
    return corrupt_entry("wrong header checksum");
  if (offset != size) return corrupt_entry("bytes behind the last part");
  return info;
}

std::uint64_t claimed_entry_size(std::string_view beginning) {
  ByteReader in(beginning);
  in.raw(8);
  const std::uint64_t size = in.u64();
  return in.ok() ? size : 0;
}

Result<Entry> decode_entry(std::string_view bytes) {
  const auto info = inspect_entry(bytes);
  if (!info) return info.error();
  // Every part first: nothing of a damaged entry is unpacked.
  for (const EntryPartInfo& part : info->parts)
    if (checksum_of(bytes.substr(part.offset, part.stored_size)) != part.checksum)
      return corrupt_entry("wrong part checksum");
  Entry entry{{}, info->sources, info->created_ns};
  entry.parts.reserve(info->parts.size());
  for (const EntryPartInfo& part : info->parts) {
    const std::string_view stored = bytes.substr(part.offset, part.stored_size);
    if (!part.compressed) {
      entry.parts.push_back({part.kind, std::string(stored)});
      continue;
    }
    auto raw = decompress(stored, part.raw_size);
    if (!raw) return corrupt_entry(raw.error().text());
    entry.parts.push_back({part.kind, std::move(*raw)});
  }
  return entry;
}

Result<std::string> recompress_entry(std::string_view bytes, std::optional<int> level) {
  const auto entry = decode_entry(bytes);
  if (!entry) return entry.error();
  return encode_entry(*entry, level);
}

}  // namespace deja

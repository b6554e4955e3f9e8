// A header, and one zstd frame.
#include "store/packed.h"

#include <utility>

#include "base/bytes.h"
#include "base/compress.h"
#include "base/digest.h"
#include "store/local_store.h"

namespace deja {

namespace {

constexpr std::string_view packed_magic = "djaZ";
constexpr std::uint16_t packed_version = 1;
constexpr std::size_t packed_header = 32;  // magic, version, 0, size, raw size, checksum

}  // namespace

std::string pack(std::string bytes, int level) {
  const auto frame = compress(bytes, level);
  if (!frame) return bytes;
  const std::size_t size = packed_header + frame->size();
  if (counted_bytes(size) >= counted_bytes(bytes.size())) return bytes;
  std::string out;
  out.reserve(size);
  ByteWriter writer(out);
  writer.raw(packed_magic);
  writer.u16(packed_version);
  writer.u16(0);
  writer.u64(size);
  writer.u64(bytes.size());
  writer.u64(checksum_of(*frame));
  writer.raw(*frame);
  return out;
}

Result<std::string> unpack(std::string bytes, std::uint64_t limit) {
  if (!bytes.starts_with(packed_magic)) return bytes;
  const auto corrupt = [](std::string why) {
    return Error{"unpack", "", std::move(why), Cause::corrupt};
  };
  ByteReader in(bytes);
  in.raw(packed_magic.size());
  if (in.u16() != packed_version || in.u16() != 0) return corrupt("unknown version");
  if (in.u64() != bytes.size()) return corrupt("wrong length");
  const std::uint64_t raw_size = in.u64();
  const std::uint64_t checksum = in.u64();
  const std::string_view frame = in.raw(in.left());
  if (!in.ok() || raw_size > limit) return corrupt("it claims too much");
  if (checksum_of(frame) != checksum) return corrupt("wrong checksum");
  return decompress(frame, raw_size);
}

}  // namespace deja

// Magic, version, size, count, the strings with their lengths, checksum.
#include "store/string_list.h"

#include "base/bytes.h"
#include "base/digest.h"

namespace deja {

namespace {

constexpr std::string_view list_magic = "djaD";
constexpr std::uint16_t list_version = 1;
constexpr std::size_t list_fixed_size = 20;  // up to the first string
constexpr std::size_t list_checksum_size = 8;

}  // namespace

std::string encode_strings(const std::vector<std::string>& strings) {
  std::string bytes;
  ByteWriter out(bytes);
  out.raw(list_magic);
  out.u16(list_version);
  out.u16(0);
  std::uint64_t size = list_fixed_size + list_checksum_size;
  for (const std::string& text : strings) size += sizeof(std::uint32_t) + text.size();
  out.u64(size);
  out.u32(static_cast<std::uint32_t>(strings.size()));
  for (const std::string& text : strings) out.text(text);
  out.u64(checksum_of(bytes));
  return bytes;
}

std::optional<std::vector<std::string>> decode_strings(std::string_view bytes) {
  if (bytes.size() < list_checksum_size) return std::nullopt;
  const std::string_view checked = bytes.substr(0, bytes.size() - list_checksum_size);
  ByteReader tail(bytes.substr(checked.size()));
  if (tail.u64() != checksum_of(checked)) return std::nullopt;
  ByteReader in(checked);
  if (in.raw(list_magic.size()) != list_magic || in.u16() != list_version || in.u16() != 0)
    return std::nullopt;
  if (in.u64() != bytes.size()) return std::nullopt;
  std::vector<std::string> out;
  const std::uint32_t count = in.u32();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) out.emplace_back(in.text());
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return out;
}

}  // namespace deja

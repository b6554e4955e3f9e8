// Putting the key in front, and taking it off.
#include "remote/shared_form.h"

#include "base/bytes.h"

namespace deja {

namespace {

constexpr std::string_view shared_magic = "djaE";
constexpr std::uint16_t shared_version = 1;
constexpr std::size_t shared_header = 24;  // magic, version, kind, zero, key

}  // namespace

std::string shared_form(const Digest& key, EntryKind kind, std::string_view entry) {
  std::string bytes;
  bytes.reserve(shared_header + entry.size());
  ByteWriter out(bytes);
  out.raw(shared_magic);
  out.u16(shared_version);
  out.u8(static_cast<std::uint8_t>(kind));
  out.u8(0);
  out.raw(key.view());
  out.raw(entry);
  return bytes;
}

Result<std::optional<std::string>> entry_of_shared(std::string bytes, const Digest& key,
                                                   EntryKind kind) {
  const auto corrupt = [](const char* why) {
    return Error{"decode shared entry", "", why, Cause::corrupt};
  };
  ByteReader in(bytes);
  if (in.raw(shared_magic.size()) != shared_magic) return corrupt("not an entry of deja");
  const std::uint16_t version = in.u16();
  if (version > shared_version) return std::optional<std::string>();
  const std::uint8_t stated_kind = in.u8();
  const std::uint8_t zero = in.u8();
  const std::string_view stated_key = in.raw(key.bytes.size());
  if (!in.ok()) return corrupt("too short");
  if (version != shared_version || zero != 0) return corrupt("bad header");
  if (stated_kind != static_cast<std::uint8_t>(kind) || stated_key != key.view())
    return corrupt("it is another entry");
  return std::optional(bytes.erase(0, shared_header));
}

}  // namespace deja

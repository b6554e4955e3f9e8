// The digest cache's slot file: 4096 pages of 85 slots of 48 bytes. It stays sparse where nothing
// was remembered. Neighbours by inode share a page, as do the headers of one package or one
// checkout: 300 headers take some 30 reads.
#include "inputs/digest_cache.h"

#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/path.h"

namespace deja {

namespace {

constexpr std::size_t slot_size =
    48;  // key 16, content 16, traits 2, version 2, zero 4, checksum 8
constexpr std::uint16_t slot_version = 3;
constexpr std::size_t page_size = 4096;
constexpr std::size_t slots_in_page = page_size / slot_size;
constexpr std::size_t inodes_in_page =
    64;  // neighbours; the slots beyond them are for other files that fall into the page
constexpr std::size_t ways = 4;  // slots that may hold a file
constexpr std::size_t way_distance = slots_in_page / ways;
constexpr std::size_t checked_size = slot_size - 8;

Digest key_of(const FileFacts& facts) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(facts.device);
  out.u64(facts.inode);
  out.u64(facts.size);
  out.i64(facts.mtime_ns);
  out.i64(facts.ctime_ns);
  return digest_of(bytes);
}

std::string encode_slot(const Digest& key, const RememberedDigest& digest) {
  std::string bytes;
  bytes.reserve(slot_size);
  ByteWriter out(bytes);
  out.raw(key.view());
  out.raw(digest.content.view());
  out.u16(digest.traits.bits());
  out.u16(slot_version);
  out.u32(0);
  out.u64(checksum_of(bytes));
  return bytes;
}

// What the slot remembers for `key`, if it is whole and belongs to it.
std::optional<RememberedDigest> decode_slot(std::string_view slot, const Digest& key) {
  if (slot.size() != slot_size || slot.substr(0, key.bytes.size()) != key.view())
    return std::nullopt;
  ByteReader in(slot.substr(key.bytes.size()));
  RememberedDigest out;
  in.fill(out.content.bytes);
  out.traits = SourceTraits::from_bits(in.u16());
  const std::uint16_t version = in.u16();
  in.u32();
  if (in.u64() != checksum_of(slot.substr(0, checked_size)) || version != slot_version)
    return std::nullopt;
  return out;
}

bool is_whole(std::string_view slot) {
  ByteReader in(slot);
  const std::string_view checked = in.raw(checked_size);
  return in.u64() == checksum_of(checked) && in.ok();
}

// Number of the page that may hold `facts`, 0 to 4095.
std::uint64_t page_of(const FileFacts& facts) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(facts.device);
  out.u64(facts.inode / inodes_in_page);
  return checksum_of(bytes) >> 52;
}

// Offset in the page of the `way`-th slot that may hold `facts`.
std::size_t slot_of(const FileFacts& facts, std::size_t way) {
  return (facts.inode % inodes_in_page + way * way_distance) % slots_in_page * slot_size;
}

}  // namespace

DigestCache::DigestCache(Fs& fs, std::string file) : fs_(fs), file_(std::move(file)) {}
DigestCache::~DigestCache() = default;

bool DigestCache::open(bool to_write) {
  if (state_ == State::open) return true;
  if (state_ == State::broken || (state_ == State::absent && !to_write)) return false;
  auto opened = fs_.open_random(file_);
  const auto absent = [&] { return !opened && opened.error().cause == Cause::not_found; };
  if (absent() && to_write && fs_.make_directories(std::string(path::directory(file_))))
    opened = fs_.open_random(file_);
  state_ = opened ? State::open : absent() && !to_write ? State::absent : State::broken;
  if (opened) slots_ = std::move(*opened);
  return state_ == State::open;
}

std::string& DigestCache::load_page(std::uint64_t number) {
  const auto [page, is_new] = pages_.try_emplace(number);
  if (is_new) {
    page->second = slots_->read_at(number * page_size, page_size).value_or({});
    page->second.resize(page_size);
  }
  return page->second;
}

std::optional<RememberedDigest> DigestCache::find(const FileFacts& facts) {
  if (!open(false)) return std::nullopt;
  const Digest key = key_of(facts);
  const std::string_view page = load_page(page_of(facts));
  for (std::size_t way = 0; way < ways; ++way)
    if (auto found = decode_slot(page.substr(slot_of(facts, way), slot_size), key)) return found;
  return std::nullopt;
}

void DigestCache::remember(const FileFacts& facts, const RememberedDigest& digest) {
  if (!open(true)) return;
  const Digest key = key_of(facts);
  const std::uint64_t number = page_of(facts);
  std::string& page = load_page(number);
  // The slot that has this key already, else a free one, else any: what is pushed out was not
  // needed more than this.
  const std::string_view slots = page;
  std::size_t chosen = slot_of(facts, key.bytes[2] % ways);
  for (std::size_t way = ways; way-- > 0;)
    if (!is_whole(slots.substr(slot_of(facts, way), slot_size))) chosen = slot_of(facts, way);
  for (std::size_t way = 0; way < ways; ++way)
    if (slots.substr(slot_of(facts, way), key.bytes.size()) == key.view())
      chosen = slot_of(facts, way);
  const std::string slot = encode_slot(key, digest);
  page.replace(chosen, slot_size, slot);
  (void)slots_->write_at(number * page_size + chosen, slot);
}

}  // namespace deja

// The digest cache's slot file: 4096 pages of 85 slots of 48 bytes. It stays sparse where nothing
// was remembered. Neighbours by inode share a page, as do the headers of one package or one
// checkout: 300 headers take some 30 reads.
#include "inputs/digest_cache.h"

#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/cache_names.h"
#include "base/path.h"

namespace deja {

namespace {

constexpr std::size_t slot_size =
    48;  // key 16, content 16, traits 2, version 2, neighbours 4, checksum 8
constexpr std::uint16_t slot_version = 4;
constexpr std::size_t page_size = 4096;
constexpr std::size_t slots_in_page = page_size / slot_size;
constexpr std::size_t inodes_in_page =
    64;  // neighbours; the slots beyond them are for other files that fall into the page
constexpr std::size_t ways = 4;  // slots that may hold a file
constexpr std::size_t way_distance = slots_in_page / ways;
constexpr std::size_t checked_size = slot_size - 8;
constexpr std::uint64_t page_counts[] = {16, 64, 256, 1024, 4096};
constexpr std::uint64_t share_of_cache = 64;

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

std::string encode_slot(const Digest& key, const RememberedDigest& digest,
                        std::uint32_t neighbours) {
  std::string bytes;
  bytes.reserve(slot_size);
  ByteWriter out(bytes);
  out.raw(key.view());
  out.raw(digest.content.view());
  out.u16(digest.traits.bits());
  out.u16(slot_version);
  out.u32(neighbours);
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

// What files have in common whose slots share a page: its number, of so many pages, is the rest of
// a division by them.
std::uint32_t neighbours_of(const FileFacts& facts) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(facts.device);
  out.u64(facts.inode / inodes_in_page);
  return static_cast<std::uint32_t>(checksum_of(bytes));
}

std::uint32_t neighbours_in(std::string_view slot) {
  ByteReader in(slot.substr(checked_size - sizeof(std::uint32_t)));
  return in.u32();
}

// Facts that no file has, for a name's slot.
FileFacts in_place_of_facts(const Digest& name) {
  FileFacts facts;
  ByteReader in(name.view());
  facts.device = UINT64_MAX;
  facts.inode = in.u64();
  facts.size = in.u64();
  return facts;
}

// Many files share the page, not one that was edited often.
bool is_crowded(std::string_view page) {
  std::size_t taken = 0;
  for (std::size_t slot = 0; slot < slots_in_page; ++slot)
    taken += is_whole(page.substr(slot * slot_size, slot_size)) ? 1 : 0;
  return taken > slots_in_page / 4 * 3;
}

// How many pages a file of so many bytes has; 0 for one that is not ours.
std::uint64_t pages_of_size(std::uint64_t bytes) {
  for (const std::uint64_t pages : page_counts)
    if (bytes == pages * page_size) return pages;
  return 0;
}

// Offset in the page of the `way`-th slot that may hold `facts`.
std::size_t slot_of(const FileFacts& facts, std::size_t way) {
  return (facts.inode % inodes_in_page + way * way_distance) % slots_in_page * slot_size;
}

}  // namespace

DigestCache::DigestCache(Fs& fs, std::string file, std::uint64_t max_size)
    : fs_(fs), file_(std::move(file)), max_size_(max_size) {}
DigestCache::~DigestCache() = default;

bool DigestCache::open(bool to_write) {
  if (state_ == State::open) return true;
  if (state_ == State::broken || (state_ == State::absent && !to_write)) return false;
  const auto facts = fs_.lstat(file_);
  pages_in_file_ = facts ? pages_of_size(facts->size) : 0;
  if (pages_in_file_ == 0 && !to_write) {
    state_ = State::absent;
    return false;
  }
  if (pages_in_file_ == 0 && !start_anew(page_counts[0], {})) {
    state_ = State::broken;
    return false;
  }
  auto opened = fs_.open_random(file_);
  state_ = opened ? State::open : State::broken;
  if (opened) slots_ = std::move(*opened);
  return state_ == State::open;
}

// Under a temporary name first: a file of another size is not ours, whoever looks in between.
bool DigestCache::start_anew(std::uint64_t pages,
                             const std::unordered_map<std::uint64_t, std::string>& filled) {
  const std::string directory(path::directory(file_));
  const std::string temporary = fs_.temporary_name(directory, temporary_prefix);
  auto made = fs_.open_random(temporary);
  if (!made && made.error().cause == Cause::not_found && fs_.make_directories(directory))
    made = fs_.open_random(temporary);
  if (!made) return false;
  bool whole = bool((*made)->write_at(pages * page_size - 1, std::string_view("", 1)));
  for (const auto& [number, page] : filled)
    whole = whole && (*made)->write_at(number * page_size, page);
  made->reset();
  if (whole && fs_.rename(temporary, file_, Overwrite::yes)) {
    pages_in_file_ = pages;
    return true;
  }
  (void)fs_.remove(temporary);
  return false;
}

bool DigestCache::grow() {
  for (const std::uint64_t pages : page_counts) {
    if (pages <= pages_in_file_) continue;
    if (max_size_ != 0 && pages * page_size > max_size_ / share_of_cache) return false;
    std::unordered_map<std::uint64_t, std::string> larger;
    for (std::uint64_t number = 0; number < pages_in_file_; ++number) {
      const std::string_view page = load_page(number);
      for (std::size_t at = 0; at + slot_size <= page_size; at += slot_size) {
        const std::string_view slot = page.substr(at, slot_size);
        if (!is_whole(slot)) continue;
        std::string& to = larger[neighbours_in(slot) % pages];
        to.resize(page_size);
        to.replace(at, slot_size, slot);
      }
    }
    slots_.reset();
    state_ = State::broken;
    if (!start_anew(pages, larger)) return false;
    pages_ = std::move(larger);
    state_ = State::closed;
    return open(true);
  }
  return false;
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
  const std::string_view page = load_page(neighbours_of(facts) % pages_in_file_);
  for (std::size_t way = 0; way < ways; ++way)
    if (auto found = decode_slot(page.substr(slot_of(facts, way), slot_size), key)) return found;
  return std::nullopt;
}

std::optional<Digest> DigestCache::find(const Digest& name) {
  const auto found = find(in_place_of_facts(name));
  return found ? std::optional(found->content) : std::nullopt;
}

void DigestCache::remember(const Digest& name, const Digest& digest) {
  remember(in_place_of_facts(name), {digest, {}});
}

void DigestCache::remember(const FileFacts& facts, const RememberedDigest& digest) {
  if (!open(true)) return;
  const Digest key = key_of(facts);
  const auto slot_for = [&]() -> std::optional<std::size_t> {
    const std::string_view slots = load_page(neighbours_of(facts) % pages_in_file_);
    for (std::size_t way = 0; way < ways; ++way)
      if (slots.substr(slot_of(facts, way), key.bytes.size()) == key.view())
        return slot_of(facts, way);
    for (std::size_t way = 0; way < ways; ++way)
      if (!is_whole(slots.substr(slot_of(facts, way), slot_size))) return slot_of(facts, way);
    return std::nullopt;
  };
  // The slot that has this key already, else a free one, in a larger file if need be; else any:
  // what is pushed out was not needed more than this.
  auto chosen = slot_for();
  if (!chosen && is_crowded(load_page(neighbours_of(facts) % pages_in_file_)) && grow())
    chosen = slot_for();
  if (state_ != State::open) return;
  if (!chosen) chosen = slot_of(facts, key.bytes[2] % ways);
  const std::uint64_t number = neighbours_of(facts) % pages_in_file_;
  const std::string slot = encode_slot(key, digest, neighbours_of(facts));
  load_page(number).replace(*chosen, slot_size, slot);
  (void)slots_->write_at(number * page_size + *chosen, slot);
}

}  // namespace deja

// A replay record: what a compile depended on and what it left behind. Byte layout and why:
// docs/replay.md.
//
// The record is read in place: fixed structs in the byte order of the machine that wrote it (the
// magic number does not match on another), then a heap of text that ends with a zero byte, so that
// every path in it is a C string wherever it starts. That is the hot part. What is asked for only
// where something has changed lies behind it, and mostly is not even read: every page of memory
// costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/trust.h"
#include "replay/hash.h"

namespace deja::replay {

inline constexpr std::uint32_t record_magic = 0x31704a44;  // "DJp1"
inline constexpr std::uint32_t record_version = 3;         // also part of every key
inline constexpr std::size_t largest_record = 256 * 1024;  // bytes
// Bytes of an output; larger ones lie in the hot copy beside the record.
inline constexpr std::size_t largest_inline = 16 * 1024;

struct Facts {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t mtime_ns = 0, ctime_ns = 0;
  bool operator==(const Facts&) const = default;
  // No change after `now_ns` can leave these facts as they are.
  bool settled_at(std::int64_t now_ns) const { return is_settled(mtime_ns, ctime_ns, now_ns); }
};
static_assert(sizeof(Facts) == 40);

// What is kept of facts. 0 agrees with none.
inline constexpr std::uint64_t no_fingerprint = 0;
static inline std::uint64_t fingerprint_of(const Facts& facts) {
  return hash64({reinterpret_cast<const char*>(&facts), sizeof facts}) | 1;
}

// Which directory it is, whatever it is called and however it changes.
static inline std::uint64_t identity_of(const Facts& facts) {
  const std::uint64_t identity[] = {facts.device, facts.inode};
  return hash64({reinterpret_cast<const char*>(identity), sizeof identity});
}

struct TextRange {
  std::uint32_t offset = 0, size = 0;  // in the heap
};

enum class Kind : std::uint32_t { file, absent, directory };

// One path: name in its group's directory.
struct Dependency {
  std::uint32_t name = 0;  // offset in the heap
  Kind kind = Kind::file;
  std::uint64_t fingerprint = no_fingerprint;
};

// What a dependency whose facts have changed is judged by. A file has its content's hash, or zeros
// where only the facts count. A directory has in `high` the sum of the hashes of those of its names
// that are in the record's table of names, in `low` one of these numbers.
inline constexpr std::uint64_t not_listed = 0;  // there is no sum: changed facts end the replay
inline constexpr std::uint64_t listed = 1;
inline constexpr std::uint64_t listed_and_written =
    2;  // an output of the call lies there, so its facts change with every replay
// Added where two paths lead to the directory, and in `high` its identity: one that takes its place
// later, behind a link, may have the same names for other files.
inline constexpr std::uint64_t is_shared = 4;
struct Content {
  std::uint64_t size = 0;  // of a file, in bytes
  Hash128 hash;
};

// Dependencies that follow each other and share a directory; "" is the working directory, or the
// names are absolute.
struct Group {
  std::uint32_t directory = 0;  // offset in the heap
  std::uint32_t count = 0;
};

struct Output {
  std::uint32_t path = 0;     // offset in the heap
  std::uint32_t in_copy = 0;  // 1: `offset` is one in the hot copy, 0: in the heap
  std::uint64_t offset = 0, size = 0;
  std::uint64_t checksum = 0;  // XXH3-64 of its bytes
};

struct Header {
  std::uint32_t magic = record_magic;
  std::uint32_t version = record_version;
  std::uint64_t checksum = 0;       // XXH3-64 of the hot part behind this field
  std::uint32_t hot = 0, size = 0;  // bytes of the hot part, and of the whole record
  std::uint64_t cold_checksum = 0;  // XXH3-64 of what lies between
  Hash128 key;
  std::uint32_t counted = 0;  // 1: a replay is counted in the statistics
  std::uint32_t groups = 0, dependencies = 0, names = 0, outputs = 0;
  std::uint32_t entry_file = 0, log_file = 0;  // offsets in the heap; an empty string is none
  TextRange out, err, log;                     // `log`: lines, each ended by a newline
  std::int32_t utc_offset_s = 0;               // what local time is ahead of UTC, for the log …
  std::int64_t local_until_ns = 0;             // … and until when it holds
};
static_assert(sizeof(Dependency) == 16 && sizeof(Content) == 24 && sizeof(Group) == 8 &&
              sizeof(Output) == 32 && sizeof(Header) == 112);

inline constexpr std::size_t checksum_start = offsetof(Header, checksum) + sizeof(Header::checksum);

// A name in a directory, upper and lower case alike: some file systems do not tell them apart, and
// a false alarm costs little.
static inline std::uint64_t hash_of_name(std::string_view name) {
  char folded[256];
  if (name.size() > sizeof folded) return hash64(name);
  for (std::size_t i = 0; i < name.size(); ++i)
    folded[i] = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] | 0x20) : name[i];
  return hash64({folded, name.size()});
}

// The order-independent sum over a directory's names that matter. `names` is sorted.
class NameSum {
 public:
  explicit NameSum(std::span<const std::uint64_t> names) : names_(names) {}
  // A folder that becomes a file of the same name changes the sum.
  void add(std::string_view name, bool is_folder) {
    const std::uint64_t hash = hash_of_name(name);
    std::size_t low = 0, high = names_.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      (names_[middle] < hash ? low : high) = names_[middle] < hash ? middle + 1 : middle;
    }
    if (low < names_.size() && names_[low] == hash) sum_ += is_folder ? ~hash : hash;
  }
  std::uint64_t sum() const { return sum_; }

 private:
  std::span<const std::uint64_t> names_;
  std::uint64_t sum_ = 0;
};

// A record in memory, checked once by open(); after that every offset in it is good.
struct Record {
  Header* header = nullptr;
  std::span<Group> groups;
  std::span<Dependency> dependencies;
  std::span<Output> outputs;
  std::string_view heap;
  std::span<Content> contents;  // one for each dependency; this and `names` only after open_cold()
  std::span<std::uint64_t> names;

  const char* text(std::uint32_t offset) const { return heap.data() + offset; }
  std::string_view text(TextRange range) const { return {heap.data() + range.offset, range.size}; }

  // `bytes` must be aligned to 8, and be the beginning of a file of `file_size` bytes; the store
  // may have put something behind the record. True when its header is one for `key`, which then
  // tells how long the parts are.
  bool begin(char* bytes, std::size_t size, std::uint64_t file_size, const Hash128& key) {
    if (size < sizeof(Header)) return false;
    header = reinterpret_cast<Header*>(bytes);
    if (header->magic != record_magic || header->version != record_version || header->key != key)
      return false;
    return sizeof(Header) < header->hot && header->hot <= header->size &&
           header->size <= largest_record && header->size <= file_size &&
           header->hot % alignof(Header) == 0;
  }
  // The hot part is there. False when it is damaged.
  bool open() {
    char* const bytes = reinterpret_cast<char*>(header);
    const std::size_t size = header->hot;
    if (hot_checksum() != header->checksum) return false;
    std::size_t at = sizeof(Header);
    if (!take(bytes, size, at, header->groups, groups) ||
        !take(bytes, size, at, header->dependencies, dependencies) ||
        !take(bytes, size, at, header->outputs, outputs))
      return false;
    heap = {bytes + at, size - at};
    return !heap.empty() && heap.back() == '\0' && ranges_good();
  }
  // The whole record is there, and open() was content.
  bool open_cold() {
    char* const bytes = reinterpret_cast<char*>(header);
    const std::size_t size = header->size;
    std::size_t at = header->hot;
    if (hash64({bytes + at, size - at}) != header->cold_checksum) return false;
    return take(bytes, size, at, header->dependencies, contents) &&
           take(bytes, size, at, header->names, names);
  }
  std::uint64_t hot_checksum() const {
    return hash64(
        {reinterpret_cast<const char*>(header) + checksum_start, header->hot - checksum_start});
  }

 private:
  template <class T>
  static bool take(char* bytes, std::size_t size, std::size_t& at, std::uint32_t count,
                   std::span<T>& out) {
    if (count > (size - at) / sizeof(T)) return false;
    out = {reinterpret_cast<T*>(bytes + at), count};
    at += count * sizeof(T);
    return true;
  }

  bool good(std::uint32_t offset) const { return offset < heap.size(); }
  bool good(std::uint64_t offset, std::uint64_t size) const {
    return offset <= heap.size() && size <= heap.size() - offset;
  }

  bool ranges_good() const {
    std::uint64_t grouped = 0;
    for (const Group& group : groups) {
      if (!good(group.directory)) return false;
      grouped += group.count;
    }
    for (const Dependency& dependency : dependencies)
      if (!good(dependency.name)) return false;
    for (const Output& output : outputs)
      if (!good(output.path) || (output.in_copy == 0 && !good(output.offset, output.size)))
        return false;
    return grouped == dependencies.size() && good(header->entry_file) && good(header->log_file) &&
           good(header->out.offset, header->out.size) &&
           good(header->err.offset, header->err.size) && good(header->log.offset, header->log.size);
  }
};

}  // namespace deja::replay

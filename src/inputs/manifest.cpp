// Manifest: tables, encoding, decoding. Matching is in manifest_match.cpp.
#include "inputs/manifest.h"

#include <algorithm>
#include <compare>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/bytes.h"

namespace deja {

namespace {

constexpr std::string_view manifest_magic = "djaM";
constexpr std::uint16_t manifest_version = 3;
constexpr std::size_t fixed_size = 40;  // header up to the first string
constexpr std::size_t checksum_offset = 16;
constexpr std::size_t checked_from = 24;    // the checksum covers everything from here on
constexpr std::size_t string_row_size = 6;  // u16 shared, u32 length, bytes: the least
constexpr std::size_t file_row_size = 60;
constexpr std::size_t directory_row_size = 44;
constexpr std::size_t compile_row_size = 29;
constexpr std::size_t max_unfolded =
    4 * Manifest::max_bytes;  // all strings together, once their shared beginnings are copied

Error corrupt_manifest(std::string reason) {
  return Error{"decode manifest", "", std::move(reason), Cause::corrupt};
}

Digest read_digest(ByteReader& in) {
  Digest out;
  in.fill(out.bytes);
  return out;
}

std::size_t shared_beginning(std::string_view a, std::string_view b) {
  const std::size_t limit = std::min({a.size(), b.size(), std::size_t{UINT16_MAX}});
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(limit), b.begin()).first -
      a.begin());
}

std::vector<std::uint32_t> read_places(ByteReader& in, std::uint32_t count) {
  std::vector<std::uint32_t> out;
  if (count > in.left() / sizeof(std::uint32_t)) in.fail();
  if (!in.ok()) return out;
  out.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) out.push_back(in.u32());
  return out;
}

bool all_below(const std::vector<std::uint32_t>& places, std::size_t limit) {
  return std::all_of(places.begin(), places.end(),
                     [&](std::uint32_t place) { return place < limit; });
}

}  // namespace

// Gives every distinct row a place in a table.
template <class Row>
class Manifest::Places {
 public:
  explicit Places(std::vector<Row>& rows) : rows_(rows) {
    for (std::uint32_t i = 0; i < rows.size(); ++i) places_.emplace(rows[i], i);
  }
  std::uint32_t of(const Row& row) {
    const auto [found, is_new] = places_.try_emplace(row, static_cast<std::uint32_t>(rows_.size()));
    if (is_new) rows_.push_back(row);
    return found->second;
  }

 private:
  std::vector<Row>& rows_;
  std::map<Row, std::uint32_t> places_;
};

std::vector<Manifest::EntryRow> Manifest::intern(std::span<const ManifestEntry> entries) {
  Places<std::string> strings(strings_);
  Places<FileRow> files(files_);
  Places<DirectoryRow> directories(directories_);
  std::vector<EntryRow> rows;
  for (const ManifestEntry& entry : entries) {
    EntryRow& row = rows.emplace_back();
    for (const ManifestFile& file : entry.files)
      row.files.push_back(files.of({strings.of(file.path), file.digest, file.size, file.mtime_ns,
                                    file.ctime_ns, file.code}));
    for (const WatchedDirectory& watched : entry.directories)
      row.directories.push_back(
          directories.of({strings.of(watched.path), watched.inode, watched.mtime_ns,
                          watched.ctime_ns, watched.names}));
    for (const std::string& name : entry.probed_names) row.probed_names.push_back(strings.of(name));
    row.all_names_matter = entry.all_names_matter;
    row.result = entry.result;
  }
  return rows;
}

ManifestEntry Manifest::entry_of(const EntryRow& row) const {
  ManifestEntry out;
  out.files.reserve(row.files.size());
  for (std::uint32_t place : row.files) {
    const FileRow& file = files_[place];
    out.files.push_back(
        {strings_[file.path], file.digest, file.size, file.mtime_ns, file.ctime_ns, file.code});
  }
  out.directories.reserve(row.directories.size());
  for (std::uint32_t place : row.directories) {
    const DirectoryRow& watched = directories_[place];
    out.directories.push_back(
        {strings_[watched.path], watched.inode, watched.mtime_ns, watched.ctime_ns, watched.names});
  }
  for (std::uint32_t place : row.probed_names) out.probed_names.push_back(strings_[place]);
  out.all_names_matter = row.all_names_matter;
  out.result = row.result;
  return out;
}

std::vector<ManifestEntry> Manifest::entries() const {
  std::vector<ManifestEntry> out;
  out.reserve(entries_.size());
  for (const EntryRow& row : entries_) out.push_back(entry_of(row));
  return out;
}

// Paths and digests, place by place: a header that was merely touched is another row of the same
// content.
bool Manifest::same_compile(const EntryRow& a, const EntryRow& b) const {
  const auto same_file = [&](std::uint32_t x, std::uint32_t y) {
    return x == y || (files_[x].path == files_[y].path && files_[x].digest == files_[y].digest);
  };
  return a.result == b.result &&
         std::equal(a.files.begin(), a.files.end(), b.files.begin(), b.files.end(), same_file);
}

void Manifest::keep_newest(std::size_t count) {
  std::vector<ManifestEntry> newest = entries();
  newest.resize(count);
  Manifest kept;
  kept.entries_ = kept.intern(newest);
  kept.account_ = std::move(account_);
  *this = std::move(kept);
}

void Manifest::add(const ManifestEntry& entry) {
  EntryRow row = std::move(intern({&entry, 1}).front());
  std::erase_if(entries_, [&](const EntryRow& old) { return same_compile(old, row); });
  entries_.insert(entries_.begin(), std::move(row));
  // A quarter goes at once, so that a manifest at its limit does not rebuild its tables for every
  // entry.
  if (entries_.size() > max_entries) keep_newest(max_entries * 3 / 4);
  while (entries_.size() > 1 && encode().size() > max_bytes) keep_newest(entries_.size() * 3 / 4);
}

bool Manifest::has(const EntryRow& row) const {
  return std::ranges::any_of(entries_,
                             [&](const EntryRow& known) { return same_compile(known, row); });
}

void Manifest::merge(const Manifest& other) {
  for (const ManifestEntry& entry : other.entries()) {
    if (entries_.size() >= max_entries) break;
    EntryRow row = std::move(intern({&entry, 1}).front());
    if (!has(row)) entries_.push_back(std::move(row));
  }
  while (entries_.size() > 1 && encode().size() > max_bytes) keep_newest(entries_.size() * 3 / 4);
  if (account_.empty()) account_ = other.account_;
}

Manifest Manifest::without_facts() const {
  std::vector<ManifestEntry> bare = entries();
  for (ManifestEntry& entry : bare) {
    for (ManifestFile& file : entry.files) file.mtime_ns = file.ctime_ns = 0;
    // Numbers from 1 on: which paths lead to one directory counts elsewhere, too.
    std::map<std::uint64_t, std::uint64_t> numbers;
    for (WatchedDirectory& watched : entry.directories) {
      watched.mtime_ns = watched.ctime_ns = 0;
      if (watched.inode != 0)
        watched.inode = numbers.try_emplace(watched.inode, numbers.size() + 1).first->second;
    }
  }
  Manifest out;
  out.entries_ = out.intern(bare);
  return out;
}

void Manifest::set_account(std::string account) {
  account_ = account.size() <= max_account ? std::move(account) : std::string();
}

std::string Manifest::encode() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.raw(manifest_magic);
  out.u16(manifest_version);
  out.u16(0);
  out.u64(0);  // size and checksum are set below
  out.u64(0);
  for (std::size_t count : {strings_.size(), files_.size(), directories_.size(), entries_.size()})
    out.u32(static_cast<std::uint32_t>(count));
  std::string_view previous;
  for (const std::string& string : strings_) {
    const std::size_t shared = shared_beginning(previous, string);
    out.u16(static_cast<std::uint16_t>(shared));
    out.text(std::string_view(string).substr(shared));
    previous = string;
  }
  for (const FileRow& row : files_) {
    out.u32(row.path);
    out.raw(row.digest.view());
    out.u64(row.size);
    out.i64(row.mtime_ns);
    out.i64(row.ctime_ns);
    out.raw(row.code.view());
  }
  for (const DirectoryRow& row : directories_) {
    out.u32(row.path);
    out.raw(row.names.view());
    out.u64(row.inode);
    out.i64(row.mtime_ns);
    out.i64(row.ctime_ns);
  }
  for (const EntryRow& row : entries_) {
    out.raw(row.result.view());
    out.u8(row.all_names_matter ? 1 : 0);
    for (const auto* places : {&row.files, &row.directories, &row.probed_names})
      out.u32(static_cast<std::uint32_t>(places->size()));
    for (const auto* places : {&row.files, &row.directories, &row.probed_names})
      for (std::uint32_t place : *places) out.u32(place);
  }
  out.text(account_);
  std::string sums;
  ByteWriter(sums).u64(bytes.size());
  ByteWriter(sums).u64(checksum_of(std::string_view(bytes).substr(checked_from)));
  bytes.replace(checksum_offset - 8, sums.size(), sums);
  return bytes;
}

Result<Manifest> Manifest::decode(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.raw(manifest_magic.size()) != manifest_magic) return corrupt_manifest("not a manifest");
  if (in.u16() != manifest_version || in.u16() != 0) return corrupt_manifest("unknown version");
  if (bytes.size() < fixed_size || in.u64() != bytes.size())
    return corrupt_manifest("wrong length");
  if (in.u64() != checksum_of(bytes.substr(checked_from)))
    return corrupt_manifest("wrong checksum");

  const std::uint32_t strings = in.u32(), files = in.u32(), directories = in.u32(),
                      entries = in.u32();
  Manifest out;
  // The checksum holds, yet every count is checked against what is left before room is made for it.
  if (!out.decode_strings(in, strings)) return corrupt_manifest("bad strings");
  if (!out.decode_tables(in, files, directories)) return corrupt_manifest("bad tables");
  if (!out.decode_entries(in, entries)) return corrupt_manifest("bad entries");
  out.set_account(std::string(in.text()));
  if (!in.ok() || !in.at_end()) return corrupt_manifest("bad account");
  return out;
}

bool Manifest::decode_strings(ByteReader& in, std::uint32_t count) {
  if (count > in.left() / string_row_size) return false;
  strings_.reserve(count);
  std::size_t unfolded = 0;
  std::string_view previous;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t shared = in.u16();
    const std::string_view rest = in.text();
    unfolded += shared + rest.size();
    if (!in.ok() || shared > previous.size() || unfolded > max_unfolded) return false;
    std::string string;
    string.reserve(shared + rest.size());
    string.append(previous.substr(0, shared)).append(rest);
    previous = strings_.emplace_back(std::move(string));
  }
  return true;
}

bool Manifest::decode_tables(ByteReader& in, std::uint32_t files, std::uint32_t directories) {
  if (files > in.left() / file_row_size) return false;
  files_.reserve(files);
  for (std::uint32_t i = 0; i < files; ++i) {
    FileRow row{};
    row.path = in.u32();
    row.digest = read_digest(in);
    row.size = in.u64();
    row.mtime_ns = in.i64();
    row.ctime_ns = in.i64();
    row.code = read_digest(in);
    if (!in.ok() || row.path >= strings_.size()) return false;
    files_.push_back(row);
  }
  if (directories > in.left() / directory_row_size) return false;
  directories_.reserve(directories);
  for (std::uint32_t i = 0; i < directories; ++i) {
    DirectoryRow row{};
    row.path = in.u32();
    row.names = read_digest(in);
    row.inode = in.u64();
    row.mtime_ns = in.i64();
    row.ctime_ns = in.i64();
    if (!in.ok() || row.path >= strings_.size()) return false;
    directories_.push_back(row);
  }
  return true;
}

bool Manifest::decode_entries(ByteReader& in, std::uint32_t count) {
  if (count > in.left() / compile_row_size) return false;
  entries_.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    EntryRow row;
    row.result = read_digest(in);
    const std::uint8_t flags = in.u8();
    row.all_names_matter = flags == 1;
    const std::uint32_t files = in.u32(), directories = in.u32(), probed = in.u32();
    row.files = read_places(in, files);
    row.directories = read_places(in, directories);
    row.probed_names = read_places(in, probed);
    if (!in.ok() || flags > 1) return false;
    if (!all_below(row.files, files_.size()) || !all_below(row.directories, directories_.size()) ||
        !all_below(row.probed_names, strings_.size()))
      return false;
    entries_.push_back(std::move(row));
  }
  return true;
}

}  // namespace deja

// Getting and putting files of the local store.
#include "store/local_store.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/path.h"

namespace deja {

namespace {

constexpr std::int64_t cold_ns = 3'600'000'000'000;  // an hour
constexpr std::uint64_t block = 4096;
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view trailer_magic = "djaN";
// The most bytes that a file of the kind may have, without its trailer. Larger is not ours.
constexpr std::uint64_t largest(EntryKind kind) {
  constexpr std::uint64_t mib = 1 << 20;
  switch (kind) {
    case EntryKind::manifest:
      return 64 * mib;  // one entry alone may pass Manifest::max_bytes
    case EntryKind::result:
    case EntryKind::hot_copy:
      return 4096 * mib;
    case EntryKind::replay:
      return mib;
    case EntryKind::directories:
      return 16 * mib;
  }
  return 0;
}

// Judges a file before it is read whole. Manifests, results and directories say at offset 8 how
// long they are; behind that there is a namespace's trailer at most.
bool is_sane(EntryKind kind, std::string_view beginning, std::uint64_t size) {
  constexpr std::uint64_t trailer = longest_namespace + namespace_tail_size;
  if (size > largest(kind) + trailer) return false;
  if (is_hot(kind)) return true;  // the fast path has rules of its own
  ByteReader in(beginning);
  in.u64();
  const std::uint64_t stated = in.u64();
  return in.ok() && stated <= size && size - stated <= trailer;
}

constexpr std::string_view directory_tag_name = "CACHEDIR.TAG";
constexpr std::string_view directory_tag =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This directory is a compiler cache; backups may leave it out. See "
    "https://bford.info/cachedir/\n";

}  // namespace

LocalStore::LocalStore(System& system, std::string cache_dir, std::string namespace_name)
    : system_(system), cache_dir_(std::move(cache_dir)), namespace_(std::move(namespace_name)) {}

std::string LocalStore::path_of(const Digest& key, EntryKind kind) const {
  return stored_path(cache_dir_, {key, kind});
}

Result<std::optional<std::string>> LocalStore::get(const Digest& key, EntryKind kind) {
  const std::string path = path_of(key, kind);
  std::string bytes;
  const auto facts =
      system_.fs.read_stored(path, bytes, [kind](std::string_view beginning, std::uint64_t size) {
        return is_sane(kind, beginning, size);
      });
  if (!facts && facts.error().cause == Cause::not_found) return std::optional<std::string>();
  if (!facts) return facts.error();
  // Another process may have evicted it meanwhile; it is read already.
  if (facts->mtime_ns < system_.clock.now_ns() - cold_ns) (void)system_.fs.touch(path);
  bytes.resize(split_namespace(bytes).bytes.size());
  return std::optional<std::string>(std::move(bytes));
}

Result<void> LocalStore::put(const Digest& key, EntryKind kind, std::string_view bytes,
                             Overwrite overwrite) {
  const std::string path = path_of(key, kind);
  std::optional<FileFacts> before;
  if (overwrite == Overwrite::yes)
    if (auto facts = system_.fs.stat(path)) before = *facts;
  const std::string trailer = namespace_trailer(namespace_);
  const std::array<std::string_view, 2> pieces{bytes, trailer};

  const Access access = is_hot(kind) ? Access::owner_only : Access::by_umask;
  auto done = put_once(path, pieces, overwrite, access);
  if (!done && done.error().cause == Cause::not_found) {
    // The first put into a shard; or the cache directory was removed under our hands.
    const auto made =
        make_cache_folder(system_.fs, cache_dir_, shard_folder(cache_dir_, key.shard()));
    if (!made) return made.error();
    made_directory_ |= *made;
    done = put_once(path, pieces, overwrite, access);
  }
  if (!done && overwrite == Overwrite::no && done.error().cause == Cause::exists) return {};
  if (!done) return done;
  account(key, kind,
          counted_bytes(bytes.size() + trailer.size()) - (before ? counted_bytes(before->size) : 0),
          before ? 0 : counted_files(kind));
  return {};
}

// Called behind a put() under the same key, so the shard is there.
Result<void> LocalStore::adopt(const Digest& key, EntryKind kind, const std::string& from,
                               Share how) {
  const std::string path = path_of(key, kind);
  const auto facts = system_.fs.stat(from);
  if (!facts) return facts.error();
  const auto before = system_.fs.stat(path);
  const std::string temporary =
      system_.fs.temporary_name(std::string(path::directory(path)), temporary_prefix);
  if (auto shared = system_.fs.share(from, temporary, how); !shared) return shared;
  const auto renamed = system_.fs.rename(temporary, path, Overwrite::yes);
  // Of two names of one file a rename takes neither away.
  (void)system_.fs.remove(temporary);
  if (!renamed) return renamed;
  account(key, kind, counted_bytes(facts->size) - (before ? counted_bytes(before->size) : 0),
          before ? 0 : counted_files(kind));
  return {};
}

// The entry appears whole under its name, or not at all.
Result<void> LocalStore::put_once(const std::string& path, std::span<const std::string_view> pieces,
                                  Overwrite overwrite, Access access) {
  const std::string temporary =
      system_.fs.temporary_name(std::string(path::directory(path)), temporary_prefix);
  if (auto created = system_.fs.create(temporary, pieces, access); !created) return created;
  auto renamed = system_.fs.rename(temporary, path, overwrite);
  if (!renamed) (void)system_.fs.remove(temporary);
  return renamed;
}

Result<void> LocalStore::remove(const Digest& key, EntryKind kind) {
  const std::string path = path_of(key, kind);
  const auto facts = system_.fs.lstat(path);
  auto removed = system_.fs.remove(path);
  if (!removed) return removed.error().cause == Cause::not_found ? Result<void>() : removed;
  if (facts) account(key, kind, -counted_bytes(facts->size), -counted_files(kind));
  return {};
}

void LocalStore::account(const Digest& key, EntryKind kind, std::int64_t bytes,
                         std::int64_t files) {
  const unsigned shard = key.shard();
  auto change = std::ranges::find(changes_, shard, &StoreChange::shard);
  if (change == changes_.end()) change = changes_.insert(change, StoreChange{shard, 0, 0, 0});
  change->bytes += bytes;
  change->files += files;
  if (is_hot(kind)) change->hot += bytes;
}

std::string shard_folder(const std::string& cache_dir, unsigned shard) {
  const char name[] = {hex_digits[shard >> 4 & 15], hex_digits[shard & 15]};
  return path::join(cache_dir, std::string_view(name, sizeof name));
}

std::string stored_path(const std::string& cache_dir, const StoredName& name) {
  std::string file = name.key.hex().substr(2);
  file.push_back('.');
  file.push_back(static_cast<char>(name.kind));
  return path::join(shard_folder(cache_dir, name.key.shard()), file);
}

std::optional<StoredName> parse_stored_name(unsigned shard, std::string_view file_name) {
  constexpr std::size_t digits = 30;
  if (file_name.size() != digits + 2 || file_name[digits] != '.') return std::nullopt;
  // The folder's name is the key's beginning.
  std::array<char, 2 + digits> hex{hex_digits[shard >> 4 & 15], hex_digits[shard & 15]};
  std::copy_n(file_name.begin(), digits, hex.begin() + 2);
  const auto key = Digest::from_hex({hex.data(), hex.size()});
  if (!key) return std::nullopt;
  for (EntryKind kind : {EntryKind::manifest, EntryKind::result, EntryKind::replay,
                         EntryKind::hot_copy, EntryKind::directories})
    if (file_name.back() == static_cast<char>(kind)) return StoredName{*key, kind};
  return std::nullopt;
}

std::int64_t counted_bytes(std::uint64_t size) {
  return static_cast<std::int64_t>((size + block - 1) / block * block);
}

Result<bool> make_cache_folder(Fs& fs, const std::string& cache_dir, const std::string& folder) {
  if (auto made = fs.make_directories(folder); !made) return made.error();
  // Refused when it is there already, which is nearly always; nothing else depends on it.
  return bool(fs.create(path::join(cache_dir, directory_tag_name), {&directory_tag, 1}));
}

std::string namespace_trailer(std::string_view name) {
  std::string out;
  if (name.empty()) return out;
  ByteWriter writer(out);
  writer.raw(name);
  writer.u32(static_cast<std::uint32_t>(name.size()));
  writer.u64(checksum_of(name));
  writer.raw(trailer_magic);
  return out;
}

NamespaceSplit split_namespace(std::string_view ending) {
  if (ending.size() < namespace_tail_size || !ending.ends_with(trailer_magic)) return {ending, {}};
  const std::string_view before = ending.substr(0, ending.size() - namespace_tail_size);
  ByteReader tail(ending.substr(before.size()));
  const std::uint32_t length = tail.u32();
  if (length == 0 || length > before.size()) return {ending, {}};
  const std::string_view name = before.substr(before.size() - length);
  if (tail.u64() != checksum_of(name)) return {ending, {}};
  return {before.substr(0, before.size() - length), name};
}

}  // namespace deja

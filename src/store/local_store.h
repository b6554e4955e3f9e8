// The store on disk: <cache>/<2 hex>/<30 hex>.{m,r,p}, 256 shards, atomic publish by rename, no
// lock to read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cache_names.h"
#include "store/store.h"
#include "sys/system.h"

namespace deja {

inline constexpr unsigned shard_count = 256;

// What the puts and removals of this run changed, for its statistics record: bytes on disk and
// number of files, per shard touched.
struct StoreChange {
  unsigned shard = 0;
  std::int64_t bytes = 0;
  std::int64_t files = 0;  // manifests and results; the others count in bytes only
  std::int64_t hot = 0;    // of the bytes, those of replay records and hot copies
};

class LocalStore : public Store {
 public:
  // Creates nothing until the first put. `namespace_name`, when not empty, is kept in a trailer
  // behind the bytes of each file, so that a namespace can be evicted; without one, a file is
  // exactly the bytes that were put. Temporaries live in the shard itself, the only place that is
  // surely in the same file system.
  LocalStore(System& system, std::string cache_dir, std::string namespace_name);

  // Touches an entry that nobody has used for an hour, so that clean-up sees its use.
  Result<std::optional<std::string>> get(const Digest& key, EntryKind kind) override;
  // Overwrite::no: an entry that is there stays as it is, and that is fine.
  Result<void> put(const Digest& key, EntryKind kind, std::string_view bytes,
                   Overwrite overwrite) override;
  // Fine when there is none.
  Result<void> remove(const Digest& key, EntryKind kind) override;

  // Puts what the file `from` holds, without a copy of it. An error where that cannot be done.
  Result<void> adopt(const Digest& key, EntryKind kind, const std::string& from, Share how);

  std::string path_of(const Digest& key, EntryKind kind) const;
  const std::vector<StoreChange>& changes() const { return changes_; }
  // A put found no cache directory: the first use, or it was removed while in use.
  bool made_directory() const { return made_directory_; }

 private:
  Result<void> put_once(const std::string& path, std::span<const std::string_view> pieces,
                        Overwrite overwrite, Access access);
  void account(const Digest& key, EntryKind kind, std::int64_t bytes, std::int64_t files);

  System& system_;
  std::string cache_dir_;
  std::string namespace_;
  std::vector<StoreChange> changes_;
  bool made_directory_ = false;
};

// --- Names and files in the cache directory, as the store and its maintenance see them ---

struct StoredName {
  Digest key;
  EntryKind kind;
};
std::string shard_folder(const std::string& cache_dir, unsigned shard);
std::string stored_path(const std::string& cache_dir, const StoredName& name);
// Nothing unless `file_name` is exactly what the store writes into `shard`: whatever else lies
// there is not ours.
std::optional<StoredName> parse_stored_name(unsigned shard, std::string_view file_name);

// What a file of `size` bytes counts for: whole blocks of 4 KiB, the same whether it is counted
// when written or when listed.
std::int64_t counted_bytes(std::uint64_t size);
// Manifests and results are counted, what is made from them is not.
inline std::int64_t counted_files(EntryKind kind) {
  return kind == EntryKind::manifest || kind == EntryKind::result ? 1 : 0;
}

// Makes `folder`, which is `cache_dir` or below it, and marks the cache directory as one that
// backups may leave out (CACHEDIR.TAG). True: the mark was not there, so the cache directory is
// new.
Result<bool> make_cache_folder(Fs& fs, const std::string& cache_dir, const std::string& folder);

// The trailer that keeps the namespace: name, u32 length, u64 XXH3 of the name, "djaN". Nothing for
// no namespace.
inline constexpr std::size_t namespace_tail_size = 16;
inline constexpr std::size_t longest_namespace = 4096;  // bytes
std::string namespace_trailer(std::string_view name);
// Splits a file's bytes; the name is empty where there is no trailer. `ending`: at least the last
// namespace_tail_size bytes, or all.
struct NamespaceSplit {
  std::string_view bytes;  // what was put (of `ending`)
  std::string_view name;
};
NamespaceSplit split_namespace(std::string_view ending);

}  // namespace deja

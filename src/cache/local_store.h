// The store on disk: <cache>/<2 hex>/<30 hex>.{m,r,p}, 256 shards, atomic publish by rename, no lock to read.
#pragma once

#include <cstdint>
#include <string>

#include "cache/store.h"
#include "sys/system.h"

namespace deja {

// What the puts and removals of this run changed, for its statistics record: bytes on disk and number of files, per shard touched.
struct StoreChange {
  unsigned shard = 0;
  std::int64_t bytes = 0;
  std::int64_t files = 0;  // manifests and results; replay records count in bytes only
};

class LocalStore : public Store {
 public:
  // Creates nothing until the first put. `namespace_name`, when not empty, is kept in a trailer behind the bytes of each file, so
  // that a namespace can be evicted; without one, a file is exactly the bytes that were put. Temporaries live in the shard itself,
  // the only place that is surely in the same file system.
  LocalStore(System& system, std::string cache_dir, std::string namespace_name);

  Result<std::optional<std::string>> get(const Digest& key, EntryKind kind) override;
  Result<void> put(const Digest& key, EntryKind kind, std::string_view bytes, Overwrite overwrite) override;
  Result<void> remove(const Digest& key, EntryKind kind) override;

  std::string path_of(const Digest& key, EntryKind kind) const;
  const std::vector<StoreChange>& changes() const { return changes_; }

 private:
  void account(unsigned shard, std::int64_t bytes, std::int64_t files);
  System& system_;
  std::string cache_dir_;
  std::string namespace_;
  std::vector<StoreChange> changes_;
};

}  // namespace deja

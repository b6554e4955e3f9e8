// The files of one shard, as maintenance sees them: list, remove, ask for their namespace, rewrite.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/cleanup.h"
#include "store/entry.h"
#include "store/local_store.h"

namespace deja {

// One file of ours. Small, since there may be a million of them.
struct StoredFile {
  StoredName name;
  std::int64_t mtime_ns = 0;
  std::uint64_t size = 0;  // bytes

  std::int64_t bytes() const { return counted_bytes(size); }
};

// What working on one shard came to.
struct ShardWork {
  std::vector<StoredFile> files;  // still there
  MaintenanceReport report;
  StoreChange change;  // what removals and rewrites did to the accounts
};
using AllShards = std::array<ShardWork, shard_count>;

// Runs `work` for each number below `count`, by on.workers, and tells on.progress.
void each_of(const Maintenance& on, unsigned count,
             const std::function<void(unsigned number)>& work);
inline void each_shard(const Maintenance& on, const std::function<void(unsigned shard)>& work) {
  each_of(on, shard_count, work);
}

// Lists our files in `shard` and removes temporaries that a killed process left an hour ago or
// earlier. A shard that is not there is empty.
ShardWork list_shard(const Maintenance& on, unsigned shard);
// Removes left-over temporaries right in `folder`.
void remove_stale_temporaries(const Maintenance& on, const std::string& folder);
// Removes the file; that another process was quicker is fine. Tells `work`, whose list stays as it
// is.
void remove_file(const Maintenance& on, const StoredFile& file, ShardWork& work);
// Removes the files of the shard for which `doomed` holds.
void remove_files_if(const Maintenance& on, ShardWork& work,
                     const std::function<bool(const StoredFile&)>& doomed);

// The namespace in the file's trailer; empty for none, and for a file that cannot be read.
std::string namespace_of(const Maintenance& on, const StoredFile& file);
// What the header of a result tells.
Result<EntryInfo> peek(const Maintenance& on, const StoredFile& file);
// Stores a result's parts at `level` and keeps its mtime. An entry that would not change is left
// alone.
void rewrite(const Maintenance& on, StoredFile& file, std::optional<int> level, ShardWork& work);

}  // namespace deja

// The remote storages of a run, in the order in which they are configured: which backend has a key,
// which of them have failed, and what is counted and told of them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "remote/helper_place.h"
#include "remote/spec.h"
#include "store/stats.h"
#include "store/store.h"
#include "sys/system.h"

namespace deja {

// Whether a run may change what is stored, or only look.
enum class StorageUse : unsigned char { look, look_and_store };

class RemoteTiers {
 public:
  // Opens what `url`, the storage's own or that of one of its shards, leads to. What is wrong with
  // an attribute goes to the notes.
  using Open = std::function<Result<std::unique_ptr<Store>>(
      const StorageSpec& spec, const std::string& url, std::vector<std::string>& notes)>;

  // Nothing is opened before it is needed.
  RemoteTiers(Clock& clock, Log& log, Counts& counts, std::vector<StorageSpec> storages,
              StorageUse use, Open open);

  std::size_t size() const { return tiers_.size(); }
  // Whether anything is left that might answer.
  bool may_answer() const;
  // For people.
  std::string name(std::size_t tier) const { return redacted_url(tiers_[tier].spec.text); }

  // The entry as it was put, its key checked but not what it says; nullopt where there is none, or
  // none can be had. Counts a read that found nothing; whether one that found something is a hit
  // is for the caller to count, who can tell.
  std::optional<std::string> get(std::size_t tier, const Digest& key, EntryKind kind);
  // Nothing happens where only looking is allowed.
  void put(std::size_t tier, const Digest& key, EntryKind kind, std::string_view entry,
           Overwrite overwrite);
  // Of an entry that is broken: takes it away where that is allowed, and counts it.
  void discard(std::size_t tier, const Digest& key, EntryKind kind, const Error& why);

 private:
  struct Backend {
    std::string url;
    std::unique_ptr<Store> store;  // null until it is needed
    bool failed = false;           // for the rest of the run
  };
  struct Tier {
    StorageSpec spec;
    std::vector<Backend> backends;  // one for each shard, or one
  };

  // The backend that has the key; null where it has failed.
  Backend* backend_of(Tier& tier, const Digest& key, EntryKind kind);
  void fail(Backend& backend, const Error& error);
  std::string taken_since(std::int64_t started_ns);

  Clock& clock_;
  Log& log_;
  Counts& counts_;
  std::vector<Tier> tiers_;
  StorageUse use_;
  Open open_;
};

// Opens directories itself, and everything else through helpers.
RemoteTiers::Open open_with(System& system, Log& log, HelperSettings settings);

// A storage that nobody here serves: of a scheme that deja-storage does not know and for which no
// helper is installed.
Result<void> check_schemes(System& system, const HelperSettings& settings,
                           const std::vector<StorageSpec>& storages);

}  // namespace deja

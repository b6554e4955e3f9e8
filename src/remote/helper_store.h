// The storage behind a helper: connecting, starting it where that is allowed, and giving up in
// time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "remote/helper_client.h"
#include "remote/helper_place.h"
#include "remote/spec.h"
#include "store/store.h"
#include "sys/system.h"

namespace deja {

// What one run may still wait for look-ups, whatever it asks and whomever.
struct LookupBudget {
  std::int64_t spent_ns = 0;
};

class HelperStore final : public Store {
 public:
  // Connects with the first request. `budget` is shared by all storages of the run.
  HelperStore(System& system, Log& log, const StorageSpec& spec, std::string url,
              HelperSettings settings, std::shared_ptr<LookupBudget> budget);

  // Errors: Cause::timed_out, or any other.
  Result<std::optional<std::string>> get(const Digest& key, EntryKind kind) override;
  // Cause::exists: the storage did not take it, and goes on working.
  Result<void> put(const Digest& key, EntryKind kind, std::string_view bytes,
                   Overwrite overwrite) override;
  Result<void> remove(const Digest& key, EntryKind kind) override;

 private:
  bool is_started_by_others() const;
  // Within the time that a helper may take to start.
  Result<void> connect();
  Result<std::unique_ptr<Channel>> open_channel(std::int64_t until_ns);
  Result<std::unique_ptr<Channel>> start_and_connect(const HelperPlace& place,
                                                     std::int64_t until_ns);
  Result<void> start(const HelperPlace& place, const HelperProgram& program);
  Result<HelperReply> ask(const wire::Request& request, std::int64_t until_ns);
  Result<std::chrono::nanoseconds> budget();
  Result<HelperReply> ask_in_budget(const wire::Request& request);
  void note_failure(std::string_view how);

  System& system_;
  Log& log_;
  StorageSpec spec_;
  std::string url_;
  HelperSettings settings_;
  std::shared_ptr<LookupBudget> budget_;
  std::optional<HelperClient> client_;
  std::optional<std::chrono::nanoseconds> usual_budget_;
  std::string failed_stamp_;  // of the helper's place; "" where it is nobody's to note
};

// Asks the helpers of a storage to end, one for each shard, starting none. How many did.
unsigned stop_helpers(System& system, const HelperSettings& settings, const StorageSpec& spec);

}  // namespace deja

// Asking, putting, and giving up on storages.
#include "remote/tiers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "remote/file_store.h"
#include "remote/helper_store.h"
#include "remote/naming.h"
#include "remote/shared_form.h"

namespace deja {

namespace {

std::string_view word_for(EntryKind kind) {
  return kind == EntryKind::manifest ? "manifest" : "result";
}

}  // namespace

RemoteTiers::RemoteTiers(Clock& clock, Log& log, Counts& counts, std::vector<StorageSpec> storages,
                         StorageUse use, Open open)
    : clock_(clock), log_(log), counts_(counts), use_(use), open_(std::move(open)) {
  for (StorageSpec& spec : storages) {
    Tier& tier = tiers_.emplace_back();
    for (const StorageShard& shard : spec.shards)
      tier.backends.push_back({shard_url(spec, shard), nullptr});
    if (spec.shards.empty()) tier.backends.push_back({spec.text, nullptr});
    tier.spec = std::move(spec);
  }
}

bool RemoteTiers::may_answer() const {
  return std::ranges::any_of(tiers_, [](const Tier& tier) {
    return std::ranges::any_of(tier.backends,
                               [](const Backend& backend) { return !backend.failed; });
  });
}

RemoteTiers::Backend* RemoteTiers::backend_of(Tier& tier, const Digest& key, EntryKind kind) {
  const std::size_t place =
      tier.backends.size() == 1 ? 0 : shard_for(tier.spec.shards, wire_key(key, kind));
  Backend& backend = tier.backends[place];
  if (backend.failed) return nullptr;
  if (backend.store) return &backend;
  std::vector<std::string> notes;
  auto opened = open_(tier.spec, backend.url, notes);
  for (const std::string& note : notes) log_.add("remote_storage: " + note);
  if (!opened) {
    fail(backend, opened.error());
    return nullptr;
  }
  backend.store = std::move(*opened);
  return &backend;
}

// Nothing more is asked of it in this run: whoever waited once does not wait again.
void RemoteTiers::fail(Backend& backend, const Error& error) {
  backend.failed = true;
  const bool too_late = error.cause == Cause::timed_out;
  counts_.add(too_late ? Outcome::remote_storage_timeout : Outcome::remote_storage_error);
  if (log_.enabled())
    log_.add(fmt::format("Remote storage {} not used any more: {}", redacted_url(backend.url),
                         error.text()));
}

std::string RemoteTiers::taken_since(std::int64_t started_ns) {
  return fmt::format("{:.2f} ms", static_cast<double>(clock_.monotonic_ns() - started_ns) / 1e6);
}

std::optional<std::string> RemoteTiers::get(std::size_t tier, const Digest& key, EntryKind kind) {
  const std::int64_t started_ns = clock_.monotonic_ns();
  Backend* const backend = backend_of(tiers_[tier], key, kind);
  if (backend == nullptr) return std::nullopt;
  auto bytes = backend->store->get(key, kind);
  if (!bytes) {
    fail(*backend, bytes.error());
    return std::nullopt;
  }
  std::optional<std::string> entry;
  if (*bytes) {
    auto own = entry_of_shared(std::move(**bytes), key, kind);
    if (!own) {
      discard(tier, key, kind, own.error());
      return std::nullopt;
    }
    entry = std::move(*own);
  }
  if (!entry) counts_.add(Outcome::remote_storage_read_miss);
  if (log_.enabled())
    log_.add(fmt::format("{} {} {} in {} ({})", entry ? "Found" : "No", word_for(kind), key.hex(),
                         redacted_url(backend->url), taken_since(started_ns)));
  return entry;
}

void RemoteTiers::put(std::size_t tier, const Digest& key, EntryKind kind, std::string_view entry,
                      Overwrite overwrite) {
  if (use_ == StorageUse::look || tiers_[tier].spec.read_only) return;
  const std::int64_t started_ns = clock_.monotonic_ns();
  Backend* const backend = backend_of(tiers_[tier], key, kind);
  if (backend == nullptr) return;
  const auto done = backend->store->put(key, kind, shared_form(key, kind, entry), overwrite);
  const bool refused = !done && done.error().cause == Cause::exists;
  if (!done && !refused) return fail(*backend, done.error());
  if (!refused) counts_.add(Outcome::remote_storage_write);
  if (log_.enabled())
    log_.add(fmt::format("{} {} {} in {} ({})", refused ? "Not stored:" : "Stored", word_for(kind),
                         key.hex(), redacted_url(backend->url), taken_since(started_ns)));
}

void RemoteTiers::discard(std::size_t tier, const Digest& key, EntryKind kind, const Error& why) {
  counts_.add(Outcome::remote_storage_read_miss);
  counts_.add(Outcome::remote_storage_error);
  Backend* const backend = backend_of(tiers_[tier], key, kind);
  const bool tries =
      use_ == StorageUse::look_and_store && !tiers_[tier].spec.read_only && backend != nullptr;
  const auto removed = tries ? backend->store->remove(key, kind) : Result<void>(why);
  if (removed) counts_.add(Outcome::remote_storage_write);
  if (log_.enabled())
    log_.add(fmt::format("Broken {} {} in {}: {}; {}", word_for(kind), key.hex(), name(tier),
                         why.text(), removed ? "removed" : "left where it is"));
}

RemoteTiers::Open open_with(System& system, Log& log, HelperSettings settings) {
  return [&system, &log, settings = std::move(settings), budget = std::make_shared<LookupBudget>()](
             const StorageSpec& spec, const std::string& url,
             std::vector<std::string>& notes) -> Result<std::unique_ptr<Store>> {
    auto parsed = parse_url(url);
    if (!parsed) return parsed.error();
    if (parsed->scheme == "file")
      return std::unique_ptr<Store>(
          std::make_unique<FileStore>(system, directory_of_url(*parsed), spec.attributes, notes));
    return std::unique_ptr<Store>(
        std::make_unique<HelperStore>(system, log, spec, url, settings, budget));
  };
}

Result<void> check_schemes(System& system, const HelperSettings& settings,
                           const std::vector<StorageSpec>& storages) {
  for (const StorageSpec& spec : storages) {
    const std::string& scheme = spec.url.scheme;
    const bool known =
        scheme == "file" || scheme == running_helper_scheme || deja_storage_serves(scheme);
    if (!known && !find_helper(system, settings, spec))
      return Error{"unknown scheme", scheme,
                   "no ccache-storage-" + scheme + " is installed for " + redacted_url(spec.text)};
  }
  return {};
}

}  // namespace deja

// Looking up: manifests and results, with a line in the log for each and a count for the
// statistics.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "inputs/manifest.h"
#include "store/entry.h"
#include "wrap/header_search.h"
#include "wrap/session.h"

namespace deja {

// Why content does not tell all that a file with `traits` brings into a compile; nullopt when it
// does. `file` is what the reason calls it. `time_is_fixed`: by SOURCE_DATE_EPOCH, and that is in
// the key.
std::optional<Reason> why_not_direct(const Session& session, const SourceTraits& traits,
                                     bool time_is_fixed, std::string file);

// Whether files of the same code are the same to this compile, whatever their comments say, as long
// as it has no messages.
inline bool by_code(const Session& session, const Invocation& call) {
  return call.allows.other_comments && !session.config.keep_comments_cpp;
}

// What the caller's sloppiness leaves out when headers are compared.
MatchOptions match_options(const Session& session, const Invocation& call);

// Writes down what `entry` says of headers and directories: an answer by it rests on them.
// `observed`: what they bring in as data is known.
void write_down(const Session& session, const Invocation& call, const ManifestEntry& entry,
                bool observed);

// Where entries are: the local store, then the remote storages as they are configured. In this
// order they are asked.
enum class Tier : std::size_t { local = 0, first_remote = 1 };
inline bool is_remote(Tier tier) { return tier != Tier::local; }

// The tiers that this run asks.
std::vector<Tier> tiers_of(const Session& session);

// What the tiers hold under a direct key. A remote storage gets its own manifest back with what is
// new, and nothing that only another one held: not all of them need be trusted alike.
struct KnownManifests {
  std::optional<Manifest> all;                  // of all tiers together
  std::vector<std::optional<Manifest>> remote;  // of each remote storage, as far as it was asked
};

// The manifest under `key` in one tier; nullopt when there is none or it is broken (then it is
// removed). One from elsewhere is without what only its machine knew.
std::optional<Manifest> find_manifest(const Session& session, Tier tier, const Digest& key);

// The same in the local store, to look at only: nothing is counted, told or removed.
std::optional<Manifest> peek_manifest(const Session& session, const Digest& key);

// Adds what a tier holds.
void add_known(KnownManifests& known, Tier tier, Manifest manifest);

// After a match: what came from elsewhere is kept here, or what is here is shared where the user
// wants that.
void spread_manifest(const Session& session, Tier tier, const Digest& key,
                     const KnownManifests& known);

struct FoundResult {
  Entry entry;
  Tier tier;
};

// The result under `key`, from the first tier that has one that is whole; nullopt when there is
// none. One from elsewhere is kept here, once it has been seen to be whole.
std::optional<FoundResult> find_result(const Session& session, const Digest& key);

// Keeps a result in all tiers; false where none of them took it.
bool keep_result(const Session& session, const Digest& key, const Entry& entry);

// What a manifest says of one file that was read.
ManifestFile manifest_file(const Session& session, const Invocation& call, const std::string& name,
                           const SourceFile& file);

// What a manifest says of `headers` now. nullopt with a reason in the log when one of them does not
// allow direct mode: too new, unreadable, or holding what content does not tell (the time of day,
// other files' data).
std::optional<std::vector<ManifestFile>> describe_headers(const Session& session,
                                                          const Invocation& call,
                                                          const std::vector<std::string>& headers);

// Adds "these headers lead to that result" to the manifests under `key`, and returns what it added;
// nullopt, with a reason in the log, where later changes could not be seen.
std::optional<ManifestEntry> keep_manifest(const Session& session, const Invocation& call,
                                           HeaderSearch& search, const Digest& key,
                                           KnownManifests known, std::vector<ManifestFile> files,
                                           const Digest& result);

}  // namespace deja

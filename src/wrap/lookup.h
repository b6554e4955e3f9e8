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

// The manifest under `key`; nullopt when there is none or it is broken (then it is removed).
std::optional<Manifest> find_manifest(const Session& session, const Digest& key);

// The same to look at only: nothing is counted, told or removed.
std::optional<Manifest> peek_manifest(const Session& session, const Digest& key);

// The result under `key`; nullopt when there is none or it is broken (then it is removed). Counts
// the local storage's part.
std::optional<Entry> find_result(const Session& session, const Digest& key);

// Keeps a result; an error is a line in the log, and false.
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

// Adds "these headers lead to that result" to the manifest under `key`, and returns what it added;
// nullopt, with a reason in the log, where later changes could not be seen.
std::optional<ManifestEntry> keep_manifest(const Session& session, const Invocation& call,
                                           HeaderSearch& search, const Digest& key,
                                           std::optional<Manifest> manifest,
                                           std::vector<ManifestFile> files, const Digest& result);

}  // namespace deja

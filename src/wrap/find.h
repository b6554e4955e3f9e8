// Finding: where the answer to a compile lies, without giving it to anybody yet.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "inputs/manifest.h"
#include "store/entry.h"
#include "wrap/header_search.h"
#include "wrap/lookup.h"
#include "wrap/session.h"

namespace deja {

// A result that serves this call, made to fit it: its dependency file has the call's targets.
struct Found {
  Entry entry;
  Digest result;  // the entry's key
  Outcome how;
  Tier tier;  // that had the entry
};

// What the look-ups came to know, for whoever keeps a result.
struct Sought {
  std::optional<Digest> direct;  // of the manifest; nullopt when direct mode is off
  std::optional<Digest>
      text;  // of the result; nullopt in depend mode, and until the text was asked
  KnownManifests manifests;
  std::vector<std::string> headers;  // from the preprocessed text
  bool names_absent_file = false;    // so does the text, of a file that is not there
  bool hides_data = false;  // source, header or text bring in data that only an observer sees
  std::vector<std::string> precompiled;  // that gcc may read instead of headers
  bool precompiled_in_directory = false;
  bool direct_missed = false, text_missed = false;  // looked up in vain
  std::vector<Reason> reasons;                      // why, as far as is known
};

struct Finding {
  std::optional<Found> found;  // nullopt: compile
  Sought sought;
};

// Direct key → manifest → result; else the text's key → result. Asks through the ledger for all
// that the keys are made of. Bypass: run the real compiler, nothing is to be kept.
std::variant<Finding, Bypass> find(const Session& session, const Invocation& call,
                                   HeaderSearch& search);

// The digest over all that the compile read, by content: what messages are made of, beyond the
// preprocessed text.
Digest sources_digest(const Session& session, const Invocation& call,
                      const std::vector<std::string>& headers);

// No manifest where a file that a #line names, and that is not there, could show in messages or
// debug information once it is.
bool only_text_will_do(const Invocation& call, const Sought& sought, bool has_messages);

}  // namespace deja

// The question of every compile: can it be answered without the compiler, and if not, what is kept
// for the next time?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/entry.h"
#include "wrap/session.h"

namespace deja {

// What an answer led to, where it may be replayed; what it rests on is in the ledger.
struct Evidence {
  Entry entry;
  Digest result;  // the entry's key
};

struct Answer {
  Verdict verdict;
  std::optional<Evidence> evidence;
};

// Direct look-up, preprocessed look-up, compile: the first that answers. Bypass: nothing has been
// written and nothing was said to the caller; run the real compiler.
Answer answer(const Session& session, const Invocation& call);

}  // namespace deja

// The question of every compile: can it be answered without the compiler, and if not, what is kept
// for the next time?
#pragma once

#include <optional>

#include "wrap/find.h"
#include "wrap/session.h"

namespace deja {

struct Answer {
  Verdict verdict;
  // What was served, where a replay may do the same; what it rests on is in the ledger.
  std::optional<Found> replayable;
};

// Find, deliver; else compile, keep. Bypass: nothing has been written and nothing was said to the
// caller; run the real compiler.
Answer answer(const Session& session, const Invocation& call);

}  // namespace deja

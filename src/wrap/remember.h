// After an answer: a replay record, so that the next exact repeat needs no thought.
#pragma once

#include "wrap/find.h"

namespace deja {

// Makes and stores the record from what the ledger holds, where that allows one; says in the log
// why not. Never fails. `own_words`: the command line as deja got it.
void remember(const Session& session, const Invocation& call,
              const std::vector<std::string>& own_words, const Found& found);

}  // namespace deja

// Keeping: what the next run needs of this one, in manifests and results.
#pragma once

#include "store/entry.h"
#include "wrap/compile.h"
#include "wrap/find.h"

namespace deja {

// After a compile that succeeded: keeps its result, and the headers that led to it. Says in the log
// what was in the way. How the run is to be counted.
Outcome keep(const Session& session, const Invocation& call, HeaderSearch& search, Sought sought,
             const Compiled& compiled);

// After a hit by the text: the next time the headers alone lead to `found`. True when they are
// known and written down; only then is the ledger all that the answer rests on.
bool keep_headers(const Session& session, const Invocation& call, HeaderSearch& search,
                  Sought sought, const Found& found);

}  // namespace deja

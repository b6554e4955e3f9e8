// The question of every compile: can it be answered without the compiler, and if not, what is kept
// for the next time?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/entry.h"
#include "wrap/session.h"

namespace deja {

// What an answer rests on, where it may be replayed: all that was read, and what it led to.
struct Evidence {
  std::vector<std::string> headers;
  std::vector<std::string> probed_names;  // headers that are only asked for
  std::vector<std::string> directories;   // in which a new name could change what an #include finds
  bool all_names_matter = false;          // one is asked for by a macro
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

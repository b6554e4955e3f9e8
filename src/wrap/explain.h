// Why a compile was a miss, from what the cache remembers of the last one to the same object.
#pragma once

#include <vector>

#include "base/reason.h"
#include "wrap/session.h"

namespace deja {

// Remembers that the compile to `call`'s object was kept under `direct`.
void remember_key(const Session& session, const Invocation& call, const Digest& direct);

// What keeps this compile from the manifest of the last one to the same object; one reason at
// least. Reads that manifest, so it is for runs that somebody follows.
std::vector<Reason> why_no_manifest(const Session& session, const Invocation& call);

// "option '-O3' is new, option '-O2' is gone".
std::string text_of(const std::vector<Reason>& reasons);

}  // namespace deja

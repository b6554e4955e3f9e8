// What precompiled headers were made from: whoever uses one that deja has made or served depends on
// that, not on its bytes, which are others each time.
#pragma once

#include <string>
#include <vector>

#include "inputs/manifest.h"
#include "wrap/session.h"

namespace deja {

// After a precompiled header was made: remembers, by its content, the digest over all that it was
// made from: `direct`, the key of that compile, and its headers.
void remember_origin(const Session& session, const Invocation& call, const Digest& direct,
                     const std::vector<ManifestFile>& headers);

// What stands for a precompiled header with this content in a key: the digest over what it was made
// from where that is known, else the content.
std::string origin_of(const Session& session, const Digest& content);

// Asks for the precompiled header `file`. Clang refuses one when its headers have other times than
// they had: where the headers are known and are as they were, their times need not be part of what
// the answer rests on; else they are. `by_sum`: `content` is of another file that stands for it.
void ask_precompiled_header(const Session& session, const Invocation& call, const std::string& file,
                            const Digest& content, bool by_sum);

// Whether the times of the headers are part of what this compile depends on; known once the
// precompiled headers were asked for.
bool times_matter(const Session& session, const Invocation& call);

}  // namespace deja

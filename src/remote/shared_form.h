// The form in which an entry leaves the machine: with its key in front, so that what a server mixes
// up is noticed. Byte layout: docs/remote.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "store/store.h"

namespace deja {

std::string shared_form(const Digest& key, EntryKind kind, std::string_view entry);

// The entry in `bytes`; nullopt where a later version of deja has put it there. Cause::corrupt: it
// is none, or another than the one that was asked for. What the entry itself says is not checked.
Result<std::optional<std::string>> entry_of_shared(std::string bytes, const Digest& key,
                                                   EntryKind kind);

}  // namespace deja

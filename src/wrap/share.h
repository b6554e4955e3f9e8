// file_clone and hard_link: the object is a clone of a file in the cache, or that file itself.
#pragma once

#include <string>

#include "wrap/session.h"

namespace deja {

// After an object was made or written: the cache gets it without a copy, beside `result`. Nothing
// happens where the configuration does not ask for it, or results leave the machine.
void keep_shared(const Session& session, const Invocation& call, const Digest& result);

// Gives the caller the file beside `result` as `output`, which is to hold `bytes`. False, and
// nothing has changed, where it must be written: no such file, another content (somebody has
// written to what he was given), another file system.
bool deliver_shared(const Session& session, const Digest& result, const std::string& output,
                    const std::string& bytes);

}  // namespace deja

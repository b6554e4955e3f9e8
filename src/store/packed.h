// Compression around an entry that has none of its own. Byte layout: docs/formats.md.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace deja {

// `bytes` in a zstd frame at `level`; as they are where that saves no block on disk.
std::string pack(std::string bytes, int level);
// What pack() was given. Cause::corrupt where the frame is damaged, or claims to be more than
// `limit` bytes.
Result<std::string> unpack(std::string bytes, std::uint64_t limit);

}  // namespace deja

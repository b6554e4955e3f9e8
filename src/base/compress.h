// zstd behind two functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace deja {

// `level` as zstd counts: negative is faster, 1 to 19 smaller. Fails only when memory runs out.
Result<std::string> compress(std::string_view raw, int level);
// `raw_size` is what the format says; more or fewer bytes than that are an error, so a damaged
// length never allocates more than `raw_size`, which the caller has bounded.
Result<std::string> decompress(std::string_view packed, std::uint64_t raw_size);

}  // namespace deja

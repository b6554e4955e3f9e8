// What must hold for any bytes taken as a manifest; shared by the fuzz target and the unit tests.
#pragma once

#include <cstdlib>
#include <string_view>

#include "base/bytes.h"
#include "inputs/manifest.h"

namespace deja {

// The bytes with size and checksum made right, so that what lies behind them is reached.
inline std::string resealed_manifest(std::string_view bytes) {
  std::string out(bytes);
  if (out.size() < 24) return out;
  std::string sums;
  ByteWriter(sums).u64(out.size());
  ByteWriter(sums).u64(checksum_of(std::string_view(out).substr(24)));
  return out.replace(8, sums.size(), sums);
}

// Decodes, and when that works: what it says survives encoding.
inline void check_manifest_bytes(std::string_view bytes) {
  for (const std::string& tried : {std::string(bytes), resealed_manifest(bytes)}) {
    const auto manifest = Manifest::decode(tried);
    if (!manifest) continue;
    const auto again = Manifest::decode(manifest->encode());
    if (!again || again->entries() != manifest->entries()) std::abort();
  }
}

}  // namespace deja

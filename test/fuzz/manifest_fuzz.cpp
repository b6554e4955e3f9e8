// Fuzz target: a manifest.
#include "manifest_fuzz.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  deja::check_manifest_bytes({reinterpret_cast<const char*>(data), size});
  return 0;
}

// Fuzz target: the protocol of storage helpers.
#include "wire_fuzz.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  deja::check_wire_bytes({reinterpret_cast<const char*>(data), size});
  return 0;
}

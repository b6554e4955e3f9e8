// Fuzz target: preprocessed text in chunks.
#include <cstddef>
#include <cstdint>

#include "compiler_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  deja::check_preprocessed({reinterpret_cast<const char*>(data), size});
  return 0;
}

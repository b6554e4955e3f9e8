// Fuzz target: a command line, one word a line.
#include <cstddef>
#include <cstdint>

#include "compiler_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  deja::check_argv({reinterpret_cast<const char*>(data), size});
  return 0;
}

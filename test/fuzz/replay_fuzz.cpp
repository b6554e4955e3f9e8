// Fuzz target: a replay record behind a good checksum.
#include "replay_fuzz.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  deja::check_replay_record({reinterpret_cast<const char*>(data), size});
  return 0;
}

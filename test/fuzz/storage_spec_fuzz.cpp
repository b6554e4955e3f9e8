// Fuzz target: remote_storage.
#include "storage_spec_fuzz.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  deja::check_storage_text({reinterpret_cast<const char*>(data), size});
  return 0;
}

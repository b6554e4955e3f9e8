// Fuzz target: the text of a configuration file.
#include "config_fuzz.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  deja::check_configuration_text({reinterpret_cast<const char*>(data), size});
  return 0;
}

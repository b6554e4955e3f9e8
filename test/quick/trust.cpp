// In place of src/base/trust.cpp: tests wait for this long, so it is short, and still many ticks of
// the kernel's clock.
#include "base/trust.h"

namespace deja {

extern "C" const std::int64_t trust_age_ns = 50'000'000;

}  // namespace deja

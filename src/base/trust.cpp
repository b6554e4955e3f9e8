#include "base/trust.h"

namespace deja {

extern "C" const std::int64_t trust_age_ns = 2'000'000'000;

}  // namespace deja

// Fuzz target: what servers of deja-storage answer, and trailers of signed
// entries.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "helper/memcached_far.h"
#include "helper/resp.h"
#include "helper/signed_far.h"

namespace {

// A reply is whole with its own bytes alone, and with no fewer.
void check_measure(const deja::helper::Measure& measure, std::string_view bytes) {
  const auto measured = measure(bytes);
  if (measured.bad) return;
  if (!measured.whole) {
    if (measured.size <= bytes.size()) std::abort();
    return;
  }
  if (measured.size > bytes.size()) std::abort();
  const auto own = measure(bytes.substr(0, measured.size));
  if (!own.whole || own.bad || own.size != measured.size) std::abort();
  if (measure(bytes.substr(0, measured.size - 1)).whole) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace deja::helper;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_measure(resp::measure, bytes);
  check_measure(measure_memcached, bytes);
  if (const auto reply = resp::decode(bytes);
      reply && reply->text_begins + reply->text.size() > size)
    std::abort();
  if (verify_entry("a secret of the test's", "key", bytes).is == Verified::Is::right) std::abort();
  return 0;
}

// What must hold for any bytes taken as requests, answers and greetings of storage helpers; shared
// by the fuzz target and the unit tests.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include "remote/wire.h"

namespace deja {

// A message is decoded from its own bytes alone, from no fewer, and encodes to the same again.
template <class Decode, class Encode>
void check_wire_message(std::string_view bytes, Decode decode, Encode encode) {
  const auto decoded = decode(bytes);
  if (decoded.bad || !decoded.value) {
    if (!decoded.bad && decoded.size <= bytes.size()) std::abort();
    return;
  }
  if (decoded.size > bytes.size()) std::abort();
  const std::string_view own = bytes.substr(0, static_cast<std::size_t>(decoded.size));
  const auto shorter = decode(own.substr(0, own.size() - 1));
  if (shorter.value || shorter.bad || shorter.size > own.size()) std::abort();
  const std::string again = encode(*decoded.value);
  const auto second = decode(std::string_view(again));
  if (!second.value || again.size() != own.size() || encode(*second.value) != again) std::abort();
}

inline void check_wire_bytes(std::string_view bytes) {
  using namespace wire;
  check_wire_message(bytes, decode_request, encode_request);
  check_wire_message(bytes, decode_greeting,
                     [](const std::vector<std::uint8_t>& list) { return encode_greeting(list); });
  for (const Operation asked : {Operation::get, Operation::put, Operation::remove, Operation::stop,
                                Operation::info, Operation::exists, Operation::put_queued,
                                Operation::drain, Operation::metrics, Operation::state})
    check_wire_message(
        bytes, [&](std::string_view text) { return decode_answer(asked, text); },
        [&](const Answer& answer) {
          // A text that is no UTF-8 is cut where its sender would not have.
          const std::string out = encode_answer(asked, answer);
          return out;
        });
}

}  // namespace deja

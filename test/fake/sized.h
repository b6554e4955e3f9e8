// Bytes as the store takes them for an entry: at offset 8 they say how many they are.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace deja {

inline std::string sized(std::string_view text) {
  std::string bytes;
  ByteWriter out(bytes);
  out.raw("anything");
  out.u64(16 + text.size());
  out.raw(text);
  return bytes;
}

}  // namespace deja

// The protocol of Redis, version 2: as much of it as one request and one reply need.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "helper/conversation.h"

namespace deja::helper::resp {

struct Reply {
  enum class Kind : std::uint8_t { text, error, number, bytes, nothing } kind = Kind::nothing;
  std::string_view text;        // text, error, bytes
  std::int64_t number = 0;      // number
  std::size_t text_begins = 0;  // where `text` lies in the reply
};

// A command: an array of words.
std::string encode(const std::vector<std::string_view>& words);

// Replies of one level; one with others in it is bad.
Measured measure(std::string_view bytes);
// A whole reply, as measured.
std::optional<Reply> decode(std::string_view bytes);

}  // namespace deja::helper::resp

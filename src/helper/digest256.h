// SHA-256 and HMAC-SHA256, by OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace deja::helper {

std::string sha256(std::string_view bytes);                             // 32 bytes
std::string hmac_sha256(std::string_view key, std::string_view bytes);  // 32 bytes
// Takes the same time wherever the two differ.
bool are_equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace deja::helper

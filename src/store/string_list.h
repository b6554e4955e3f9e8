// The codec of `.d` files: strings that a run found out about a compiler, for the next run. Byte
// layout: docs/formats.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deja {

std::string encode_strings(const std::vector<std::string>& strings);
// nullopt unless `bytes` are exactly what encode_strings() made.
std::optional<std::vector<std::string>> decode_strings(std::string_view bytes);

}  // namespace deja

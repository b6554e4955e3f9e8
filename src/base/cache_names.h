// Names in the cache directory that several layers know.
#pragma once

#include <string_view>

namespace deja {

inline constexpr std::string_view statistics_name = "stats";
inline constexpr std::string_view digest_cache_name = "digests";

// Temporaries of every kind are called "<prefix>.<pid>.…"; those left behind by a killed process
// are removed when they are an hour old.
inline constexpr std::string_view temporary_prefix = "deja-tmp";

}  // namespace deja

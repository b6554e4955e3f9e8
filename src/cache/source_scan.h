// What a source or header holds that makes its content not the whole story; found while it is hashed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace deja {

// Traits are kept in the digest cache beside the digest, as bits().
struct SourceTraits {
  bool date_macro = false;            // __DATE__
  bool time_macro = false;            // the one for the time of day
  bool timestamp_macro = false;       // __TIMESTAMP__
  bool embed = false;                 // #embed
  bool incbin = false;                // .incbin
  bool assembler_include = false;     // .include "…"
  bool has_include = false;           // __has_include(NAME) with a literal name: the names are in SourceScan
  bool has_include_computed = false;  // __has_include( with anything else
  bool disables_cache = false;        // "ccache:disable" in the first 4096 bytes

  std::uint16_t bits() const;
  static SourceTraits from_bits(std::uint16_t bits);
};

struct SourceScan {
  SourceTraits traits;
  std::vector<std::string> probed_names;  // literal names in __has_include(…): "tbb/tbb.h"
};
SourceScan scan_source(std::string_view content);

}  // namespace deja

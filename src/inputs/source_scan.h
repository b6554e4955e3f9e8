// What a source or header holds that makes its content not the whole story; found while it is
// hashed. deja's own sources do not spell these words out, not even in comments: they would be
// taken for sources that use them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace deja {

// Traits are kept in the digest cache beside the digest, as bits().
struct SourceTraits {
  bool date_macro = false;         // the day of the compile
  bool time_macro = false;         // the time of day
  bool timestamp_macro = false;    // the file's own time
  bool embed = false;              // C23's directive for a file as data
  bool incbin = false;             // a file as the assembler's data
  bool assembler_include = false;  // a file as the assembler's text
  bool probes_names = false;       // asks for headers by literal names: they are in SourceScan
  bool probes_computed = false;    // asks in any other way
  bool disables_cache = false;     // the word for it is in the first 4096 bytes
  bool falls_through = false;      // says so where a case does, perhaps in a comment

  std::uint16_t bits() const;
  static SourceTraits from_bits(std::uint16_t bits);
};

// Whether other files' data becomes part of it, which only an observer of the compile sees.
inline bool hides_data(const SourceTraits& traits) {
  return traits.embed || traits.incbin || traits.assembler_include;
}
// Whether the same content can become something else by the day or the clock.
inline bool tells_time(const SourceTraits& traits) {
  return traits.date_macro || traits.time_macro || traits.timestamp_macro;
}

struct SourceScan {
  SourceTraits traits;
  std::vector<std::string> probed_names;  // headers that are asked for: "tbb/tbb.h"
};
SourceScan scan_source(std::string_view content);

// The same for a text in pieces, so that a large one need not be in memory as a whole. A word on
// the border of two pieces is found; what a line of more than 64 KiB on a border asks for is not
// known, and the traits say so.
class SourceScanner {
 public:
  void feed(std::string_view piece);
  SourceScan finish();

 private:
  std::string kept_;           // the end of the text so far, from the beginning of a line on
  std::size_t looked_at_ = 0;  // bytes of it
  bool begun_ = false;
  SourceScan out_;
};

// Whether a file that begins so is a precompiled header of gcc's or clang's: it holds the names of
// all macros, and uses none of them.
bool is_precompiled(std::string_view beginning);

}  // namespace deja

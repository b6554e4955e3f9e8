// The preprocessor's text, taken in chunks straight from the pipe and scanned once: what to hash, which files it names, what it forbids.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace deja {

struct PreprocessedOptions {
  std::string working_directory;     // absolute
  bool hash_working_directory = true; // false: the marker `# 1 "/cwd//"` that -g writes is left out of the hash
  std::vector<std::string> base_dirs; // absolute paths in markers below these are hashed as relative to the working directory
};

struct PreprocessedFindings {
  std::vector<std::string> files;    // every file named by a line marker, in order of appearance, without <built-in> and the like
  bool has_incbin = false;           // .incbin in the text
  bool has_assembler_include = false; // .include "…" in the text
  bool has_embed = false;            // a #embed that was left for the compiler
  bool has_pch_pragma = false;       // #pragma GCC pch_preprocess
  bool has_modules = false;          // import / export module / module at the start of a line
  bool has_columns = false;          // __builtin_COLUMN, __builtin_source_location
  std::uint64_t size = 0;            // bytes seen
};

// Feed chunks of any size, then finish(). `hash` gets the normalised bytes: the same text in other chunks gives the same bytes.
class PreprocessedScanner {
 public:
  PreprocessedScanner(PreprocessedOptions options, std::function<void(std::string_view)> hash);
  void feed(std::string_view chunk);
  PreprocessedFindings finish();

 private:
  void line(std::string_view text);
  PreprocessedOptions options_;
  std::function<void(std::string_view)> hash_;
  std::string carry_;  // an unfinished line; lines longer than 64 KiB are passed on in pieces that overlap by a few bytes for the search only
  std::unordered_set<std::string> seen_;
  PreprocessedFindings findings_;
};

}  // namespace deja

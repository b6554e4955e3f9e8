// The preprocessor's text, taken in chunks straight from the pipe and scanned once: what to hash,
// which files it names, what it forbids.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace deja {

struct PreprocessedOptions {
  std::string working_directory;  // absolute
  bool hash_working_directory =
      true;  // false: the marker `# 1 "/cwd//"` that -g writes is left out of the hash
  std::vector<std::string> base_dirs;  // absolute paths in markers below these are hashed as
                                       // relative to the working directory
  bool expands_pragmas = true;         // false: macros in pragmas are left to the compiler (clang)
};

struct PreprocessedFindings {
  std::vector<std::string> files;  // every file named by a line marker, in order of appearance,
                                   // without <built-in> and the like
  std::unordered_set<std::string>
      system_files;  // those of them that a marker calls a system header (flag 3)
  std::unordered_set<std::string>
      files_with_text;  // those of them that gave more than macros, directives and blanks
  std::unordered_set<std::string> entered_files;  // those of them that were included (flag 1);
                                                  // others may be known from #line alone
  bool has_incbin = false;                        // the assembler's incbin in the text
  bool has_assembler_include = false;             // the assembler's include in the text
  bool has_embed = false;       // an embed directive that was left for the compiler
  bool has_pch_pragma = false;  // #pragma GCC pch_preprocess
  bool has_modules = false;     // import / export / module at the start of a line that reads like a
                                // declaration of C++ modules
  bool has_columns = false;     // __builtin_COLUMN, __builtin_source_location
  bool has_macro_pragma = false;  // a pragma with what may be a macro that is still to be expanded
  std::uint64_t size = 0;         // bytes seen
};

// Feed chunks of any size, then finish(). `hash` gets the normalised bytes: the same text in other
// chunks gives the same bytes.
class PreprocessedScanner {
 public:
  PreprocessedScanner(PreprocessedOptions options, std::function<void(std::string_view)> hash);
  void feed(std::string_view chunk);
  PreprocessedFindings finish();

 private:
  void block(std::string_view lines);
  void note_text(std::string_view text);
  void search(std::string_view text);
  void check_word(std::string_view text, std::size_t at);
  // What is hashed instead of a line that begins with '#'; false: the line itself.
  bool directive(std::string_view line, std::string& instead);
  bool marker(std::string_view line, std::size_t quote, std::string& instead);

  PreprocessedOptions options_;
  std::function<void(std::string_view)> hash_;
  std::string carry_;         // an unfinished line; longer than a limit it is passed on in pieces
  bool inside_line_ = false;  // carry_ is not the beginning of its line
  std::size_t searched_ =
      0;  // bytes at carry_'s beginning that were passed on and stay for the search only
  std::string current_;  // the file named last
  bool current_has_text_ = false;
  std::string last_quoted_;  // the file named last, as the marker has it, with the closing quote
  std::unordered_set<std::string> seen_;
  PreprocessedFindings findings_;
};

}  // namespace deja

// From words to meaning: expand response files, then read the options by the family's table.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/invocation.h"
#include "config/config.h"
#include "sys/system.h"

namespace deja {

// What understand() needs to know besides the words.
struct UnderstandInput {
  Family family = Family::gcc;
  bool is_cpp_driver =
      false;  // named g++, c++, clang++: no influence on a .c file's language in clang, much in g++
  std::vector<std::string> words;  // without the compiler; @files already expanded
  std::string working_directory;   // absolute
};

// Replaces every @file word by the file's words, nested up to 64 levels; {words, files read}. A
// file that cannot be read stays as typed (the compiler does the same). posix: quotes, backslashes;
// windows: as CommandLineToArgvW, UTF-16 with BOM too.
struct Expanded {
  std::vector<std::string> words;
  std::vector<std::string> files;  // response files read, for replay
};
std::variant<Expanded, Bypass> expand_response_files(Fs& fs, const std::vector<std::string>& words,
                                                     ResponseFileFormat format);

Understood understand(Fs& fs, const Config& config, const UnderstandInput& input);

}  // namespace deja

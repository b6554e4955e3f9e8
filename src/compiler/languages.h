// Languages by file name and by -x, and what each means for the compile.
#pragma once

#include <optional>
#include <string_view>

#include "compiler/invocation.h"

namespace deja {

// The language a file name's extension means; `is_cpp_driver`: g++ and clang++ read C as C++.
// nullopt: not a source.
std::optional<Language> language_of_file(std::string_view file, Family family, bool is_cpp_driver);
// The language that -x names; nullopt: unknown or not cached.
std::optional<Language> language_of_name(std::string_view name);
// The extension means C++ module units (.cppm, .ixx, …).
bool is_module_unit(std::string_view file);

constexpr bool is_header(Language language) {
  return language == Language::c_header || language == Language::cpp_header ||
         language == Language::objc_header || language == Language::objcpp_header;
}
constexpr bool is_preprocessed(Language language) {
  return language == Language::c_preprocessed || language == Language::cpp_preprocessed ||
         language == Language::objc_preprocessed || language == Language::objcpp_preprocessed ||
         language == Language::assembler || language == Language::bitcode;
}

}  // namespace deja

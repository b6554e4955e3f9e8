// The tables of extensions and -x names, as gcc 12 and clang 14 read them.
#include "compiler/languages.h"

#include <algorithm>
#include <span>

#include "base/path.h"

namespace deja {
namespace {

struct Named {
  std::string_view name;
  Language language;
};

constexpr Named extensions[] = {
    {".C", Language::cpp},
    {".CPP", Language::cpp},
    {".H", Language::cpp_header},
    {".HPP", Language::cpp_header},
    {".M", Language::objcpp},
    {".S", Language::assembler_with_cpp},
    {".c", Language::c},
    {".c++", Language::cpp},
    {".cc", Language::cpp},
    {".cp", Language::cpp},
    {".cpp", Language::cpp},
    {".cxx", Language::cpp},
    {".h", Language::c_header},
    {".h++", Language::cpp_header},
    {".hh", Language::cpp_header},
    {".hp", Language::cpp_header},
    {".hpp", Language::cpp_header},
    {".hxx", Language::cpp_header},
    {".i", Language::c_preprocessed},
    {".ii", Language::cpp_preprocessed},
    {".m", Language::objc},
    {".mi", Language::objc_preprocessed},
    {".mii", Language::objcpp_preprocessed},
    {".mm", Language::objcpp},
    {".s", Language::assembler},
    {".sx", Language::assembler_with_cpp},
    {".tcc", Language::cpp_header},
};

constexpr Named names[] = {
    {"assembler", Language::assembler},
    {"assembler-with-cpp", Language::assembler_with_cpp},
    {"c", Language::c},
    {"c++", Language::cpp},
    {"c++-cpp-output", Language::cpp_preprocessed},
    {"c++-header", Language::cpp_header},
    {"c-header", Language::c_header},
    {"cpp-output", Language::c_preprocessed},
    {"ir", Language::bitcode},
    {"objc++-cpp-output", Language::objcpp_preprocessed},
    {"objc-cpp-output", Language::objc_preprocessed},
    {"objective-c", Language::objc},
    {"objective-c++", Language::objcpp},
    {"objective-c++-cpp-output", Language::objcpp_preprocessed},
    {"objective-c++-header", Language::objcpp_header},
    {"objective-c-cpp-output", Language::objc_preprocessed},
    {"objective-c-header", Language::objc_header},
};

constexpr std::string_view module_units[] = {".c++m", ".ccm", ".cppm", ".cxxm",
                                             ".ixx",  ".mpp", ".mxx"};

constexpr bool sorted(std::span<const Named> rows) {
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (!(rows[i - 1].name < rows[i].name)) return false;
  return true;
}
static_assert(sorted(extensions) && sorted(names));

std::optional<Language> find(std::span<const Named> rows, std::string_view name) {
  const auto row = std::lower_bound(rows.begin(), rows.end(), name,
                                    [](const Named& a, std::string_view b) { return a.name < b; });
  if (row == rows.end() || row->name != name) return std::nullopt;
  return row->language;
}

// What a C++ driver makes of C input.
Language as_cpp(Language language) {
  switch (language) {
    case Language::c:
      return Language::cpp;
    case Language::c_header:
      return Language::cpp_header;
    case Language::c_preprocessed:
      return Language::cpp_preprocessed;
    default:
      return language;
  }
}

}  // namespace

std::optional<Language> language_of_file(std::string_view file, Family family, bool is_cpp_driver) {
  const std::optional<Language> language = find(extensions, path::extension(file));
  if (!language) return std::nullopt;
  const bool is_gcc_like = family == Family::gcc || family == Family::clang;
  if (is_gcc_like && is_cpp_driver) return as_cpp(*language);
  return language;
}

std::optional<Language> language_of_name(std::string_view name) { return find(names, name); }

bool is_module_unit(std::string_view file) {
  return std::find(std::begin(module_units), std::end(module_units), path::extension(file)) !=
         std::end(module_units);
}

}  // namespace deja

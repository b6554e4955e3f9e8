// How deja knows its own programs, whatever they are called and wherever they were copied to.
#pragma once

#include <cstddef>
#include <string_view>

namespace deja {

// Stands in an ELF note near the program's beginning (program_mark.cpp). In two pieces here, lest a
// program that only looks for it be taken for one that has it.
inline constexpr std::string_view program_mark_beginning = "deja, a compiler ";
inline constexpr std::string_view program_mark_end = "cache: this program";
inline constexpr std::size_t program_mark_within = 4096;  // bytes from the file's beginning

// Whether a program that begins so is deja.
constexpr bool has_program_mark(std::string_view beginning) {
  for (std::size_t at = 0;; ++at) {
    at = beginning.find(program_mark_beginning, at);
    if (at == std::string_view::npos) return false;
    if (beginning.substr(at + program_mark_beginning.size()).starts_with(program_mark_end))
      return true;
  }
}

}  // namespace deja

// Everything a compile can leave behind: ONE table. A row's number is stored in entries: append,
// never renumber.
#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

namespace deja {

enum class OutputKind : unsigned {
  object = 0,
  depfile = 1,
  coverage_notes = 2,
  stack_usage = 3,
  callgraph_info = 4,
  ipa_clones = 5,
  diagnostics = 6,
  split_debug = 7,
  listing = 8,
  source_dependencies = 9,
  precompiled_header = 10,
};

struct OutputRow {
  OutputKind kind;
  std::string_view suffix;   // in place of the object's; empty: the command names the file
  bool required;             // a success without it is not stored; with -flto, say, there is no .su
  std::string_view made_by;  // option
  std::string_view doc;
};

inline constexpr OutputRow output_rows[] = {
    {OutputKind::object, "", true, "-o",
     "object, assembler text (-S), bitcode or precompiled header"},
    {OutputKind::depfile, ".d", true, "-MD, -MMD", "dependency file"},
    {OutputKind::coverage_notes, ".gcno", true, "-ftest-coverage, --coverage", "coverage notes"},
    {OutputKind::stack_usage, ".su", false, "-fstack-usage", "stack use of each function"},
    {OutputKind::callgraph_info, ".ci", false, "-fcallgraph-info", "call graph"},
    {OutputKind::ipa_clones, ".000i.ipa-clones", false, "-fdump-ipa-clones",
     "clones made by GCC's optimizers"},
    {OutputKind::diagnostics, "", true, "--serialize-diagnostics",
     "diagnostics in Clang's binary form"},
    {OutputKind::split_debug, ".dwo", false, "-gsplit-dwarf",
     "debug information beside the object"},
    {OutputKind::listing, "", false, "-Wa,-a=file", "assembler listing"},
    {OutputKind::source_dependencies, "", true, "/sourceDependencies", "dependencies as JSON"},
    {OutputKind::precompiled_header, "", true, "/Yc", "precompiled header beside the object"},
};

// The numbers are the positions.
constexpr bool numbered_by_position() {
  for (std::size_t i = 0; i < std::size(output_rows); ++i)
    if (output_rows[i].kind != static_cast<OutputKind>(i)) return false;
  return true;
}
static_assert(numbered_by_position());

constexpr const OutputRow& row_of(OutputKind kind) {
  return output_rows[static_cast<std::size_t>(kind)];
}
// The row of a kind read from an entry; nullptr when this version does not know it.
constexpr const OutputRow* output_row(unsigned kind) {
  return kind < std::size(output_rows) ? &output_rows[kind] : nullptr;
}

}  // namespace deja

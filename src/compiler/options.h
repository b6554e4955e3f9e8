// What a compiler option looks like and what it does: one sorted table per family, read by longest
// prefix.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <variant>

#include "base/reason.h"
#include "compiler/invocation.h"
#include "compiler/outputs.h"
#include "config/config.h"

namespace deja {

// How an option takes its value.
enum class Value : unsigned char {
  none,                 // -c
  joined,               // -O2, -std=c99; an empty rest is allowed
  separate,             // -MF file
  joined_or_separate,   // -Idir, -I dir
  equals_or_separate,   // --param=x, --param x
  optional_equals,      // -fprofile-use, -fprofile-use=path
  joined_and_separate,  // -Xarch_x86_64 -DX
};

// What needs code of its own; everything else is plain, with Effects.
enum class OptionRole : unsigned char {
  plain,
  refuse,
  refuse_if_value,  // refused when a value follows: -fopt-info=file
  compile,          // -c
  assemble,         // -S
  preprocess,       // -E
  syntax_only,
  information,  // --version and the like: with a source they compile nothing
  object,       // -o
  language,     // -x
  emit_llvm,
  lto,
  emit_pch,  // -Xclang -emit-pch
  thinlto_index,
  dropped,     // taken off the command line: what it makes is no output that deja could bring back
  dep_make,    // -MD, -MMD
  dep_file,    // -MF
  dep_target,  // -MT, -MQ
  dep_style,   // -MP
  search,
  search_with_prefix,  // -iwithprefix: the same, behind the prefix
  include_prefix,      // -iprefix
  include,             // -include: a precompiled header may stand beside it
  include_pch,
  imacros,
  program_prefix,      // -B
  external_assembler,  // -fno-integrated-as
  debug,               // -g and its levels
  split_dwarf,
  no_split_dwarf,
  debug_directory,  // -fdebug-compilation-dir: replaces the working directory
  coverage_mapping,
  coverage_directory,  // -fcoverage-compilation-dir: replaces it there
  file_directory,      // -ffile-compilation-dir: replaces it in both
  prefix_map,
  coverage,          // --coverage, -ftest-coverage: notes file
  profile_generate,  // -fprofile-arcs, -fprofile-generate: the path of the counters reaches the
                     // object
  profile_use,
  profile_dir,
  profile_prefix,  // -fprofile-prefix-path
  output_beside,   // a further output named after the object
  output_named,    // a further output named by the value
  native,          // -march=, -mcpu=, -mtune=
  arch,
  color,
  modules,
  sloppy,  // refused unless sloppiness allows it; left out of the keys then
  random_seed,
  assembler,        // -Wa,…
  preprocessor,     // -Wp,…
  to_preprocessor,  // -Xpreprocessor
  to_assembler,     // -Xassembler
  to_frontend,      // -Xclang
  to_backend,       // -mllvm
  skip,             // --ccache-skip
  end_of_options,   // --
  // cl and clang-cl
  cl_compile_as,       // /TP, /TC
  cl_compile_this_as,  // /Tp file, /Tc file
  cl_show_includes,
  cl_pass_clang,  // /clang:
  cl_pch_make,    // /Yc
  cl_pch_use,     // /Yu
  cl_pch_file,    // /Fp
  cl_link,        // /link: the rest is the linker's
};

enum class ProfileKind : unsigned char { gcc_counters, clang_indexed, file };
// What a prefix map changes besides the texts of macros.
enum class Maps : unsigned char { other_paths, debug_directory };
enum class Color : unsigned char { off, on, by_value };

// What a role needs to know besides: a type of its own for each kind of knowledge.
using Detail = std::variant<std::monostate, Why, SearchDirectory::Kind, Maps, ProfileKind,
                            OutputKind, Color, Sloppy, Language>;

// Every role that has a detail, and what it is: the one place that says so. A role that is not
// listed has none.
struct RoleDetail {
  OptionRole role;
  std::size_t index;  // in Detail
};
template <class Type>
inline constexpr std::size_t detail_index = Detail(Type{}).index();
inline constexpr RoleDetail role_details[] = {
    {OptionRole::refuse, detail_index<Why>},
    {OptionRole::search, detail_index<SearchDirectory::Kind>},
    {OptionRole::search_with_prefix, detail_index<SearchDirectory::Kind>},
    {OptionRole::prefix_map, detail_index<Maps>},
    {OptionRole::profile_use, detail_index<ProfileKind>},
    {OptionRole::output_beside, detail_index<OutputKind>},
    {OptionRole::output_named, detail_index<OutputKind>},
    {OptionRole::color, detail_index<Color>},
    {OptionRole::sloppy, detail_index<Sloppy>},
    {OptionRole::cl_compile_as, detail_index<Language>},
    {OptionRole::cl_compile_this_as, detail_index<Language>},
};
constexpr std::size_t detail_index_of(OptionRole role) {
  for (const RoleDetail& row : role_details)
    if (row.role == role) return row.index;
  return detail_index<std::monostate>;
}

// A role with its detail. Neither a role without the detail that it needs nor one with the detail
// of another compiles: the constructor runs while deja is compiled, where it must not throw.
class Meaning {
 public:
  consteval Meaning(OptionRole role, Detail detail = {}) : role_(role), detail_(detail) {
    if (detail.index() != detail_index_of(role)) throw "a detail of another role";
  }

  constexpr OptionRole role() const { return role_; }
  // The detail of an option whose role was found to be `role`.
  template <OptionRole role>
  constexpr auto detail() const {
    static_assert(detail_index_of(role) != detail_index<std::monostate>, "it has no detail");
    return std::get<detail_index_of(role)>(detail_);
  }

 private:
  OptionRole role_;
  Detail detail_;
};

// What follows from an option that is present; bits.
enum Effect : unsigned {
  in_text = 1u << 0,        // seen in the preprocessed text, so not part of that key: -D, -I
  no_preprocess = 1u << 1,  // not passed to -E
  unkeyed = 1u << 2,        // part of no key
  no_direct = 1u << 3,      // headers cannot be told from the command
  no_text = 1u << 4,        // the preprocessed text does not show everything
  is_path = 1u << 5,        // the value is a path: base_dir applies
  hash_file = 1u << 6,      // the value names a file whose content matters
  cwd = 1u << 7,            // the working directory reaches the object
  columns = 1u << 8,        // source columns reach the object
  object_path = 1u << 9,    // the object's path reaches the object
  verbatim = 1u << 10,      // the command line reaches the object
  macros = 1u << 11,  // macro definitions reach the object: -D matters although it is in the text
  no_additions = 1u << 12,   // nothing may be added to the command line
  holds_options = 1u << 13,  // the value names a file with more options in it
  comments = 1u << 14,       // comments decide about warnings
  not_in_file = 1u << 15,    // an option file with it, or with a word that begins so, is refused
  makes_files = 1u << 16,    // writes files whose names only an observer sees; refused without one
};

struct CompilerOption {
  std::string_view name;  // dash included
  Value value = Value::none;
  Meaning meaning = OptionRole::plain;
  unsigned effects = 0;  // Effect bits

  constexpr OptionRole role() const { return meaning.role(); }
};

// Sorted by name, each name once: what find_option relies on.
constexpr bool sorted(std::span<const CompilerOption> rows) {
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (!(rows[i - 1].name < rows[i].name)) return false;
  return true;
}

std::span<const CompilerOption> gcc_options();       // also the base of clang's
std::span<const CompilerOption> clang_options();     // laid over gcc's
std::span<const CompilerOption> frontend_options();  // clang's -Xclang words
std::span<const CompilerOption> cl_options();        // spelled with '/'
std::span<const CompilerOption> clang_cl_options();  // laid over cl's

// True when `word` has the form that `option` asks for.
bool has_form(const CompilerOption& option, std::string_view word);
// The row with the longest name that `word` begins with and whose form fits; nullptr when there is
// none.
const CompilerOption* find_option(std::span<const CompilerOption> rows, std::string_view word);
// The longer of both tables' matches; the overlay's when equally long.
const CompilerOption* find_option(std::span<const CompilerOption> overlay,
                                  std::span<const CompilerOption> base, std::string_view word);

// True when `word` begins with the name of a row that has `effect`.
bool begins_with_any(std::span<const CompilerOption> rows, std::string_view word, Effect effect);

// True when the value is the next word.
bool takes_next_word(const CompilerOption& option, std::string_view word);
// The value within `word`; empty when it is the next word or there is none.
std::string_view joined_value(const CompilerOption& option, std::string_view word);

}  // namespace deja

// What a compiler command means: Invocation, or Bypass when it is none of deja's business.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/reason.h"
#include "compiler/outputs.h"
#include "sys/fs.h"

namespace deja {

// Which option table reads the command line.
enum class Family : unsigned char { gcc, clang, cl, clang_cl, nvcc };
constexpr bool is_cl_dialect(Family family) {
  return family == Family::cl || family == Family::clang_cl;
}

enum class Language : unsigned char {
  c,
  cpp,
  objc,
  objcpp,  // to be preprocessed
  c_header,
  cpp_header,
  objc_header,
  objcpp_header,  // precompiled headers
  c_preprocessed,
  cpp_preprocessed,
  objc_preprocessed,
  objcpp_preprocessed,
  assembler,
  assembler_with_cpp,  // .s, .S
  cuda,
  hip,
};

// Run the real compiler instead, exactly as typed; the reason's row says what is counted.
struct Bypass {
  Bypass(Why id, std::string object = {}) : why{id, std::move(object)} {}
  explicit Bypass(Reason reason) : why(std::move(reason)) {}

  Outcome counted() const { return row_of(why.id).counted; }

  Reason why;
};

// A file the compile writes.
struct OutputFile {
  OutputKind kind;
  std::string path;  // as the compiler writes it, relative to the working directory or absolute
  Existing existing = Existing::removed;
};

// One option as it stood on the command line, value included, and what it takes part in.
struct Argument {
  std::vector<std::string> words;   // as typed: {"-I", "foo"} or {"-Ifoo"}
  bool to_compile = true;           // passed when compiling
  bool to_preprocess = true;        // passed to -E (-M… and -o are not)
  bool in_direct_key = true;        // part of the direct key
  bool in_preprocessed_key = true;  // part of the preprocessed key too (-D, -I, -include are not:
                                    // their effect is in the text)
  // What is hashed instead of `words` where they hold a path whose spelling does not matter; empty:
  // the words themselves.
  std::vector<std::string> hashed_as{};
};

// A search directory from the command line, in the order the compiler looks there.
struct SearchDirectory {
  enum class Kind : unsigned char { quote, angle, system, after } kind;
  std::string path;
};

struct Invocation {
  Family family = Family::gcc;
  Language language = Language::c;
  std::vector<Argument> arguments;  // without compiler name, source and -o; in order
  bool rewritten = false;  // `arguments` differ from what was typed (base_dir, ignore_options,
                           // --ccache-skip): compile with them
  std::string source;      // as typed
  std::string object;  // as the compiler writes it (derived when -o is absent); its dirname exists
                       // or the compiler complains
  bool object_named = false;               // -o (or /Fo) was given
  std::vector<std::string> object_option;  // the words of every -o as typed, {} when absent
  std::vector<OutputFile> outputs;  // all files a success may leave behind, the object first, the
                                    // dependency file included

  // Dependency file.
  bool wants_depfile =
      false;            // the user asked (-MD, -MMD, -Wp,-MD,… , DEPENDENCIES_OUTPUT is a bypass)
  std::string depfile;  // where it is written
  std::vector<std::string> dep_targets;  // of its rule, escaped; the stored file is rewritten for
                                         // them. Empty where it must be as it was stored
  std::vector<std::string> dep_target_words;  // "-MQ" and the object as typed, where base_dir has
                                              // given it another name
  std::vector<std::string> dep_key;  // all that shapes its text: -MD or -MMD, -MP, -MT/-MQ words,
                                     // the default target; empty without depfile

  // Facts that change how keys are made.
  bool working_directory_matters =
      false;                             // -g and friends, coverage: subject to hash_dir / gcno_cwd
  std::vector<std::string> prefix_maps;  // OLD=NEW of -fdebug-prefix-map, -ffile-prefix-map …
  bool columns_matter =
      false;  // debug info, sanitizers, coverage mapping: source columns reach the object
  bool macro_columns_matter = false;  // those in the definitions of macros too: not in debug
                                      // information, where the uses count
  bool comments_matter = false;  // gcc's -Wimplicit-fallthrough: some comments silence a warning
  bool object_path_matters =
      false;  // -gsplit-dwarf, coverage: the output's path reaches the object
  bool verbatim_key =
      false;  // -frecord-command-line and the like: the whole command line reaches the object
  bool allows_direct = true;        // false after -Xpreprocessor, -Wp,… that are not understood
  bool allows_preprocessed = true;  // false when the text does not show everything (-P …)
  bool already_preprocessed =
      false;  // .i, .ii, .s: nothing to preprocess, the source itself is the text
  bool is_coverage = false;
  std::string profile_path_hint;  // coverage: what stands for the object's path in the key
  bool diagnostics_color_given =
      false;  // the user chose; else deja asks for colours and strips them when not wanted
  bool color_wanted_explicitly = false;  // last choice was "always"
  bool suppress_additions =
      false;  // nothing may be added to the command line (it is recorded in the object)
  std::vector<std::string> files_to_hash;  // content matters: -fprofile-use data,
                                           // -fsanitize-blacklist, specs, plugins, -include-pch, …
  std::vector<std::string> pch_files;  // precompiled headers that may be read instead of a header
                                       // (candidates that exist)
  std::vector<std::string> missing_files;  // candidates for these two that were looked for in vain
  bool generates_pch = false;
  bool pch_holds_times =
      false;  // clang's, without -fno-pch-timestamp: it is refused when a header has another mtime
  std::vector<std::string>
      arches;  // -arch words (macOS style), two or more: one preprocessing each
  bool native_architecture = false;  // -march=native or alike: resolved by asking the driver (-###)
  bool searches_working_directory = false;    // -include, -imacros: looked for there first
  std::vector<SearchDirectory> search;        // -iquote, -I, -isystem, -idirafter
  std::vector<std::string> program_prefixes;  // -B: the driver looks there for the programs it runs
  bool runs_assembler =
      false;  // a program of its own, looked for on PATH; clang has its own built in
  bool splits_debug_information =
      false;  // -gsplit-dwarf: with a program of its own where the assembler is one
  bool show_includes = false;  // cl: /showIncludes was typed
};

using Understood = std::variant<Invocation, Bypass>;

}  // namespace deja

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
  bitcode,             // clang's -x ir
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

// The keys that an argument is part of. The effect of -D, -I, -include shows in the preprocessed
// text: they are part of the direct key only.
enum class Keys : unsigned char { none, direct, both };

// One option as it stood on the command line, value included, and what it takes part in.
struct Argument {
  std::vector<std::string> words;  // as typed: {"-I", "foo"} or {"-Ifoo"}
  bool to_preprocess = true;       // passed to -E (-M… and -o are not)
  Keys keys = Keys::both;
  // What is hashed instead of `words` where they hold a path whose spelling does not matter; empty:
  // the words themselves.
  std::vector<std::string> hashed_as{};
};

// A search directory from the command line, in the order the compiler looks there.
struct SearchDirectory {
  enum class Kind : unsigned char { quote, angle, system, after } kind;
  std::string path;
};

// The object as the compiler writes it (derived when -o is absent); its directory exists or the
// compiler complains.
struct Object {
  std::string path;
  bool named = false;              // -o (or /Fo) was given
  std::vector<std::string> words;  // of every -o as typed, {} when absent
};

struct Depfile {
  bool wanted = false;  // the user asked (-MD, -MMD, -Wp,-MD,… , DEPENDENCIES_OUTPUT is a bypass)
  std::string path;     // where it is written; not empty exactly when it is wanted
  // Of its rule, escaped; the stored file is rewritten for them. Empty where it must be as it was
  // stored.
  std::vector<std::string> targets;
  // "-MQ" and the object as typed, where base_dir has given it another name.
  std::vector<std::string> target_words;
  // All that shapes its text: -MD or -MMD, -MP, -MT/-MQ words, the default target. Without a
  // dependency file, what shapes a warning about that.
  std::vector<std::string> key;
};

// What reaches the object although no argument and no preprocessed text shows it.
struct Matters {
  bool working_directory = false;  // -g and friends, coverage: subject to hash_dir / gcno_cwd
  bool columns = false;            // source columns: debug info, sanitizers, coverage mapping
  bool macro_columns = false;      // those in the definitions of macros too: not in debug
                                   // information, where the uses count
  bool layout = false;             // a warning may see columns, and what a macro gave
  bool comments = false;           // gcc's -Wimplicit-fallthrough: some comments silence a warning
  bool object_path = false;        // -gsplit-dwarf, coverage: the output's path
  bool command_line = false;       // -frecord-command-line and the like: all of it, as typed
};

// What the command leaves open to deja.
struct Allows {
  bool direct_mode = true;        // not after -Xpreprocessor, -Wp,… that are not understood
  bool preprocessed_mode = true;  // not when the text does not show everything (-P …)
  bool additions = true;          // not when the command line is recorded in the object
  bool other_comments = false;    // C or C++, and nothing tells of what its comments say
};

struct Coverage {
  bool wanted = false;
  std::string object_path;  // what stands for the object's path in the key
};

// The user's choice. Where there is none, deja asks for colours and strips them when not wanted.
struct Colors {
  bool chosen = false;
  bool on = false;  // the last choice was "always"
};

struct Pch {
  bool made = false;
  bool holds_directory = false;  // clang's: full names of its headers
  // One of clang's that is made without -fno-pch-timestamp, or used: it is refused when a header has
  // another mtime.
  bool times_matter = false;
  std::vector<std::string> files;  // those that may be read instead of a header: candidates that
                                   // exist
  std::vector<std::string> directories;  // that hold some of them
};

// Files that are read besides the source and its headers.
struct DataFiles {
  std::vector<std::string> to_hash;  // content matters: -fprofile-use data, -fsanitize-blacklist,
                                     // specs, plugins, …
  std::vector<std::string> absent;   // candidates for these and for precompiled headers that were
                                     // looked for in vain
};

// The other programs that the driver runs.
struct Programs {
  std::vector<std::string> prefixes;  // -B: it looks for them there first
  bool assembler = false;  // a program of its own, looked for on PATH; clang has its own built in
  bool objcopy = false;    // -gsplit-dwarf: run where the assembler is a program
};

struct SearchPath {
  bool working_directory_first = false;      // for -include, -imacros
  std::vector<SearchDirectory> directories;  // -iquote, -I, -isystem, -idirafter
};

struct Architecture {
  std::vector<std::string> named;  // -arch words, two or more: one preprocessing each
  bool native = false;             // -march=native or alike: resolved by asking the driver (-###)
};

struct Invocation {
  Family family = Family::gcc;
  Language language = Language::c;
  std::vector<Argument> arguments;  // without compiler name, source and -o; in order
  // `arguments` differ from what was typed (base_dir, ignore_options, --ccache-skip): compile with
  // them.
  bool rewritten = false;
  std::string source;                 // as typed
  bool already_preprocessed = false;  // .i, .ii, .s: the source itself is the text
  Object object;
  // All files a success may leave behind, the object first, the dependency file included.
  std::vector<OutputFile> outputs;
  Depfile depfile;
  Matters matters;
  std::vector<std::string> prefix_maps;  // OLD=NEW of -fdebug-prefix-map, -ffile-prefix-map …
  Allows allows;
  Coverage coverage;
  Colors colors;
  Pch pch;
  DataFiles files;
  Programs programs;
  SearchPath search;
  Architecture architecture;
  bool show_includes = false;  // cl: /showIncludes was typed
  // The option under which it writes files whose names only an observer sees; "" for none.
  std::string makes_files;
};

using Understood = std::variant<Invocation, Bypass>;

}  // namespace deja

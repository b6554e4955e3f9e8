// Command lines of gcc and clang: what each means, as tables.
#include "compiler/understand.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "compiler/languages.h"
#include "compiler/options.h"
#include "compiler/outputs.h"
#include "fake/fake_fs.h"

namespace deja {
namespace {

struct World {
  FakeClock clock;
  FakeFs fs{clock};
  Config config;
  Family family = Family::gcc;
  bool is_cpp_driver = false;

  Understood read(const std::string& line) {
    UnderstandInput input;
    input.family = family;
    input.is_cpp_driver = is_cpp_driver;
    for (std::string_view word : text::words(line)) input.words.emplace_back(word);
    input.working_directory = "/src";
    return understand(fs, config, input);
  }
  // The call; a test failure and an empty one when it was refused.
  Invocation call(const std::string& line) {
    const Understood understood = read(line);
    const Bypass* bypass = std::get_if<Bypass>(&understood);
    INFO("command: ", line, ", refused: ", bypass ? bypass->detail : "");
    CHECK(bypass == nullptr);
    return bypass ? Invocation() : std::get<Invocation>(understood);
  }
  // The statistics id of the refusal, or "".
  std::string refusal(const std::string& line) {
    const Understood understood = read(line);
    const Bypass* bypass = std::get_if<Bypass>(&understood);
    return bypass ? std::string(id_of(bypass->why)) : "";
  }
};

std::string outputs_of(const Invocation& call) {
  std::string all;
  for (const OutputFile& output : call.outputs) all += (all.empty() ? "" : " ") + output.path;
  return all;
}

// Words of the arguments for which `included` holds.
template <class Included>
std::string words_of(const Invocation& call, Included included) {
  std::vector<std::string> words;
  for (const Argument& argument : call.arguments)
    if (included(argument)) words.insert(words.end(), argument.words.begin(), argument.words.end());
  return text::join(words, " ");
}
std::string compile_words(const Invocation& call) {
  return words_of(call, [](const Argument& a) { return a.to_compile; });
}
std::string preprocess_words(const Invocation& call) {
  return words_of(call, [](const Argument& a) { return a.to_preprocess; });
}
std::string direct_words(const Invocation& call) {
  return words_of(call, [](const Argument& a) { return a.in_direct_key; });
}
std::string preprocessed_words(const Invocation& call) {
  return words_of(call, [](const Argument& a) { return a.in_preprocessed_key; });
}

TEST_CASE("understand: a common compile") {
  World w;
  const Invocation call = w.call("-O2 -Iinc -DX=1 -g -Wall -MD -MF d/a.d -c src/a.c -o out/a.o -std=c99");
  CHECK(call.source == "src/a.c");
  CHECK(call.object == "out/a.o");
  CHECK(call.object_named);
  CHECK(call.language == Language::c);
  CHECK(outputs_of(call) == "out/a.o d/a.d");
  CHECK(call.depfile == "d/a.d");
  CHECK(text::join(call.dep_key, " ") == "-MD out/a.o");
  CHECK(compile_words(call) == "-O2 -Iinc -DX=1 -g -Wall -MD -MF d/a.d -std=c99");
  CHECK(preprocess_words(call) == "-O2 -Iinc -DX=1 -g -Wall -std=c99");
  CHECK(direct_words(call) == "-O2 -Iinc -DX=1 -g -Wall -std=c99");
  CHECK(preprocessed_words(call) == "-O2 -g -Wall -std=c99");
  CHECK(call.working_directory_matters);
  CHECK(call.columns_matter);
  CHECK_FALSE(call.object_path_matters);
  CHECK(call.allows_direct);
  CHECK(call.allows_preprocessed);
  CHECK_FALSE(call.rewritten);
}

// Seen with ccache 4.7.5 and each compiler.
TEST_CASE("understand: refusals and what they count as") {
  struct Row {
    const char* line;
    const char* id;
  };
  constexpr Row rows[] = {
      {"a.c -o a", "called_for_link"},
      {"a.o b.o -o q", "called_for_link"},
      {"a.c b.o -o q", "called_for_link"},
      {"-shared -o q.so a.c", "called_for_link"},
      {"a.foo", "called_for_link"},
      {"-E a.c", "called_for_preprocessing"},
      {"-E a.c b.c", "called_for_preprocessing"},
      {"-E -", "called_for_preprocessing"},
      {"-E conftest.c", "called_for_preprocessing"},
      {"-M a.c", "unsupported_compiler_option"},
      {"-MM -c a.c", "unsupported_compiler_option"},
      {"-c a.c b.c", "multiple_source_files"},
      {"a.c b.c -o q", "multiple_source_files"},
      {"a.h a.c -c", "multiple_source_files"},
      {"-c", "no_input_file"},
      {"", "no_input_file"},
      {"--version", "no_input_file"},
      {"-v", "no_input_file"},
      {"-dumpversion", "no_input_file"},
      {"-print-search-dirs", "no_input_file"},
      {"-c -", "no_input_file"},
      {"-x c -c -", "no_input_file"},
      {"-c a.foo", "unsupported_source_language"},
      {"-c a.c b.o", "unsupported_source_language"},
      {"-x foo -c a.c", "unsupported_source_language"},
      {"-c a.c -o -", "output_to_stdout"},
      {"-c a.c -o /dev/stdout", "output_to_stdout"},
      {"-c a.c -MD -MF -", "output_to_stdout"},
      {"-c a.c -o", "bad_compiler_arguments"},
      {"-c a.c -x", "bad_compiler_arguments"},
      {"-c a.c -I", "bad_compiler_arguments"},
      {"-c a.c -MF", "bad_compiler_arguments"},
      {"-c a.c --param", "bad_compiler_arguments"},
      {"-c @nofile", "bad_compiler_arguments"},
      {"conftest.c -o conftest", "autoconf_test"},
      {"-MJ q -c a.c", "unsupported_compiler_option"},
      {"-save-temps -c a.c", "unsupported_compiler_option"},
      {"-save-temps=obj -c a.c", "unsupported_compiler_option"},
      {"-fdump-tree-all -c a.c", "unsupported_compiler_option"},
      {"-ftime-trace -c a.c", "unsupported_compiler_option"},
      {"-frepo -c a.c", "unsupported_compiler_option"},
      {"-gtoggle -c a.c", "unsupported_compiler_option"},
      {"-wrapper env -c a.c", "unsupported_compiler_option"},
      {"-aux-info q -c a.c", "unsupported_compiler_option"},
      {"-dumpbase q -c a.c", "unsupported_compiler_option"},
      {"-fsyntax-only a.c", "unsupported_compiler_option"},
      {"-### -c a.c", "unsupported_compiler_option"},
      {"-da -c a.c", "unsupported_compiler_option"},
      {"-fopt-info-vec=v.txt -c a.c", "unsupported_compiler_option"},
      {"--frobnicate -c a.c", "unsupported_compiler_option"},
      {"-Wp,-MF,x -c a.c", "unsupported_compiler_option"},
      {"-Wp,-MD,x -MF y -c a.c", "unsupported_compiler_option"},
      {"-Xpreprocessor -MD -c a.c", "unsupported_compiler_option"},
      {"-Wa,--MD,x -c a.c", "unsupported_compiler_option"},
      {"-fmodules-ts -c a.cc", "could_not_use_modules"},
      {"-c a.cppm", "could_not_use_modules"},
  };
  World w;
  for (const Row& row : rows) {
    INFO("command: ", row.line);
    CHECK(w.refusal(row.line) == row.id);
  }
}

TEST_CASE("understand: clang's refusals") {
  struct Row {
    const char* line;
    const char* id;
  };
  constexpr Row rows[] = {
      {"--analyze a.c", "unsupported_compiler_option"},
      {"-c a.c --analyzer-output html", "unsupported_compiler_option"},
      {"-fmodules -c a.c", "could_not_use_modules"},
      {"-fmodule-file=x.pcm -c a.cc", "could_not_use_modules"},
      {"-ivfsoverlay x.yaml -c a.c", "unsupported_compiler_option"},
      {"-index-store-path i -c a.c", "unsupported_compiler_option"},
      {"-Xclang -emit-pch -c a.c", "unsupported_compiler_option"},
      {"-Xclang -dependency-file -Xclang x -c a.c", "unsupported_compiler_option"},
      {"-Xclang -include-pch -c a.c", "bad_compiler_arguments"},
      {"-c a.c -Xclang", "bad_compiler_arguments"},
      {"-cc1 a.c", "unsupported_compiler_option"},
  };
  World w;
  w.family = Family::clang;
  for (const Row& row : rows) {
    INFO("command: ", row.line);
    CHECK(w.refusal(row.line) == row.id);
  }
  w.config.sloppiness.bits = static_cast<std::uint32_t>(Sloppy::modules) | static_cast<std::uint32_t>(Sloppy::ivfsoverlay) |
                             static_cast<std::uint32_t>(Sloppy::clang_index_store);
  CHECK(w.refusal("-fmodules -c a.c") == "could_not_use_modules");
  w.config.depend_mode = true;
  CHECK(w.refusal("-fmodules -c a.c") == "");
  CHECK(direct_words(w.call("-ivfsoverlay x.yaml -c a.c -index-store-path i")) == "");
}

}  // namespace
}  // namespace deja

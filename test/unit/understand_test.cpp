// Command lines of gcc and clang: what each means, as tables.
#include "compiler/understand.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "compiler/languages.h"
#include "compiler/options.h"
#include "compiler/outputs.h"
#include "posix_paths.h"
#include "unit/understand_world.h"

namespace deja {
namespace {

std::string outputs_of(const Invocation& call) {
  std::string all;
  for (const OutputFile& output : call.outputs) all += (all.empty() ? "" : " ") + output.path;
  return all;
}

// Words of the arguments for which `included` holds, without the -c or -S that nearly all of them
// have.
template <class Included>
std::string words_of(const Invocation& call, Included included) {
  std::vector<std::string> words;
  for (const Argument& argument : call.arguments)
    if (included(argument) && argument.words.front() != "-c" && argument.words.front() != "-S")
      words.insert(words.end(), argument.words.begin(), argument.words.end());
  return text::join(words, " ");
}
std::string compile_words(const Invocation& call) {
  return words_of(call, [](const Argument&) { return true; });
}
std::string preprocess_words(const Invocation& call) {
  return words_of(call, [](const Argument& a) { return a.to_preprocess; });
}
std::string direct_words(const Invocation& call) {
  return words_of(call, [](const Argument& a) { return a.keys != Keys::none; });
}
std::string preprocessed_words(const Invocation& call) {
  return words_of(call, [](const Argument& a) { return a.keys == Keys::both; });
}

TEST_CASE("understand: -c and -S are kept for the compiler and tell keys apart") {
  UnderstandWorld w;
  for (const char* mode : {"-c", "-S"}) {
    const Invocation call = w.call(std::string(mode) + " a.c -o a.o");
    REQUIRE(call.arguments.size() == 1);
    const Argument& kept = call.arguments.front();
    CHECK(kept.words.front() == mode);
    CHECK_FALSE(kept.to_preprocess);
    CHECK(kept.keys == Keys::both);
  }
  CHECK(w.refusal("-c -S a.c") == "unsupported_compiler_option");
}

TEST_CASE("understand: a common compile") {
  UnderstandWorld w;
  const Invocation call =
      w.call("-O2 -Iinc -DX=1 -g -Wall -MD -MF d/a.d -c src/a.c -o out/a.o -std=c99");
  CHECK(call.source == "src/a.c");
  CHECK(call.object.path == "out/a.o");
  CHECK(call.object.named);
  CHECK(call.language == Language::c);
  CHECK(outputs_of(call) == "out/a.o d/a.d");
  CHECK(call.depfile.path == "d/a.d");
  CHECK(text::join(call.depfile.key, " ") == "-MD");
  CHECK(compile_words(call) == "-O2 -Iinc -DX=1 -g -Wall -MD -MF d/a.d -std=c99");
  CHECK(preprocess_words(call) == "-O2 -Iinc -DX=1 -g -Wall -std=c99");
  CHECK(direct_words(call) == "-O2 -Iinc -DX=1 -g -Wall -std=c99");
  CHECK(preprocessed_words(call) == "-O2 -g -Wall -std=c99");
  CHECK(call.matters.working_directory);
  CHECK(call.matters.columns);
  CHECK_FALSE(call.matters.object_path);
  CHECK(call.allows.direct_mode);
  CHECK(call.allows.preprocessed_mode);
  CHECK_FALSE(call.rewritten);
}

// Seen with ccache 4.7.5 and each compiler.
TEST_CASE("understand: what makes files that only an observer sees") {
  UnderstandWorld w;
  for (const char* const option :
       {"-save-temps", "-save-temps=obj", "-fsave-optimization-record", "-aux-info"}) {
    const std::string value = option == std::string_view("-aux-info") ? " q" : "";
    const Invocation call = w.call(option + value + " -c a.c");
    CHECK(call.makes_files == option);
    CHECK(call.matters.object_path);
  }
  CHECK(w.call("-fdump-ipa-clones -c a.c").makes_files.empty());
}

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
      {"-fdump-tree-all -c a.c", "unsupported_compiler_option"},
      {"-ftime-trace -c a.c", "unsupported_compiler_option"},
      {"-frepo -c a.c", "unsupported_compiler_option"},
      {"-gtoggle -c a.c", "unsupported_compiler_option"},
      {"-wrapper env -c a.c", "unsupported_compiler_option"},
      {"-dumpbase q -c a.c", "unsupported_compiler_option"},
      {"-fsyntax-only --coverage a.c", "unsupported_compiler_option"},
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
  UnderstandWorld w;
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
      {"-Xclang -emit-pch -c a.c", "unsupported_compiler_option"},
      {"-Xclang -dependency-file -Xclang x -c a.c", "unsupported_compiler_option"},
      {"-Xclang -include-pch -c a.c", "bad_compiler_arguments"},
      {"-c a.c -Xclang", "bad_compiler_arguments"},
      {"-cc1 a.c", "unsupported_compiler_option"},
  };
  UnderstandWorld w;
  w.family = Family::clang;
  for (const Row& row : rows) {
    INFO("command: ", row.line);
    CHECK(w.refusal(row.line) == row.id);
  }
  w.config.sloppiness.bits = static_cast<std::uint32_t>(Sloppy::modules) |
                             static_cast<std::uint32_t>(Sloppy::ivfsoverlay) |
                             static_cast<std::uint32_t>(Sloppy::clang_index_store);
  CHECK(w.refusal("-fmodules -c a.c") == "could_not_use_modules");
  w.config.depend_mode = true;
  CHECK(w.refusal("-fmodules -c a.c") == "");
  CHECK(direct_words(w.call("-ivfsoverlay x.yaml -c a.c")) == "");
  CHECK(w.call("-c a.c -index-store-path i").rewritten);
  CHECK(compile_words(w.call("-c a.c -index-store-path i")) == "");
}

// As gcc 12 and clang 14 name what they write.
TEST_CASE("understand: names of outputs") {
  struct Row {
    const char* line;
    const char* outputs;
  };
  constexpr Row rows[] = {
      {"-c src/foo.c", "foo.o"},
      {"-S src/foo.c", "foo.s"},
      {"-c src/foo.b.c", "foo.b.o"},
      {"-c src/foo.c -oout/x", "out/x"},
      {"-c src/foo.c -o a.o -o b.o", "b.o"},
      {"-c src/foo.c -o /dev/null", "/dev/null"},
      {"-c -x c src/noext", "noext.o"},
      {"-c -MD src/foo.c", "foo.o foo.d"},
      {"-c -MD src/foo.c -o out/foo.o", "out/foo.o out/foo.d"},
      {"-c -MD src/foo.c -o out/foo", "out/foo out/foo.d"},
      {"-c -MD src/foo.c -o out/foo.x.y", "out/foo.x.y out/foo.x.d"},
      {"-c -MD src/foo.b.c", "foo.b.o foo.b.d"},
      {"-c -MD src/foo.c -o out/.foo", "out/.foo out/.d"},
      {"-c -MD src/foo.c -o out/..o", "out/..o out/..d"},
      {"-c -MD src/foo.c -o o.dir/foo", "o.dir/foo o.dir/foo.d"},
      {"-S -MD src/foo.c", "foo.s foo.d"},
      {"-S -MD src/foo.c -o out/foo.s", "out/foo.s out/foo.d"},
      {"-c -MMD -MFa.d src/foo.c -MF b.d", "foo.o b.d"},
      {"-c -MF a.d src/foo.c", "foo.o"},
      {"-c -Wp,-MMD,out/q.d src/foo.c -o out/foo.o", "out/foo.o out/q.d"},
      {"-c -Wp,-MD,out/q.d -MD src/foo.c -o out/foo.o", "out/foo.o out/q.d"},
      {"-c -MD src/foo.i", "foo.o"},
      {"-c -MD src/foo.s", "foo.o"},
      {"-c -MD src/foo.S", "foo.o foo.d"},
      {"-c --coverage src/foo.c", "foo.o foo.gcno"},
      {"-c --coverage src/foo.c -o out/foo.c.o", "out/foo.c.o out/foo.c.gcno"},
      {"-c --coverage -ftest-coverage src/foo.c -o out/bar", "out/bar out/bar.gcno"},
      {"-c -fprofile-arcs src/foo.c", "foo.o"},
      {"-S --coverage src/foo.c -o out/foo.x.s", "out/foo.x.s out/foo.x.gcno"},
      {"-c -fstack-usage src/foo.c -o out/bar.o", "out/bar.o out/bar.su"},
      {"-c -fcallgraph-info=su,da src/foo.c", "foo.o foo.ci"},
      {"-c -fdump-ipa-clones src/foo.c -o out/foo.c.o", "out/foo.c.o out/foo.c.c.000i.ipa-clones"},
      {"-c -g -gsplit-dwarf src/foo.c -o out/bar.x", "out/bar.x out/bar.dwo"},
      {"-c -gsplit-dwarf src/foo.c", "foo.o foo.dwo"},
      {"-c -gsplit-dwarf -gno-split-dwarf src/foo.c", "foo.o"},
      {"-S -gsplit-dwarf src/foo.c", "foo.s"},
      {"src/h.h", "src/h.h.gch"},
      {"-c src/h.h", "src/h.h.gch"},
      {"-x c++-header src/h -MD -o out/q.gch", "out/q.gch out/q.d"},
      {"-c -Wa,-adhln=out/q.al src/foo.c", "foo.o out/q.al"},
  };
  UnderstandWorld w;
  for (const Row& row : rows) {
    INFO("command: ", row.line);
    CHECK(outputs_of(w.call(row.line)) == row.outputs);
  }
  w.family = Family::clang;
  constexpr Row clang_rows[] = {
      {"-c -gsplit-dwarf src/foo.c", "foo.o"},
      {"-c -g -gsplit-dwarf src/foo.c", "foo.o foo.dwo"},
      {"-c -gsplit-dwarf -g1 src/foo.c", "foo.o foo.dwo"},
      {"-c -gsplit-dwarf -g0 src/foo.c", "foo.o"},
      {"-c -g -gsplit-dwarf=single src/foo.c", "foo.o"},
      {"-c -emit-llvm src/foo.c", "foo.bc"},
      {"-S -emit-llvm src/foo.c", "foo.ll"},
      {"-c --serialize-diagnostics q.dia src/foo.c", "foo.o q.dia"},
      {"-c -- src/foo.c", "foo.o"},
  };
  for (const Row& row : clang_rows) {
    INFO("command: ", row.line);
    CHECK(outputs_of(w.call(row.line)) == row.outputs);
  }
}

TEST_CASE("understand: what shapes the dependency file") {
  struct Row {
    const char* line;
    const char* key;
    const char* targets;
  };
  constexpr Row rows[] = {
      {"-c a.c -o x/a.o", "", ""},
      {"-c -MD a.c -o x/a.o", "-MD", "x/a.o"},
      {"-c -MMD s/a.c", "-MMD", "a.o"},
      {"-S -MMD s/a.c", "-MMD", "a.o"},
      {"-c -MD -MP -MT t$t -MQ q$ a.c -o x/a.o", "-MD -MP", "t$t q$$"},
      {"-c -MD -MTtt a.c", "-MD", "tt"},
      {"-c -MD -MF elsewhere.d a.c", "-MD", "a.o"},
      {"-c -Wp,-MD,q.d a.c -o x.o", "-MD", "a.o"},
      {"-c -Wp,-MD,q.d -MMD a.c -o x.o", "-MD -MMD", "x.o"},
      {"-c -Wp,-MD,q.d -Wp,-MT,tt a.c -o x.o", "-MD", "tt"},
      {"-c -MT u -Wp,-MMD,q.d,-MP,-MQ,t$ -MT v a.c -o x.o", "-MMD -MP", "u v t$$"},
      {"-c -MF a.d -MT x a.c", "-MF -MT", ""},
  };
  UnderstandWorld w;
  for (const Row& row : rows) {
    INFO("command: ", row.line);
    CHECK(text::join(w.call(row.line).depfile.key, " ") == row.key);
    CHECK(text::join(w.call(row.line).depfile.targets, " ") == row.targets);
  }
}

TEST_CASE("understand: languages") {
  struct Row {
    const char* line;
    Language language;
    bool cpp_driver;
  };
  constexpr Row rows[] = {
      {"-c a.c", Language::c, false},
      {"-c a.c", Language::cpp, true},
      {"-c a.i", Language::cpp_preprocessed, true},
      {"-c a.mi", Language::objc_preprocessed, true},
      {"-c a.S", Language::assembler_with_cpp, true},
      {"-c a.cc", Language::cpp, false},
      {"-c a.C", Language::cpp, false},
      {"-c a.mm", Language::objcpp, false},
      {"-c a.s", Language::assembler, false},
      {"-c a.sx", Language::assembler_with_cpp, false},
      {"-c a.ii", Language::cpp_preprocessed, false},
      {"-x c++ -c a.c", Language::cpp, false},
      {"-x c++ -x none -c a.c", Language::c, false},
      {"-xassembler -c a.c", Language::assembler, false},
      {"-x objective-c -c a.c", Language::objc, true},
      {"-x c-header -c a.c", Language::c_header, false},
  };
  UnderstandWorld w;
  for (const Row& row : rows) {
    INFO("command: ", row.line);
    w.is_cpp_driver = row.cpp_driver;
    CHECK(w.call(row.line).language == row.language);
  }
  CHECK(compile_words(w.call("-x c++ -x c -c a.c")) == "-x c");
  // Without effect, and GCC says so.
  CHECK(w.refusal("-c a.c -x c++") == "unsupported_compiler_option");
  CHECK(w.refusal("-x c -c a.c -x none") == "unsupported_compiler_option");
  CHECK(w.call("-c a.i").already_preprocessed);
  CHECK_FALSE(w.call("-c a.S").already_preprocessed);
  CHECK(w.call("a.h").pch.made);
}

TEST_CASE("understand: facts about the object") {
  UnderstandWorld w;
  struct Row {
    const char* line;
    bool directory, columns, object_path, verbatim, no_additions, direct, preprocessed;
  };
  constexpr Row rows[] = {
      {"-c a.c", false, false, false, false, false, true, true},
      {"-c -g a.c", true, true, false, false, false, true, true},
      {"-c -g -g0 a.c", false, false, false, false, false, true, true},
      {"-c -g0 -ggdb3 a.c", true, true, false, false, false, true, true},
      {"-c -gdwarf-5 a.c", true, true, false, false, false, true, true},
      {"-c -gno-strict-dwarf -gz=zlib a.c", false, false, false, false, false, true, true},
      {"-c -fsanitize=address a.c", false, true, false, false, false, true, true},
      {"-c -gsplit-dwarf a.c", true, true, true, false, false, true, true},
      {"-c --coverage a.c", false, true, true, false, false, true, true},
      {"-c -fprofile-generate a.c", false, false, true, false, false, true, true},
      {"-c -frecord-gcc-switches a.c", false, false, false, true, true, true, true},
      {"-c -v a.c", false, false, false, false, true, true, true},
      {"-c -P a.c", false, false, false, false, false, true, true},
      {"-c -Wp,-DX,-UY a.c", false, false, false, false, false, true, true},
      {"-c -Wp,-trigraphs a.c", false, false, false, false, false, false, true},
      {"-c -Xpreprocessor -DX a.c", false, false, false, false, false, true, true},
      {"-c -Xpreprocessor -foo a.c", false, false, false, false, false, false, true},
  };
  for (const Row& row : rows) {
    INFO("command: ", row.line);
    const Invocation call = w.call(row.line);
    CHECK(call.matters.working_directory == row.directory);
    CHECK(call.matters.columns == row.columns);
    CHECK(call.matters.object_path == row.object_path);
    CHECK(call.matters.command_line == row.verbatim);
    CHECK(!call.allows.additions == row.no_additions);
    CHECK(call.allows.direct_mode == row.direct);
    CHECK(call.allows.preprocessed_mode == row.preprocessed);
  }
  CHECK(w.call("-c -march=native a.c").architecture.native);
  CHECK_FALSE(w.call("-c -march=x86-64 a.c").architecture.native);
  CHECK(w.call("-c -arch x86_64 -arch arm64 a.c").architecture.named.size() == 2);
}

TEST_CASE("understand: macros are part of the preprocessed key where they reach the object") {
  UnderstandWorld w;
  CHECK(preprocessed_words(w.call("-c -g -DX -Ii a.c")) == "-g");
  CHECK(preprocessed_words(w.call("-c -g3 -DX a.c")) == "-g3 -DX");
  CHECK(preprocessed_words(w.call("-c -g3 -g2 -DX a.c")) == "-g3 -g2");
  CHECK(preprocessed_words(w.call("-c -DX a.i")) == "-DX");
}

TEST_CASE("understand: colours") {
  UnderstandWorld w;
  const auto choice = [&](const std::string& line) {
    const Invocation call = w.call(line);
    CHECK(direct_words(call) == "");
    return std::pair(call.colors.chosen, call.colors.on);
  };
  CHECK(choice("-c a.c") == std::pair(false, false));
  CHECK(choice("-c -fdiagnostics-color a.c") == std::pair(true, true));
  CHECK(choice("-c -fdiagnostics-color=always a.c") == std::pair(true, true));
  CHECK(choice("-c -fdiagnostics-color=always -fdiagnostics-color=never a.c") ==
        std::pair(true, false));
  CHECK(choice("-c -fdiagnostics-color=never -fdiagnostics-color=auto a.c") ==
        std::pair(false, false));
  w.family = Family::clang;
  CHECK(choice("-c -fcolor-diagnostics a.c") == std::pair(true, true));
  CHECK(choice("-c -fno-color-diagnostics a.c") == std::pair(true, false));
}

TEST_CASE("understand: search directories" * posix_paths()) {
  UnderstandWorld w;
  const Invocation call = w.call("-I a -isystem b -iquotec -Id -idirafter e -B f -c a.c");
  std::string found;
  for (const SearchDirectory& directory : call.search.directories)
    found += std::to_string(static_cast<int>(directory.kind)) + directory.path + " ";
  CHECK(found == "1a 2b 0c 1d 3e 3f/include ");
  CHECK_FALSE(w.call("-I=/usr/x -c a.c").allows.direct_mode);
}

TEST_CASE("understand: files whose content matters" * posix_paths()) {
  UnderstandWorld w;
  w.fs.put("/src/list.txt", "");
  w.fs.put("/src/p.so", "");
  const auto files = [&](const std::string& line) {
    return text::join(w.call(line).files.to_hash, " ");
  };
  CHECK(files("-c -fplugin=./p.so a.c") == "./p.so");
  CHECK(files("-c -specs=list.txt a.c") == "list.txt");
  CHECK(files("-c -specs=nosys.specs a.c") == "");

  w.fs.put("/src/out/a.gcda", "");
  w.fs.put("/src/pd/#src#out#a.gcda", "");
  CHECK(files("-c -fprofile-use a.c -o out/a.o") == "/src/out/a.gcda");
  CHECK(files("-c -fprofile-use=pd a.c -o out/a.o") == "pd/#src#out#a.gcda");
  CHECK(files("-c -fprofile-use -fprofile-dir=pd a.c -o out/a.o") == "pd/#src#out#a.gcda");
  CHECK(files("-c -fprofile-use a.c") == "");
  w.fs.put("/src/default.profdata", "");
  w.fs.put("/src/pd/default.profdata", "");
  w.family = Family::clang;
  CHECK(files("-c -fprofile-use a.c") == "default.profdata");
  CHECK(files("-c -fprofile-use=pd a.c") == "pd/default.profdata");
  CHECK(files("-c -fsanitize-blacklist=list.txt a.c") == "list.txt");
  CHECK(files("-c -Xclang -load -Xclang p.so a.c") == "p.so");
}

TEST_CASE("understand: precompiled headers that may be read" * posix_paths()) {
  UnderstandWorld w;
  w.fs.put("/src/h.h", "");
  const auto pch = [&](const std::string& line) { return text::join(w.call(line).pch.files, " "); };
  CHECK(pch("-c -include h.h a.c") == "");
  w.fs.put("/src/h.h.gch", "");
  w.fs.put("/src/i/k.h", "");
  w.fs.put("/src/i/k.h.gch", "");
  w.fs.put("/src/j/k.h.gch", "");
  w.fs.put("/src/h.h.pch", "");
  CHECK(pch("-c -include h.h a.c") == "h.h.gch");
  CHECK(pch("-c -Ii -Ij -include k.h a.c") == "i/k.h.gch");
  CHECK(pch("-c -Ij -Ii -include k.h a.c") == "j/k.h.gch");
  w.family = Family::clang;
  CHECK(pch("-c -include h.h a.c") == "h.h.gch h.h.pch");
  CHECK(pch("-c -include-pch z.pch a.c") == "z.pch");
  const Invocation call = w.call("-c -Xclang -include-pch -Xclang z.pch a.c");
  CHECK(text::join(call.pch.files, " ") == "z.pch");
  CHECK(compile_words(call) == "-Xclang -include-pch -Xclang z.pch");
}

TEST_CASE("understand: base_dir makes paths relative" * posix_paths()) {
  UnderstandWorld w;
  w.config.base_dir = {"/src", "/other"};
  w.fs.put_directory("/other/inc");
  w.fs.put("/src/a.c", "");
  const Invocation call = w.call(
      "-I/src/inc -isystem /src/sys -I/other/inc -I/usr/include -include /src/c.h -MD -MF "
      "/src/o/a.d -c /src/a.c -o /src/o/a.o");
  CHECK(call.rewritten);
  CHECK(call.source == "a.c");
  CHECK(call.object.path == "o/a.o");
  CHECK(call.depfile.path == "o/a.d");
  CHECK(compile_words(call) ==
        "-Iinc -isystem sys -I../other/inc -I/usr/include -include c.h -MD -MF o/a.d");
  CHECK(call.search.directories[0].path == "inc");
  CHECK_FALSE(w.call("-Iinc -c a.c").rewritten);
  // The working directory is a link: ".." leads elsewhere.
  w.fs.put_directory("/deep/real/src");
  w.fs.erase("/src");
  w.fs.put_link("/src", "/deep/real/src");
  w.fs.current = "/deep/real/src";
  CHECK(compile_words(w.call("-I/other/inc -c a.c")) == "-I../../../other/inc");
}

TEST_CASE("understand: prefix maps of the working directory are hashed by what they make of it" *
          posix_paths()) {
  UnderstandWorld w;
  const auto hashed = [&](const std::string& line) {
    return text::join(w.call(line).arguments.front().hashed_as, " ");
  };
  CHECK(hashed("-fdebug-prefix-map=/src=x -g -c a.c") ==
        "");  // too shallow: it might hold system headers
  UnderstandInput input;
  input.words = {"-fdebug-prefix-map=/home/me/p=.", "-g", "-c", "a.c"};
  input.working_directory = "/home/me/p/build";
  const Understood understood = understand(w.fs, w.config, input);
  const Invocation& call = std::get<Invocation>(understood);
  CHECK(text::join(call.arguments.front().hashed_as, " ") == "in /build -fdebug-prefix-map==.");
  CHECK(text::join(call.prefix_maps, " ") == "/home/me/p=.");
  input.words.push_back("--coverage");
  const Understood covered = understand(w.fs, w.config, input);
  CHECK(std::get<Invocation>(covered).prefix_maps.empty());
  CHECK(std::get<Invocation>(covered).arguments.front().hashed_as.empty());
}

TEST_CASE("understand: options for deja") {
  UnderstandWorld w;
  const Invocation call = w.call("--ccache-skip -E --ccache-skip -foo -c a.c");
  CHECK(call.rewritten);
  CHECK(direct_words(call) == "-E -foo");
  w.config.ignore_options = {"-fdump-*", "-x-exact"};
  CHECK(direct_words(w.call("-fdump-tree-all -x-exact -O2 -c a.c")) == "-O2");
  CHECK(compile_words(w.call("-fdump-tree-all -O2 -c a.c")) == "-fdump-tree-all -O2");
  w.config.sloppiness.bits = static_cast<std::uint32_t>(Sloppy::random_seed);
  CHECK(direct_words(w.call("-frandom-seed=1 -c a.c")) == "");
}

TEST_CASE("understand: every name in the tables is read by its own row") {
  for (const auto rows : {gcc_options(), clang_options(), frontend_options()})
    for (const CompilerOption& row : rows) CHECK(find_option(rows, row.name) == &row);
}

TEST_CASE("understand: longest name first") {
  CHECK(find_option(gcc_options(), "-fprofile-use=x")->role() == OptionRole::profile_use);
  CHECK(find_option(gcc_options(), "-fprofile-used")->name == "-fprofile");
  CHECK(find_option(gcc_options(), "-fdiagnostics-colored") == nullptr);
  CHECK(find_option(gcc_options(), "-include")->role() == OptionRole::include);
  CHECK(find_option(gcc_options(), "-Includes")->role() == OptionRole::search);
  CHECK(find_option(gcc_options(), "-MDx") == nullptr);
  CHECK(find_option(gcc_options(), "x") == nullptr);
  CHECK(find_option(gcc_options(), "") == nullptr);
  CHECK(find_option(clang_options(), gcc_options(), "-fcolor-diagnostics")->role() ==
        OptionRole::color);
  CHECK(find_option(clang_options(), gcc_options(), "-Ix")->role() == OptionRole::search);
}

}  // namespace
}  // namespace deja

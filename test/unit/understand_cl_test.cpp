// Command lines of cl and clang-cl: what each means, as tables.
#include <doctest/doctest.h>

#include "base/text.h"
#include "compiler/options.h"
#include "compiler/understand.h"
#include "unit/understand_world.h"

namespace deja {
namespace {

struct ClWorld : UnderstandWorld {
  ClWorld() { family = Family::cl; }
};

// Words of the arguments that are part of this key, those that are part of more keys included.
std::string words_of(const Invocation& call, Keys least) {
  std::vector<std::string> words;
  for (const Argument& argument : call.arguments)
    if (argument.keys >= least)
      words.insert(words.end(), argument.words.begin(), argument.words.end());
  return text::join(words, " ");
}

TEST_CASE("cl: a common compile") {
  ClWorld w;
  const Invocation call = w.call(
      "/nologo /TP -DX=1 /I inc /external:I ext /Z7 /O2 /MD /EHsc /showIncludes /FdCMake\\ "
      "/Foout\\a.cpp.obj -c src/a.cpp");
  CHECK(call.source == "src/a.cpp");
  CHECK(call.object.path == "out\\a.cpp.obj");
  CHECK(call.object.named);
  CHECK(call.language == Language::cpp);
  CHECK(call.show_includes);
  CHECK(call.matters.working_directory);
  CHECK(call.search.directories.size() == 2);
  CHECK(words_of(call, Keys::none) ==
        "/nologo /TP -DX=1 /I inc /external:I ext /Z7 /O2 /MD /EHsc /showIncludes /FdCMake\\");
  CHECK(words_of(call, Keys::direct) ==
        "/nologo /TP -DX=1 /I inc /external:I ext /Z7 /O2 /MD /EHsc /showIncludes /FdCMake\\");
  CHECK(words_of(call, Keys::both) ==
        "/nologo /TP -DX=1 /I inc /external:I ext /Z7 /O2 /MD /EHsc /showIncludes /FdCMake\\");
}

TEST_CASE("cl: names of objects") {
  struct Row {
    const char* line;
    const char* object;
  };
  constexpr Row rows[] = {
      {"/c src/a.b.c", "a.b.obj"},          {"/c src\\a.c", "a.obj"},
      {"/c src/a.c /Foout/", "out/a.obj"},  {"/c src/a.c /Foout\\", "out\\a.obj"},
      {"/c src/a.c /Foout/x", "out/x.obj"}, {"/c src/a.c /Foout/x.y", "out/x.y"},
      {"/c src/a.c -o out/z", "out/z.obj"}, {"/c src/a.c /Fo:q.obj", "q.obj"},
      {"/c /Tpsrc/a.x", "a.obj"},           {"/c /Tc src/a.x", "a.obj"},
      {"/c /src/x/a.c", "a.obj"},
  };
  ClWorld w;
  for (const Row& row : rows) {
    INFO("command: ", row.line);
    CHECK(w.call(row.line).object.path == row.object);
  }
  CHECK(w.call("/c /Tp a.x").language == Language::cpp);
  CHECK(w.call("/c /TC a.cpp").language == Language::c);
  CHECK(w.call("/c a.c /sourceDependencies d.json").outputs.back().path == "d.json");
}

TEST_CASE("cl: refusals") {
  struct Row {
    const char* line;
    const char* id;
  };
  constexpr Row rows[] = {
      {"a.c", "called_for_link"},
      {"a.c /link /DLL", "called_for_link"},
      {"/E a.c", "called_for_preprocessing"},
      {"-EP a.c", "called_for_preprocessing"},
      {"/P a.c", "called_for_preprocessing"},
      {"/c a.c b.c", "multiple_source_files"},
      {"/c", "no_input_file"},
      {"/?", "no_input_file"},
      {"/c a.rc", "unsupported_source_language"},
      {"/c a.c /I", "bad_compiler_arguments"},
      {"/c @nofile", "bad_compiler_arguments"},
      {"/c a.c /Fo", "bad_compiler_arguments"},
      {"/c a.c /Zi", "unsupported_compiler_option"},
      {"/c a.c -ZI", "unsupported_compiler_option"},
      {"/c a.c /FAcs", "unsupported_compiler_option"},
      {"/c a.c /Zs", "unsupported_compiler_option"},
      {"/c a.c /analyze", "unsupported_compiler_option"},
      {"/c a.c /sourceDependencies-", "unsupported_compiler_option"},
      {"/c a.c /Ycx.h", "could_not_use_precompiled_header"},
      {"/c a.c /Ycx.h /Fpx.pch",
       "could_not_use_precompiled_header"},  // cl's own: only the driver of Clang is known
      {"/c a.c /Yux.h", "could_not_use_precompiled_header"},
      {"/c a.ixx", "could_not_use_modules"},
      {"/c a.cpp /reference m=m.ifc", "could_not_use_modules"},
  };
  ClWorld w;
  for (const Row& row : rows) {
    INFO("command: ", row.line);
    CHECK(w.refusal(row.line) == row.id);
  }
  CHECK(text::join(w.call("/c a.c /Yux.h /Fpx.pch").pch.files, " ") == "x.pch");
}

TEST_CASE("clang-cl: its own words") {
  ClWorld w;
  w.family = Family::clang_cl;
  CHECK(w.call("/c /clang:-O3 -Wall --target=x86_64-pc-windows-msvc -fcolor-diagnostics a.cpp")
            .colors.on);
  CHECK(w.call("-MD -c -- -a.c").source == "-a.c");
  CHECK(w.call("-c -march=native a.c").architecture.native);
  CHECK(w.call("-c -gline-tables-only a.c").matters.working_directory);
  CHECK_FALSE(w.call("-c -g0 a.c").matters.working_directory);
  CHECK(w.refusal("/c /clang:-MD a.c") == "unsupported_compiler_option");
  CHECK(w.refusal("/c -Xclang -emit-pch a.c") == "unsupported_compiler_option");
  CHECK(w.refusal("/c -ftime-trace a.c") == "unsupported_compiler_option");
  CHECK(w.refusal("/c --frobnicate a.c") == "unsupported_compiler_option");
  CHECK_FALSE(w.call("/c -Xclang -internal-isystem -Xclang d a.c").allows.direct_mode);
}

TEST_CASE(
    "clang-cl: a precompiled header is an output beside the object, and holds times unless told "
    "not to") {
  ClWorld w;
  w.family = Family::clang_cl;
  const Invocation call = w.call("/c /Yca.h /Fpx.pch /DX a.c");
  CHECK(call.pch.made);
  CHECK(call.pch.times_matter);
  CHECK(call.pch.holds_directory);
  CHECK(call.matters.working_directory);
  CHECK(words_of(call, Keys::both) == "/Yca.h /Fpx.pch /DX");
  REQUIRE(call.outputs.size() == 2);
  CHECK(call.outputs[1].path == "x.pch");
  const Invocation without_times = w.call("/c /Yca.h /Fpx.pch -Xclang -fno-pch-timestamp a.c");
  CHECK_FALSE(without_times.pch.times_matter);
  CHECK(without_times.allows.direct_mode);
  for (const char* line : {"/c /Yc /Fpx.pch a.c", "/c /Yca.h /Fpx a.c", "/c /Yca.h /Fpdir/ a.c",
                           "/c /Yca.h /Yub.h /Fpx.pch a.c"})
    CHECK(w.refusal(line) == "could_not_use_precompiled_header");
}

TEST_CASE("cl: every name in the tables is read by its own row") {
  for (const auto rows : {cl_options(), clang_cl_options()})
    for (const CompilerOption& row : rows) CHECK(find_option(rows, row.name) == &row);
}

}  // namespace
}  // namespace deja

// Finding the compiler and reading what drivers print.
#include "compiler/identify.h"

#include <doctest/doctest.h>

#include "base/path.h"
#include "base/text.h"
#include "fake/fake_system.h"
#include "posix_paths.h"

namespace deja {
namespace {

void put_program(FakeSystem& world, const std::string& path) {
  world.fs.put(path, "program " + path);
  world.fs.node(path).mode = 0755;
}

TEST_CASE("identify: along PATH, never deja itself" * posix_paths()) {
  FakeSystem world;
  const Config config;
  world.env.variables["PATH"] = "/empty:/masked:/copied:/cached:/usr/bin";
  put_program(world, "/usr/bin/deja");
  put_program(world, "/opt/other/deja");
  put_program(world, "/usr/bin/ccache");
  world.fs.put_directory("/empty");
  world.fs.put_link("/masked/gcc", "/usr/bin/deja");
  world.fs.put_link("/copied/gcc", "/opt/other/deja");
  world.fs.put_link("/cached/gcc", "/usr/bin/ccache");
  put_program(world, "/usr/bin/x86_64-linux-gnu-gcc-12");
  world.fs.put_link("/usr/bin/gcc", "/usr/bin/x86_64-linux-gnu-gcc-12");

  const Result<FoundCompiler> found = find_compiler(world.system, config, "gcc");
  REQUIRE(found);
  CHECK(found->path == "/usr/bin/gcc");
  CHECK(found->real_path == "/usr/bin/x86_64-linux-gnu-gcc-12");
  CHECK(found->family == Family::gcc);
  std::string folders;
  for (const Candidate& candidate : found->passed_over)
    folders += std::string(path::directory(candidate.path)) + ":";
  CHECK(folders + "/usr/bin" == world.env.variables["PATH"]);
  CHECK(found->passed_over_cache);

  const Result<FoundCompiler> by_path = find_compiler(world.system, config, "/masked/gcc");
  REQUIRE(by_path);
  CHECK(by_path->path == "/usr/bin/gcc");
  CHECK(by_path->passed_over_cache);
  const Result<FoundCompiler> self = find_compiler(world.system, config, "/opt/other/deja");
  REQUIRE_FALSE(self);
  CHECK(self.error().cause == Cause::exists);
  const Result<FoundCompiler> none = find_compiler(world.system, config, "tcc");
  REQUIRE_FALSE(none);
  CHECK(none.error().cause == Cause::not_found);
}

TEST_CASE("identify: what cannot run is passed over" * posix_paths()) {
  FakeSystem world;
  world.env.variables["PATH"] = "/a:/b:/c";
  world.fs.put("/a/gcc", "no execute bit");
  world.fs.put_directory("/b/gcc");
  put_program(world, "/c/gcc");
  const Result<FoundCompiler> found = find_compiler(world.system, Config(), "gcc");
  REQUIRE(found);
  CHECK(found->path == "/c/gcc");
  Config config;
  config.path = "/d";
  put_program(world, "/d/gcc");
  CHECK(find_compiler(world.system, config, "gcc").value_or({}).path == "/d/gcc");
}

TEST_CASE("identify: families by name") {
  struct Row {
    const char* name;
    const char* leads_to;
    Family family;
    CompilerType type;
    bool cpp;
  };
  constexpr Row rows[] = {
      {"gcc", "", Family::gcc, CompilerType::gcc, false},
      {"g++-12", "", Family::gcc, CompilerType::gcc, true},
      {"arm-none-eabi-g++", "", Family::gcc, CompilerType::gcc, true},
      {"x86_64-w64-mingw32-g++-posix", "/bin/x86_64-w64-mingw32-g++", Family::gcc,
       CompilerType::gcc, true},
      {"cc", "/usr/bin/gcc", Family::gcc, CompilerType::gcc, false},
      {"c++", "/usr/bin/g++", Family::gcc, CompilerType::gcc, true},
      {"cc", "/usr/bin/clang-14", Family::clang, CompilerType::clang, false},
      {"c++", "/usr/bin/clang-14", Family::clang, CompilerType::clang, true},
      {"clang++-14", "", Family::clang, CompilerType::clang, true},
      {"aarch64-linux-android21-clang", "", Family::clang, CompilerType::clang, false},
      {"clang-cl", "", Family::clang_cl, CompilerType::clang_cl, false},
      {"clang-cl-14", "", Family::clang_cl, CompilerType::clang_cl, false},
      {"CL.EXE", "", Family::cl, CompilerType::msvc, false},
      {"nvcc", "", Family::nvcc, CompilerType::nvcc, false},
      {"icpx", "", Family::clang, CompilerType::icx, true},
      {"qcc", "", Family::gcc, CompilerType::qcc, false},
      {"tcc", "", Family::gcc, CompilerType::other, false},
      {"encl", "", Family::gcc, CompilerType::other, false},
  };
  for (const Row& row : rows) {
    FakeSystem world;
    const std::string path = std::string("/t/") + row.name;
    const std::string target = row.leads_to;
    put_program(world, target.empty() ? path : target);
    if (!target.empty()) world.fs.put_link(path, target);
    const Result<FoundCompiler> found = find_compiler(world.system, Config(), path);
    INFO(row.name, " -> ", target);
    REQUIRE(found);
    CHECK(found->family == row.family);
    CHECK(found->type == row.type);
    CHECK(found->is_cpp_driver == row.cpp);
    Config config;
    config.compiler_type = CompilerType::clang;
    CHECK(find_compiler(world.system, config, path).value_or({}).family == Family::clang);
  }
}

TEST_CASE("identify: built-in search directories" * posix_paths()) {
  constexpr std::string_view text =
      "Target: x\nignoring nonexistent directory \"/x\"\n#include \"...\" search starts here:\n q\n"
      "#include <...> search starts here:\n /usr/lib/gcc/include\n /usr/local/include\n "
      "/Frameworks (framework directory)\n /usr/include\n"
      "End of search list.\n # 1 \"x\"\n";
  CHECK(text::join(parse_search_directories(text), "|") ==
        "/x|q|/usr/lib/gcc/include|/usr/local/include|/usr/include");
  CHECK(parse_search_directories("").empty());

  Invocation call;
  call.language = Language::cpp;
  call.arguments = {{.words = {"-O2"}},
                    {.words = {"-Ix"}, .keys = Keys::direct},
                    {.words = {"-x", "c"}},
                    {.words = {"-m32"}}};
  CHECK(text::join(search_query_words(call), " ") == "-E -v -O2 -m32 -x c++ /dev/null");
}

TEST_CASE("identify: what native was resolved to") {
  CHECK(parse_resolved_native("Target: x\n /usr/lib/cc1 -quiet a.c \"-march=znver3\" -mmmx --param "
                              "\"l1-cache-size=32\" -O2\n") ==
        "-march=znver3 -mmmx --param l1-cache-size=32");
  CHECK(parse_resolved_native(" \"/usr/bin/clang\" \"-cc1\" \"-main-file-name\" \"a.c\" "
                              "\"-target-cpu\" \"znver3\" \"-target-feature\" \"+sse\"\n") ==
        "-target-cpu znver3 -target-feature +sse");
  CHECK(parse_resolved_native("nothing") == "");
}

}  // namespace
}  // namespace deja

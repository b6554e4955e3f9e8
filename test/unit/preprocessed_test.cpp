// Scanning preprocessed text: what is found, what is hashed, and that chunks make no difference.
#include "compiler/preprocessed.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.h"
#include "posix_paths.h"

namespace deja {
namespace {

struct Scanned {
  std::string hashed;
  PreprocessedFindings findings;
};

Scanned scan(std::string_view text, std::size_t chunk = std::string_view::npos,
             PreprocessedOptions options = {}) {
  Scanned result;
  if (options.working_directory.empty()) options.working_directory = "/w/d";
  PreprocessedScanner scanner(options, [&](std::string_view bytes) { result.hashed += bytes; });
  for (std::size_t at = 0; at < text.size(); at += std::min(chunk, text.size() - at))
    scanner.feed(text.substr(at, chunk));
  result.findings = scanner.finish();
  return result;
}

std::string files_of(const Scanned& scanned) { return text::join(scanned.findings.files, "|"); }

constexpr std::string_view sample =
    "# 0 \"a.c\"\n"
    "# 1 \"/w/d//\"\n"
    "# 0 \"<built-in>\"\n"
    "# 1 \"a.c\"\n"
    "#line 3 \"dir/b \\\"q\\\".h\"\n"
    "int x; asm(\".incbin \\\"f\\\"\");\n"
    "# 1 \"/w/d/sub/c.h\" 1 3 4\n"
    "#pragma GCC pch_preprocess \"x.gch\"\n"
    "int y = __builtin_COLUMN();\n"
    "# 2 \"a.c\" 2\n"
    "import foo.bar;\n"
    "last line without end";

TEST_CASE("preprocessed: what the text names") {
  const Scanned scanned = scan(sample);
  CHECK(files_of(scanned) == "a.c|dir/b \"q\".h|/w/d/sub/c.h");
  CHECK(scanned.hashed == sample);
  CHECK(scanned.findings.has_incbin);
  CHECK(scanned.findings.has_pch_pragma);
  CHECK(scanned.findings.has_columns);
  CHECK(scanned.findings.has_modules);
  CHECK_FALSE(scanned.findings.has_embed);
  CHECK_FALSE(scanned.findings.has_assembler_include);
  CHECK(scanned.findings.size == sample.size());
}

TEST_CASE("preprocessed: pragmas that may hold macros") {
  PreprocessedOptions options;
  options.expands_pragmas = false;
  for (const char* text :
       {"#pragma pack(N)", "#pragma pack(push, N)", "#pragma unroll N",
        "#pragma clang loop unroll_count(N)", "#pragma weak a", "#  pragma\tpack ( N )"})
    CHECK_MESSAGE(scan(text, 99, options).findings.has_macro_pragma, text);
  for (const char* text :
       {"#pragma pack(1)", "#pragma pack(push, 4)", "#pragma pack(pop)", "#pragma pack()",
        "#pragma GCC diagnostic push", "#pragma omp parallel", "pragma pack(N)", "# 1 \"pragma\""})
    CHECK_FALSE_MESSAGE(scan(text, 99, options).findings.has_macro_pragma, text);
  CHECK_FALSE(scan("#pragma pack(N)").findings.has_macro_pragma);
}

TEST_CASE("preprocessed: the working directory's marker and base folders" * posix_paths()) {
  PreprocessedOptions options;
  options.hash_working_directory = false;
  CHECK(scan("# 1 \"a.c\"\n# 1 \"/w/d//\"\nx\n", 99, options).hashed == "# 1 \"a.c\"\n\nx\n");
  options.base_dirs = {"/w"};
  CHECK(scan("# 1 \"/w/d/a.h\" 1\n# 2 \"/w/e/b.h\" 2\n# 3 \"/usr/c.h\"\n", 99, options).hashed ==
        "# 1 \"a.h\" 1\n# 2 \"../e/b.h\" 2\n# 3 \"/usr/c.h\"\n");
}

TEST_CASE("preprocessed: chunks make no difference") {
  PreprocessedOptions options;
  options.hash_working_directory = false;
  options.base_dirs = {"/w"};
  const Scanned whole = scan(sample, std::string_view::npos, options);
  for (std::size_t chunk = 1; chunk <= sample.size(); ++chunk) {
    const Scanned parts = scan(sample, chunk, options);
    CHECK(parts.hashed == whole.hashed);
    CHECK(files_of(parts) == files_of(whole));
    CHECK(parts.findings.has_incbin);
    CHECK(parts.findings.has_columns);
    CHECK(parts.findings.has_modules);
  }
}

TEST_CASE("preprocessed: lines longer than the buffer") {
  const std::string blank(200'000, ' ');
  for (const std::size_t chunk :
       {std::size_t{1000}, std::size_t{65'536}, std::size_t{65'537}, std::string_view::npos}) {
    for (const std::string& filler : {blank, std::string(65'530, 'x'), std::string(131'000, '#')}) {
      const std::string text = "a\n" + filler + ".incbin \"f\"" + filler + "\n# 1 \"b.h\"\n" +
                               filler + "__builtin_source_location()";
      const Scanned scanned = scan(text, chunk);
      CHECK((scanned.hashed == text));
      CHECK(scanned.findings.has_incbin);
      CHECK(scanned.findings.has_columns);
      CHECK(files_of(scanned) == "b.h");
    }
  }
}

TEST_CASE("preprocessed: words that matter") {
  struct Row {
    std::string_view text;
    char found;  // i: .incbin, a: .include, e: #embed, m: modules, c: columns, p: pch, -: nothing
  };
  constexpr Row rows[] = {
      {".incbin \"x\"", 'i'},
      {"asm(\".incbin\" \" \\\"x\\\"\")", 'i'},
      {"a.incbins", '-'},
      {"a.incbin |= true;", '-'},
      {"asm(\"x: \\012.incbin \\\"x\\\"\")", 'i'},
      {"\t.include \"x.inc\"", 'a'},
      {"asm(\".include \\\"x\\\"\")", 'a'},
      {"x.include(y)", '-'},
      {"#embed \"x\"", 'e'},
      {"  # embed <x>", 'e'},
      {"x #embed", '-'},
      {"__builtin_COLUMN ()", 'c'},
      {"MY_COLUMN", '-'},
      {"source_location::current()", '-'},
      {"__builtin_source_location()", 'c'},
      {"import std;", 'm'},
      {"import <vector>;", 'm'},
      {"import \"x.h\";", 'm'},
      {"module;", 'm'},
      {"module a.b:c;", 'm'},
      {"export module a;", 'm'},
      {"export import a;", 'm'},
      {"x\nmodule a ;", 'm'},
      {"module = 3;", '-'},
      {"importer x;", '-'},
      {"import_all();", '-'},
      {"module_init(x);", '-'},
      {"export template <class T> class X;", '-'},
      {" import a;", '-'},
      {"#pragma clang module import x", 'm'},
      {"#pragma GCC pch_preprocess \"x\"", 'p'},
  };
  for (const Row& row : rows) {
    const std::string text(row.text);
    INFO(text);
    for (const std::string& around : {text, "first\n" + text + "\nlast\n"}) {
      const PreprocessedFindings f = scan(around).findings;
      CHECK(f.has_incbin == (row.found == 'i'));
      CHECK(f.has_assembler_include == (row.found == 'a'));
      CHECK(f.has_embed == (row.found == 'e'));
      CHECK(f.has_modules == (row.found == 'm'));
      CHECK(f.has_columns == (row.found == 'c'));
      CHECK(f.has_pch_pragma == (row.found == 'p'));
    }
  }
}

TEST_CASE("preprocessed: markers that name nothing") {
  CHECK(files_of(scan("# 1\n# 1 \"\"\n# 1 \"open\n#pragma \"x\"\n#define A \"y\"\n# x \"z\"\n#line "
                      "1 \"<stdin>\"\n")) == "");
  CHECK(files_of(scan("# 1 \"\\303\\244.h\"\n")) == "\xc3\xa4.h");
  CHECK(files_of(scan("#line 1 \"C:\\\\x\\\\a.h\"\n")) == "C:\\x\\a.h");
}

}  // namespace
}  // namespace deja

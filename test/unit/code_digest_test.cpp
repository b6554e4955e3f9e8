// Comments, and what looks like one.
#include "inputs/code_digest.h"

#include <doctest/doctest.h>

namespace deja {

namespace {

std::string code(std::string_view text) { return without_comments(text).value_or("in doubt"); }

}  // namespace

TEST_CASE("comments become blanks in their place") {
  CHECK(code("int a; // one\nint b;\n") == "int a;\nint b;\n");
  CHECK(code("int /* x */ a;\n") == "int         a;\n");
  CHECK(code("a/**/b\n") == "a    b\n");
  CHECK(code("\t/* x\ty */ a\n") == "\t    \t     a\n");
  CHECK(code("// all\n\n/* of it */\n") == "\n\n\n");
  CHECK(code("a / b /c\n") == "a / b /c\n");
  CHECK(code("") == "");
  CHECK(code("no newline // x") == "no newline");
  CHECK(code("a  \t\nb \n") == "a\nb\n");
  CHECK(code("a; // x\r\nb;\r\n") == "a;\r\nb;\r\n");
}

TEST_CASE("what a comment says does not matter, where it ends does") {
  CHECK(code_digest("int a; // one\n") == code_digest("int a; // another one\n"));
  CHECK(code_digest("int a; // one\n") == code_digest("int a;\n"));
  CHECK(code_digest("int a; /* 1 */ int b;\n") != code_digest("int a; /* 10 */ int b;\n"));
  CHECK(code_digest("#define A 1 /* x\n */ 2\n") != code_digest("#define A 1\n    2\n"));
  CHECK(code_digest("#define A 1 /* x\n */ 2\n") == code_digest("#define A 1 /* y z\n */ 2\n"));
  CHECK(code_digest("a\n// x\n") != code_digest("a\n"));
}

TEST_CASE("what is no comment stays") {
  for (const char* const text :
       {"s = \"// no\";\n", "s = \"/* no */\";\n", "c = '\"'; d = '/';\n",
        "s = \"\\\\\"; t = \"//\";\n", "#include <a//b>\n", "#  include_next <a/*b>\n",
        "#if __has_include(<a//b>)\n", "n = 1'000'000;\n", "n = 0x1'f;\n", "u8'a' L'\\'' \n",
        "a = b ? c : d;\n", "#define F(x) \\\n  x\n"})
    CHECK_MESSAGE(code(text).substr(0, 8) == std::string_view(text).substr(0, 8), text);
  CHECK(code("s = \"//\"; // x\n") == "s = \"//\";\n");
  CHECK(code("n = 1'0; // it's\n") == "n = 1'0;\n");
  CHECK(code("#include <a//b> // c\n") == "#include <a//b>\n");
}

TEST_CASE("where there is doubt only the content tells") {
  for (const char* const text : {
           "s = R\"(// no)\";\n",        // a raw string
           "// goes on \\\nint a;\n",    // for some compilers also with blanks between
           "// goes on \\  \nint a;\n",  //
           "/\\\n/ x\n",                 // a comment in two lines
           "// a /* in it\n",            // told of by -Wcomment
           "/* a /* in it */\n",         //
           "// \xC3\xA4\n",              // letters may be told of
           "/* no end\n",                //
           "#error don't\n",             // an apostrophe that ends nowhere
           "s = \"no end\n",             //
           "// what?\?/\nint a;\n",      // a trigraph
           "a \\ \nb\n",                 // blanks between a backslash and the end of its line
           "#define A nam\\\ne\n",       // a name in two lines
           "a\rb\n",                     // a line's end for some
           "a \001\n",                   // the mark itself
           "X include < a//b\n",         // what may become a directive
       })
    CHECK_MESSAGE(code(text) == "in doubt", text);
}

}  // namespace deja

// What a source includes before its first token.
#include "compiler/leading_includes.h"

#include <doctest/doctest.h>

namespace deja {

TEST_CASE("leading includes: up to the first token, whatever lies between") {
  struct Row {
    const char* source;
    std::vector<LeadingInclude> found;
  };
  const Row rows[] = {
      {"", {}},
      {"#include \"a.h\"\nint x;\n#include \"b.h\"\n", {{"a.h", true}}},
      {"\xef\xbb\xbf// text\r\n\r\n/* #include \"no.h\"\n*/ #  include <sys/a.h> // "
       "more\n#include\"b.h\"\n",
       {{"sys/a.h", false}, {"b.h", true}}},
      {"#if X\n#include \"a.h\"\n#else\n#import <b.h>\n#endif\n#include_next \"c.h\"",
       {{"a.h", true}, {"b.h", false}, {"c.h", true}}},
      {"#define A \\\n  int x;\n#inc\\\nlude \"a.h\"\n", {{"a.h", true}}},
      {"#define A /* int\n x; */ 1\n#include \"a.h\" /* \n */\n#include \"b.h\"",
       {{"a.h", true}, {"b.h", true}}},
      {"#include MACRO\n#include \"open.h\n#include <open.h\n#pragma once\n#\n#include \"a.h\"",
       {{"a.h", true}}},
      {"/* open", {}},
      {"#include \"a.h\" /* open", {{"a.h", true}}},
      {"int x;", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.source);
    CHECK(leading_includes(row.source) == row.found);
  }
}

}  // namespace deja

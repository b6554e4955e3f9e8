// Reading dependency files and /showIncludes lines.
#include "compiler/depfile.h"

#include <doctest/doctest.h>

#include "base/text.h"

namespace deja {
namespace {

std::string parsed(std::string_view text) { return text::join(parse_depfile(text), "|"); }

TEST_CASE("depfile: prerequisites of the first rule") {
  CHECK(parsed("a.o: a.c b.h\n") == "a.c|b.h");
  CHECK(parsed("a.o: a.c \\\n  b.h \\\n c.h\n\nb.h:\n\nc.h:\n") == "a.c|b.h|c.h");
  CHECK(parsed("a.o: a.c \\\r\n  b.h\r\n") == "a.c|b.h");
  CHECK(parsed("a.o b.o: a.c\n") == "a.c");
  CHECK(parsed("a.o: a.c b.h a.c b.h") == "a.c|b.h");
  CHECK(parsed("a.o:a.c\n") == "");
  CHECK(parsed("a.o:\n") == "");
  CHECK(parsed("no rule") == "");
  CHECK(parsed("") == "");
  CHECK(parsed(":") == "");
  CHECK(parsed("a\\\nb: c") == "c");
}

// As gcc and clang write names with special characters.
TEST_CASE("depfile: escapes") {
  CHECK(parsed("a.o: with\\ blank.h\n") == "with blank.h");
  CHECK(parsed("a\\ b.o: x.h\n") == "x.h");
  CHECK(parsed("a.o: a\\#b.h\n") == "a#b.h");
  CHECK(parsed("a.o: a$$b.h\n") == "a$b.h");
  CHECK(parsed("a.o: a\\:b.h\n") == "a:b.h");
  CHECK(parsed("a.o: a\\b.h\n") == "a\\b.h");
  CHECK(parsed("a.o: a\\\\\\ b.h\n") == "a\\ b.h");
  CHECK(parsed("a.o: a\\\\ b.h\n") == "a\\\\|b.h");
  CHECK(parsed("C:\\x\\a.o: C:\\x\\a.c C:/y/b.h\n") == "C:\\x\\a.c|C:/y/b.h");
  CHECK(parsed("a.o: a.c\\") == "a.c\\");
  CHECK(parsed("a.o: b\\\n c") == "b|c");
}

TEST_CASE("show includes: headers and the rest") {
  const ShowIncludes found = parse_show_includes(
      "a.c\r\nNote: including file: C:\\x\\a.h\r\nNote: including file:  C:\\x\\b.h\r\nwarning: "
      "y\r\nNote: including file: C:\\x\\a.h\r\n",
      "Note: including file:");
  CHECK(text::join(found.headers, "|") == "C:\\x\\a.h|C:\\x\\b.h");
  CHECK(found.rest == "a.c\r\nwarning: y\r\n");
  CHECK(parse_show_includes("x", "").rest == "x");
  CHECK(parse_show_includes("Note: a", "Note:").headers.front() == "a");
}

TEST_CASE("targets are exchanged where the layout is the compiler's own") {
  const std::string gcc =
      "a.o: a.c /usr/include/stdc-predef.h include/first.h include/second.h \\\n"
      " include/third.h\n\ninclude/first.h:\n";
  CHECK(with_targets(gcc, {"a.o"}, RuleStyle::gcc) == gcc);
  CHECK(with_targets(gcc, {"a-much-longer-name/of/the/object.o", "x"}, RuleStyle::gcc) ==
        "a-much-longer-name/of/the/object.o x: a.c /usr/include/stdc-predef.h \\\n"
        " include/first.h include/second.h include/third.h\n\ninclude/first.h:\n");
  CHECK_FALSE(with_targets("a.o:  a.c\n", {"b.o"}, RuleStyle::gcc));
  CHECK(with_targets("a.o:  a.c\n", {"a.o"}, RuleStyle::gcc) == "a.o:  a.c\n");
  CHECK_FALSE(with_targets("no rule\n", {"b.o"}, RuleStyle::gcc));
  CHECK(quoted_target("a $b#c\\ d") == "a\\ $$b\\#c\\\\\\ d");
}

}  // namespace
}  // namespace deja

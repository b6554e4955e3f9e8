// Windows command lines: the documented examples, and every word comes back.
#include "base/command_line.h"

#include <doctest/doctest.h>

using namespace deja;
using Words = std::vector<std::string>;

TEST_CASE("command lines split by the C run-time's documented examples") {
  CHECK(split_command_line(R"(x "abc" d e)") == Words{"x", "abc", "d", "e"});
  CHECK(split_command_line(R"(x a\\\b d"e f"g h)") == Words{"x", R"(a\\\b)", "de fg", "h"});
  CHECK(split_command_line(R"(x a\\\"b c d)") == Words{"x", R"(a\"b)", "c", "d"});
  CHECK(split_command_line(R"(x a\\\\"b c" d e)") == Words{"x", R"(a\\b c)", "d", "e"});
  CHECK(split_command_line(R"(x a"b"" c d)") == Words{"x", R"(ab" c d)"});
}

TEST_CASE("a program's path keeps its backslashes, and an empty line has an empty program") {
  CHECK(split_command_line(R"("C:\a b\" c)") == Words{R"(C:\a b\)", "c"});
  CHECK(split_command_line(R"(C:\a\ "")") == Words{R"(C:\a\)", ""});
  CHECK(split_command_line("") == Words{""});
  CHECK(split_command_line("  a") == Words{"", "a"});
}

TEST_CASE("words that hold backslashes, quotes and blanks in every order survive") {
  // All words of length 6 over the four characters that matter.
  const std::string letters = "a \\\"";
  for (int code = 0; code < 4096; ++code) {
    std::string word;
    for (int i = 0, left = code; i < 6; ++i, left /= 4)
      word.push_back(letters[static_cast<std::size_t>(left % 4)]);
    const Words argv{R"(C:\Program Files\cc.exe)", word, "", "end"};
    CAPTURE(word);
    REQUIRE(split_command_line(command_line_of(argv)) == argv);
  }
}

TEST_CASE("quotes appear only where needed") {
  CHECK(quoted_word(R"(-DX=\)") == R"(-DX=\)");
  CHECK(quoted_word("") == R"("")");
  CHECK(quoted_word(R"(-DX="a")") == R"("-DX=\"a\"")");
  CHECK(command_line_of({"cc", "-c", "a b.c"}) == R"(cc -c "a b.c")");
}

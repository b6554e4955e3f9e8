// Response files.
#include <doctest/doctest.h>

#include "base/text.h"
#include "compiler/response_file.h"
#include "compiler/understand.h"
#include "fake/fake_fs.h"

namespace deja {
namespace {

std::string posix(std::string_view text) { return text::join(split_posix_response(text), "|"); }
std::string windows(std::string_view text) { return text::join(split_windows_response(text), "|"); }

// As `gcc @file` splits.
TEST_CASE("response files: posix quoting") {
  CHECK(posix("-c a.c") == "-c|a.c");
  CHECK(posix(" \t-c\n\n a.c\r\n") == "-c|a.c");
  CHECK(posix("-DX='a b' \"c d\"e") == "-DX=a b|c de");
  CHECK(posix("a\\ b \\\"q\\\"") == "a b|\"q\"");
  CHECK(posix("'a\\'b' \"a\\\"b\"") == "a'b|a\"b");
  CHECK(posix("\"a'b\" 'a\"b'") == "a'b|a\"b");
  CHECK(posix("'' x") == "|x");
  CHECK(posix("") == "");
  CHECK(posix("'open end") == "open end");
  CHECK(posix("x\\") == "x");
}

TEST_CASE("response files: windows quoting") {
  CHECK(windows("/c a.c\r\n/Fo\"x y\\\\\"") == "/c|a.c|/Fox y\\");
  CHECK(windows("a\\b \"c\\d\" e\\\"f") == "a\\b|c\\d|e\"f");
  CHECK(windows("\xef\xbb\xbf/c") == "/c");
  CHECK(windows(std::string_view("\xff\xfe/\0c\0 \0\xe4\0\x3d\xd8\x00\xde", 14)) ==
        "/c|\xc3\xa4\xf0\x9f\x98\x80");
  CHECK(windows(std::string_view("\xfe\xff\0/\0c\xd8", 7)) == "/c");
  CHECK(windows("") == "");
}

struct ExpandWorld {
  FakeClock clock;
  FakeFs fs{clock};

  std::string expanded(const std::vector<std::string>& words,
                       ResponseFileFormat format = ResponseFileFormat::posix) {
    const auto result = expand_response_files(fs, words, format);
    if (const Bypass* bypass = std::get_if<Bypass>(&result))
      return std::string("refused: ") + std::string(id_of(bypass->counted()));
    const Expanded& out = std::get<Expanded>(result);
    return text::join(out.words, "|") + " from " + text::join(out.files, "|");
  }
};

TEST_CASE("response files: expansion") {
  ExpandWorld w;
  w.fs.put("/src/a.rsp", "-c '@b c.rsp' -O2");
  w.fs.put("/src/b c.rsp", "-g @missing");
  CHECK(w.expanded({"-x", "@a.rsp", "a.c"}) == "-x|-c|-g|@missing|-O2|a.c from a.rsp|b c.rsp");
  CHECK(w.expanded({"@", "@nofile", "a@b"}) == "@|@nofile|a@b from ");
  w.fs.put("/src/w.rsp", "/Foa\\b");
  CHECK(w.expanded({"@w.rsp"}, ResponseFileFormat::windows) == "/Foa\\b from w.rsp");
}

TEST_CASE("response files: no end is no end") {
  ExpandWorld w;
  w.fs.put("/src/self", "@self");
  CHECK(w.expanded({"@self"}) == "refused: bad_compiler_arguments");
  // Doubling: 2^64 words within the depth limit, stopped by the size limit.
  for (int i = 0; i < 64; ++i) {
    const std::string next = "@d" + std::to_string(i + 1);
    w.fs.put("/src/d" + std::to_string(i), next + " " + next + std::string(1 << 16, ' '));
  }
  w.fs.put("/src/d64", "x");
  CHECK(w.expanded({"@d0"}) == "refused: bad_compiler_arguments");
  w.fs.put("/src/big", std::string((64u << 20) + 1, ' '));
  CHECK(w.expanded({"@big"}) == "refused: bad_compiler_arguments");
}

}  // namespace
}  // namespace deja

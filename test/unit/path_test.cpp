// Lexical paths, in both styles on every system.
#include "base/path.h"

#include <doctest/doctest.h>

using namespace deja;

namespace {

constexpr PathStyle posix = PathStyle::posix;
constexpr PathStyle windows = PathStyle::windows;

}  // namespace

TEST_CASE("is_absolute") {
  CHECK(path::is_absolute("/a", posix));
  CHECK_FALSE(path::is_absolute("a/b", posix));
  CHECK_FALSE(path::is_absolute("", posix));
  CHECK_FALSE(path::is_absolute("C:\\a", posix));
  for (const char* yes : {"C:\\a", "c:/a", "\\\\server\\share\\a", "C:\\"})
    CHECK_MESSAGE(path::is_absolute(yes, windows), yes);
  for (const char* no : {"\\a", "/a", "C:a", "C:", "a\\b", ""})
    CHECK_MESSAGE(!path::is_absolute(no, windows), no);
}

TEST_CASE("directory, file name, extension") {
  CHECK(path::directory("a/b/c", posix) == "a/b");
  CHECK(path::directory("c", posix) == ".");
  CHECK(path::directory("/c", posix) == "/");
  CHECK(path::directory("/", posix) == "/");
  CHECK(path::directory("C:\\c", windows) == "C:\\");
  CHECK(path::directory("C:\\a/c", windows) == "C:\\a");
  CHECK(path::file_name("a/b/c.o", posix) == "c.o");
  CHECK(path::file_name("/c.o", posix) == "c.o");
  CHECK(path::file_name("a\\b", posix) == "a\\b");
  CHECK(path::file_name("C:c.o", windows) == "c.o");
  CHECK(path::extension("a.b/c.tar.gz", posix) == ".gz");
  CHECK(path::extension("a.b/c", posix).empty());
  CHECK(path::extension("a/.hidden", posix).empty());
  CHECK(path::without_extension("a.b/c.o", posix) == "a.b/c");
  CHECK(path::without_extension("a.b/c", posix) == "a.b/c");
}

TEST_CASE("join") {
  CHECK(path::join("a", "b", posix) == "a/b");
  CHECK(path::join("a/", "b", posix) == "a/b");
  CHECK(path::join("a", "/b", posix) == "/b");
  CHECK(path::join("", "b", posix) == "b");
  CHECK(path::join("C:\\a", "b", windows) == "C:\\a\\b");
  CHECK(path::join("C:\\a", "D:\\b", windows) == "D:\\b");
  CHECK(path::join("C:\\a", "\\b", windows) == "C:\\b");
  CHECK(path::join("C:\\a", "/b", windows) == "C:/b");
  CHECK(path::join("\\\\server\\share\\a", "\\b", windows) == "\\\\server\\share\\b");
  CHECK(path::join("a", "\\b", windows) == "\\b");
  CHECK(path::join("C:\\a", "c:b", windows) == "C:\\a\\b");
  CHECK(path::join("C:\\a", "D:b", windows) == "D:b");
  CHECK(path::join("C:\\a", "", windows) == "C:\\a\\");
}

TEST_CASE("normal") {
  CHECK(path::normal("a//b/./c", posix) == "a/b/c");
  CHECK(path::normal("a/../b", posix) == "b");
  CHECK(path::normal("a/..", posix) == ".");
  CHECK(path::normal("", posix) == ".");
  CHECK(path::normal("../../a", posix) == "../../a");
  CHECK(path::normal("a/../../b", posix) == "../b");
  CHECK(path::normal("/../a/", posix) == "/a");
  CHECK(path::normal("/", posix) == "/");
  CHECK(path::normal("c:/a/../B\\.", windows) == "c:\\B");
  CHECK(path::normal("\\\\server\\share\\..\\a", windows) == "\\\\server\\share\\a");
}

TEST_CASE("relative") {
  CHECK(path::relative("/a/b/c", "/a/b", posix) == "c");
  CHECK(path::relative("/a/b", "/a/b", posix) == ".");
  CHECK(path::relative("/a/x", "/a/b/c", posix) == "../../x");
  CHECK(path::relative("/ab", "/a", posix) == "../ab");
  CHECK(path::relative("a", "/a", posix) == "a");
  CHECK(path::relative("C:\\A\\b", "c:\\a", windows) == "b");
  CHECK(path::relative("D:\\a", "C:\\a", windows) == "D:\\a");
}

TEST_CASE("the null device") {
  CHECK(path::is_null_device("/dev/null", posix));
  CHECK_FALSE(path::is_null_device("/dev/nul", posix));
  CHECK_FALSE(path::is_null_device("NUL", posix));
  CHECK(path::is_null_device("nul", windows));
  CHECK_FALSE(path::is_null_device("/dev/null", windows));
}

TEST_CASE("is_below") {
  CHECK(path::is_below("/a/b", "/a", posix));
  CHECK(path::is_below("/a", "/a", posix));
  CHECK(path::is_below("/a", "/", posix));
  CHECK_FALSE(path::is_below("/ab", "/a", posix));
  CHECK_FALSE(path::is_below("/", "/a", posix));
  CHECK_FALSE(path::is_below("/A/b", "/a", posix));
  CHECK(path::is_below("C:\\SRC\\a", "c:\\src", windows));
}

TEST_CASE("split_list") {
  CHECK(path::split_list("/a::/b:", posix) == std::vector<std::string>{"/a", "/b"});
  CHECK(path::split_list("C:\\a;;D:\\b", windows) == std::vector<std::string>{"C:\\a", "D:\\b"});
  CHECK(path::split_list("", posix).empty());
}

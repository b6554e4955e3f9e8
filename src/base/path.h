// Lexical paths in UTF-8: no file is looked at here. The style of the system is chosen by CMake;
// both can be asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace deja {

enum class PathStyle : unsigned char { posix, windows };
inline constexpr PathStyle native_style = PathStyle::DEJA_PATH_STYLE;

namespace path {

// What stands behind the name of a program's file.
constexpr std::string_view program_suffix(PathStyle style = native_style) {
  return style == PathStyle::windows ? ".exe" : "";
}
// What swallows all that is written to it, and is empty to who reads it.
constexpr std::string_view null_device(PathStyle style = native_style) {
  return style == PathStyle::windows ? "NUL" : "/dev/null";
}
// Windows: in any case.
bool is_null_device(std::string_view path, PathStyle style = native_style);
bool is_separator(char c, PathStyle style = native_style);
// Windows: "C:\x", "\\server\share\x"; "\x" and "C:x" depend on a current directory and are not
// absolute.
bool is_absolute(std::string_view path, PathStyle style = native_style);
// "a/b" for "a/b/c", "." for "c", "/" for "/c".
std::string_view directory(std::string_view path, PathStyle style = native_style);
// "c.o" for "a/b/c.o".
std::string_view file_name(std::string_view path, PathStyle style = native_style);
// ".o" for "a/b/c.o", "" for "a/.hidden" and "a/c".
std::string_view extension(std::string_view path, PathStyle style = native_style);
// "a/b/c" for "a/b/c.o".
std::string_view without_extension(std::string_view path, PathStyle style = native_style);
// `right` when it is absolute, else both with one separator between. Windows: "\x" is below left's
// drive or share, "C:x" below left on C:.
std::string join(std::string_view left, std::string_view right, PathStyle style = native_style);
// Removes "." and empty components and, lexically, "x/..". Keeps leading "..", "/" for the root,
// "." for nothing.
std::string normal(std::string_view path, PathStyle style = native_style);
// `path` as seen from `from`; both absolute and normal. Returns `path` where no relative form
// exists (another drive).
std::string relative(std::string_view path, std::string_view from, PathStyle style = native_style);
// True when `path` is `folder` or lies below it; both normal. Case-insensitive in windows style.
bool is_below(std::string_view path, std::string_view folder, PathStyle style = native_style);
// The directories of a PATH, in which an empty piece is the working directory (POSIX), and nothing
// on Windows.
std::vector<std::string> search_path(std::string_view list, PathStyle style = native_style);
// Splits a list variable at ':' (windows ';'); empty pieces are left out.
std::vector<std::string> split_list(std::string_view list, PathStyle style = native_style);

}  // namespace path
}  // namespace deja

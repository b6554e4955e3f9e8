// Lexical path algebra for both styles.
#include "base/path.h"

#include "base/text.h"

namespace deja::path {

namespace {

char preferred(PathStyle style) { return style == PathStyle::windows ? '\\' : '/'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool has_drive(std::string_view path, PathStyle style) {
  return style == PathStyle::windows && path.size() >= 2 && is_letter(path[0]) && path[1] == ':';
}

// Length of what no ".." climbs over: "/", "C:\", "C:", "\\server\share\".
std::size_t root_size(std::string_view path, PathStyle style) {
  if (style == PathStyle::posix) return !path.empty() && path[0] == '/' ? 1 : 0;
  if (has_drive(path, style)) return path.size() > 2 && is_separator(path[2], style) ? 3 : 2;
  if (path.size() >= 2 && is_separator(path[0], style) && is_separator(path[1], style)) {
    std::size_t at = 2;
    for (int part = 0; part < 2; ++part) {
      while (at < path.size() && !is_separator(path[at], style)) ++at;
      if (at < path.size()) ++at;
    }
    return at;
  }
  return !path.empty() && is_separator(path[0], style) ? 1 : 0;
}

bool same(std::string_view a, std::string_view b, PathStyle style) {
  return style == PathStyle::windows ? text::equals_ignoring_case(a, b) : a == b;
}

std::vector<std::string_view> components(std::string_view path, PathStyle style) {
  std::vector<std::string_view> out;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= path.size(); ++i) {
    if (i < path.size() && !is_separator(path[i], style)) continue;
    if (i > start) out.push_back(path.substr(start, i - start));
    start = i + 1;
  }
  return out;
}

// Whether a POSIX path is its own normal form, as most are: no component is empty or begins with a
// dot.
bool is_plain(std::string_view path) {
  char before = '\0';
  for (const char c : path) {
    if (before == '/' && (c == '/' || c == '.')) return false;
    before = c;
  }
  return !path.empty() && path.front() != '.' && (before != '/' || path.size() == 1);
}

std::size_t last_separator(std::string_view path, PathStyle style) {
  for (std::size_t i = path.size(); i > root_size(path, style); --i)
    if (is_separator(path[i - 1], style)) return i - 1;
  return std::string_view::npos;
}

}  // namespace

bool is_null_device(std::string_view path, PathStyle style) {
  return same(path, null_device(style), style);
}

bool is_separator(char c, PathStyle style) {
  return c == '/' || (style == PathStyle::windows && c == '\\');
}

bool is_absolute(std::string_view path, PathStyle style) {
  if (style == PathStyle::posix) return !path.empty() && path[0] == '/';
  return root_size(path, style) >= 3;
}

std::string_view directory(std::string_view path, PathStyle style) {
  const std::size_t at = last_separator(path, style);
  const std::size_t root = root_size(path, style);
  if (at != std::string_view::npos) return path.substr(0, at);
  return root > 0 ? path.substr(0, root) : std::string_view(".");
}

std::string_view file_name(std::string_view path, PathStyle style) {
  const std::size_t at = last_separator(path, style);
  return at != std::string_view::npos ? path.substr(at + 1) : path.substr(root_size(path, style));
}

std::string_view extension(std::string_view path, PathStyle style) {
  const std::string_view name = file_name(path, style);
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view() : name.substr(dot);
}

std::string_view without_extension(std::string_view path, PathStyle style) {
  return path.substr(0, path.size() - extension(path, style).size());
}

std::string join(std::string_view left, std::string_view right, PathStyle style) {
  if (left.empty() || is_absolute(right, style)) return std::string(right);
  if (style == PathStyle::windows && !right.empty()) {
    std::string_view volume = left.substr(0, root_size(left, style));
    while (!volume.empty() && is_separator(volume.back(), style)) volume.remove_suffix(1);
    if (is_separator(right[0], style))
      return std::string(volume).append(right);  // the root of left's drive
    if (has_drive(right, style)) {
      // Relative to that drive's own directory, which is known only where it is left's drive.
      return same(volume, right.substr(0, 2), style) ? join(left, right.substr(2), style)
                                                     : std::string(right);
    }
  }
  std::string out(left);
  if (!is_separator(out.back(), style)) out.push_back(preferred(style));
  out.append(right);
  return out;
}

std::string normal(std::string_view path, PathStyle style) {
  if (style == PathStyle::posix && is_plain(path)) return std::string(path);
  const std::size_t root = root_size(path, style);
  std::string out(path.substr(0, root));
  for (char& c : out)
    if (is_separator(c, style)) c = preferred(style);
  std::vector<std::string_view> kept;
  for (std::string_view part : components(path.substr(root), style)) {
    if (part == ".") continue;
    const bool climbs = part == "..";
    if (climbs && !kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (!(climbs && root > 0)) {
      kept.push_back(part);
    }
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) out.push_back(preferred(style));
    out.append(kept[i]);
  }
  return out.empty() ? "." : out;
}

std::string relative(std::string_view path, std::string_view from, PathStyle style) {
  const std::size_t root = root_size(path, style);
  if (root == 0 || !same(path.substr(0, root), from.substr(0, root_size(from, style)), style))
    return std::string(path);
  const auto to_parts = components(path.substr(root), style);
  const auto from_parts = components(from.substr(root_size(from, style)), style);
  std::size_t common = 0;
  while (common < to_parts.size() && common < from_parts.size() &&
         same(to_parts[common], from_parts[common], style))
    ++common;
  std::string out;
  for (std::size_t i = common; i < from_parts.size(); ++i) {
    if (!out.empty()) out.push_back(preferred(style));
    out.append("..");
  }
  for (std::size_t i = common; i < to_parts.size(); ++i) {
    if (!out.empty()) out.push_back(preferred(style));
    out.append(to_parts[i]);
  }
  return out.empty() ? "." : out;
}

bool is_below(std::string_view path, std::string_view folder, PathStyle style) {
  if (path.size() < folder.size() || !same(path.substr(0, folder.size()), folder, style))
    return false;
  return path.size() == folder.size() || (!folder.empty() && is_separator(folder.back(), style)) ||
         is_separator(path[folder.size()], style);
}

std::vector<std::string> search_path(std::string_view list, PathStyle style) {
  if (style == PathStyle::windows) return split_list(list, style);
  std::vector<std::string> out;
  for (const std::string_view piece : text::split(list, ':'))
    out.emplace_back(piece.empty() ? "." : piece);
  return out;
}

std::vector<std::string> split_list(std::string_view list, PathStyle style) {
  std::vector<std::string> out;
  for (std::string_view piece : text::split(list, style == PathStyle::windows ? ';' : ':'))
    if (!piece.empty()) out.emplace_back(piece);
  return out;
}

}  // namespace deja::path

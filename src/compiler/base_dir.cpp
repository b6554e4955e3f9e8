// Rewriting paths below base_dir.
#include "compiler/base_dir.h"

#include <algorithm>
#include <utility>

#include "base/path.h"
#include "base/text.h"

namespace deja {

BaseDirs::BaseDirs(Fs& fs, const std::vector<std::string>& folders, std::string working_directory)
    : fs_(fs), working_directory_(path::normal(working_directory)) {
  for (const std::string& folder : folders)
    if (path::is_absolute(folder)) folders_.push_back(path::normal(folder));
}

bool BaseDirs::leads_to_same(const std::string& path, const std::string& other) const {
  const Result<FileFacts> a = fs_.stat(path);
  const Result<FileFacts> b = fs_.stat(other);
  // Outputs may not exist yet: then their folders decide.
  if (!a && !b) {
    const std::string parent(path::directory(path));
    if (parent.size() >= path.size()) return false;
    return leads_to_same(parent, std::string(path::directory(other)));
  }
  return a && b && a->device == b->device && a->inode == b->inode;
}

std::string BaseDirs::rewrite(const std::string& path) const {
  if (folders_.empty() || !path::is_absolute(path)) return path;
  const std::string normal = path::normal(path);
  const bool below = std::any_of(folders_.begin(), folders_.end(),
                                 [&](const std::string& f) { return path::is_below(normal, f); });
  if (!below) return path;
  const std::string by_name = path::relative(normal, working_directory_);
  // "link/.." is not where the link lies.
  const bool has_parents = std::ranges::any_of(text::split(path, '/'),
                                               [](std::string_view part) { return part == ".."; });
  if (!has_parents && path::is_below(normal, working_directory_)) return by_name;
  const bool is_right = leads_to_same(path, by_name);
  const std::string& real = real_directory();
  if (real == working_directory_) return is_right ? by_name : path;
  const std::string by_place = path::relative(normal, real);
  const bool is_longer = is_right && by_place.size() >= by_name.size();
  if (!is_longer && leads_to_same(path, by_place)) return by_place;
  return is_right ? by_name : path;
}

const std::string& BaseDirs::real_directory() const {
  if (!real_directory_)
    real_directory_ = fs_.real_path(working_directory_).value_or(working_directory_);
  return *real_directory_;
}

}  // namespace deja

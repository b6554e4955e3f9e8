// The names that matter in a watched directory: what recording and matching a manifest entry must see alike.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/digest.h"
#include "sys/fs.h"

namespace deja {

// `name` as the system compares names: in lower case where it ignores case.
std::string folded_name(std::string name);

// Every component of every path that was added. A file can only be shadowed by something whose name is one of them.
class MatteringNames {
 public:
  explicit MatteringNames(bool all) : all_(all) {}

  void add_components(std::string_view path);
  // Independent of the order: the sum (xor) of the digests of those names among `items` that matter.
  Digest digest(const std::vector<DirectoryItem>& items) const;
  // Why digest(items) is not `recorded`, for the log: "'foo.h' appeared in 'include'".
  std::string difference(const std::string& directory, const std::vector<DirectoryItem>& items, const Digest& recorded) const;

 private:
  bool matters(const std::string& folded) const { return all_ || names_.contains(folded); }

  bool all_;
  std::unordered_set<std::string> names_;
  std::string last_directory_;  // its components are in already: paths come in runs of one directory
};

}  // namespace deja

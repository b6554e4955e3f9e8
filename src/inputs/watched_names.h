// The names that matter in a watched directory: what recording and matching a manifest entry must
// see alike.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "base/digest.h"
#include "base/reason.h"
#include "inputs/directory_names.h"

namespace deja {

// The relevant names (relevant_names.h) of every path that was added, or all names.
class MatteringNames {
 public:
  explicit MatteringNames(bool all) : all_(all) {}

  void add_components(std::string_view path);
  // The sum (xor) of the digests of those names in `list` that matter.
  Digest digest(const NameList& list) const;
  // Whether a name that matters is a link that leads nowhere: what it comes to lead to changes
  // nothing in `directory`.
  bool has_dangling(Fs& fs, const std::string& directory, const NameList& list) const;
  // Why digest(list) is not `recorded`: "'foo.h' in 'include' appeared".
  Reason difference(const std::string& directory, const NameList& list,
                    const Digest& recorded) const;

 private:
  // So that a view is looked up as it is.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };
  bool matters(std::string_view folded) const {
    if (folded.ends_with('/')) folded.remove_suffix(1);
    return all_ || names_.contains(folded);
  }

  bool all_;
  std::unordered_set<std::string, Hash, std::equal_to<>> names_;
  std::string last_directory_;  // of add_relevant_names()
};

}  // namespace deja

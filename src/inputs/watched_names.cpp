// Names of a directory, reduced to those that matter and to one digest.
#include "inputs/watched_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "inputs/relevant_names.h"

namespace deja {

namespace {

void mix(Digest& sum, const Digest& other) {
  for (std::size_t i = 0; i < sum.bytes.size(); ++i) sum.bytes[i] ^= other.bytes[i];
}

}  // namespace

void MatteringNames::add_components(std::string_view path) {
  add_relevant_names(path, last_directory_,
                     [&](std::string_view name) { names_.insert(folded_name(std::string(name))); });
}

Digest MatteringNames::digest(const NameList& list) const {
  Digest sum;
  for (const std::string_view name : list.names())
    if (matters(name)) mix(sum, digest_of(name));
  return sum;
}

bool MatteringNames::has_dangling(Fs& fs, const std::string& directory,
                                  const NameList& list) const {
  return std::ranges::any_of(list.links(), [&](const std::string& link) {
    return matters(folded_name(link)) &&
           !fs.stat(directory == "." ? link : path::join(directory, link));
  });
}

Reason MatteringNames::difference(const std::string& directory, const NameList& list,
                                  const Digest& recorded) const {
  Digest change = digest(list);
  mix(change, recorded);
  // One name more or less is the usual case, and then its digest is the whole difference.
  for (const std::string_view name : list.names())
    if (matters(name) && digest_of(name) == change)
      return {Why::name_appeared, fmt::format("'{}' in '{}'", name, directory)};
  for (const std::string& name : names_)
    if (!list.contains(name) && (digest_of(name) == change || digest_of(name + '/') == change))
      return {Why::name_gone, fmt::format("'{}' in '{}'", name, directory)};
  return {Why::names_changed, directory};
}

}  // namespace deja

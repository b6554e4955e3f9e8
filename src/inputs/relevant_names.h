// ONE rule for which names matter in a directory that is searched for headers; manifests and replay
// records both follow it.
#pragma once

#include <string>
#include <string_view>

#include "base/path.h"

namespace deja {

// Gives `add` each name under which something could take the place of the file at `path`: those of
// the directories on the way, its own, and that with .gch behind it, which gcc reads instead. A
// file can only be shadowed by something of such a name. `last_directory` is the caller's, empty at
// first: paths come in runs of one directory, whose names are given once.
template <class Add>
void add_relevant_names(std::string_view path, std::string& last_directory, const Add& add) {
  std::size_t name_start = path.size();
  while (name_start > 0 && !path::is_separator(path[name_start - 1])) --name_start;
  std::string name(path.substr(name_start));
  add(std::string_view(name));
  add(std::string_view(name.append(".gch")));
  const std::string_view directory = path.substr(0, name_start);
  if (directory == last_directory) return;
  last_directory = directory;
  std::size_t start = 0;
  for (std::size_t i = 0; i < directory.size(); ++i) {
    if (!path::is_separator(directory[i])) continue;
    if (i > start) add(directory.substr(start, i - start));
    start = i + 1;
  }
}

}  // namespace deja

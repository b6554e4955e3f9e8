// base_dir: absolute paths below configured folders become relative to the working directory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sys/fs.h"

namespace deja {

class BaseDirs {
 public:
  // `working_directory` is absolute. Folders that are not absolute are ignored.
  BaseDirs(Fs& fs, const std::vector<std::string>& folders, std::string working_directory);

  // `path` relative to the working directory where it is absolute, below a base folder, and the
  // relative form leads to the same file (a working directory reached by a symbolic link may give
  // ".." another meaning); else `path` itself. Where the working directory has two names, by a
  // link, the shorter form of the two.
  std::string rewrite(const std::string& path) const;

 private:
  bool leads_to_same(const std::string& path, const std::string& other) const;
  const std::string& real_directory() const;  // the working directory without links

  Fs& fs_;
  std::vector<std::string> folders_;                   // normal
  std::string working_directory_;                      // normal
  mutable std::optional<std::string> real_directory_;  // asked for when it is needed
};

}  // namespace deja

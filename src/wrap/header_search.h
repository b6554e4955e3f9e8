// Where a compile looks for headers: the folders in order, and the names in them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "inputs/directory_names.h"
#include "inputs/manifest.h"
#include "wrap/session.h"

namespace deja {

// The driver is asked for its own folders once per compiler, each folder is listed at most once a
// run, and neither before it is needed.
class HeaderSearch {
 public:
  HeaderSearch(const Session& session, const Invocation& call) : session_(session), call_(call) {}

  // gcc reads X.gch instead of X, and neither the preprocessed text nor the dependency file tells:
  // all such files that may be meant by what the source includes before its first token, but for
  // those that the command line names. Asked before the compile.
  struct Hidden {
    std::vector<std::string> files;  // sorted
    bool in_directory = false;       // X.gch/: what comes to be there is not watched for
  };
  Hidden hidden_precompiled_headers();

  // All directories that are searched, in order, the source's own first.
  const std::vector<std::string>& directories() { return folders().order; }

  // Fills entry.directories: where a new name would change what this compile finds. False where
  // that cannot be told (inputs/manifest.h).
  bool watch(ManifestEntry& entry);

 private:
  struct Folders {
    Folders(const Session& session, const Invocation& call);
    Digest built_in_key;                // of compiler, options and environment
    std::vector<std::string> built_in;  // the driver's own
    std::vector<std::string> order;
    DirectoryNames names;
  };
  Folders& folders();
  // False only where it is certain, by the folder's names, that `path` is not there.
  bool may_exist(const std::string& path);
  bool exists(const std::string& path);
  void add_hidden(const std::string& precompiled, Hidden& out);

  const Session& session_;
  const Invocation& call_;
  std::optional<Folders> folders_;
  std::map<std::string, std::optional<FileFacts>>
      facts_;  // of the folders that were asked for; nullopt: no folder
};

}  // namespace deja

// The storage of `file:` URLs: a directory that machines share, with a file for each entry.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "remote/naming.h"
#include "remote/spec.h"
#include "store/store.h"
#include "sys/system.h"

namespace deja {

// The directory that a file: URL names. Windows: a host is a server's name.
std::string directory_of_url(const Url& url, PathStyle style = native_style);

class FileStore final : public Store {
 public:
  // Creates nothing until the first put. What is wrong with an attribute is added to `notes`.
  FileStore(System& system, std::string directory, const std::vector<StorageAttribute>& attributes,
            std::vector<std::string>& notes);

  // Error: something is there that cannot be read, or is larger than any entry.
  Result<std::optional<std::string>> get(const Digest& key, EntryKind kind) override;
  // The entry appears whole under its name, or not at all. Overwrite::no: one that is there stays,
  // and nothing is written.
  Result<void> put(const Digest& key, EntryKind kind, std::string_view bytes,
                   Overwrite overwrite) override;
  Result<void> remove(const Digest& key, EntryKind kind) override;

 private:
  void set_attribute(const StorageAttribute& attribute, std::vector<std::string>& notes);
  std::string path_of(const Digest& key, EntryKind kind) const;
  Result<void> put_once(const std::string& path, std::string_view bytes, Overwrite overwrite);

  System& system_;
  std::string directory_;
  Layout layout_ = Layout::subdirs;
  bool update_mtime_ = false;
  std::optional<unsigned> umask_;  // for what is made there; the cache's own where there is none
};

}  // namespace deja

// Where entries live: a narrow interface that local and remote stores share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "sys/fs.h"

namespace deja {

// The letter is the file name's ending. replay: a record for the fast path; hot_copy: the large
// outputs of one, raw and one after the other. directories: where a compiler looks for headers by
// itself, or the names there (DirectoryNames).
enum class EntryKind : char {
  manifest = 'm',
  result = 'r',
  replay = 'p',
  hot_copy = 'o',
  directories = 'd',
};

// Made from results for speed alone: these go first, and take up a tenth of the cache at most.
constexpr bool is_hot(EntryKind kind) {
  return kind == EntryKind::replay || kind == EntryKind::hot_copy;
}

class Store {
 public:
  virtual ~Store() = default;
  // The bytes, or nullopt when there is no such entry. An error is a miss for the caller, and a
  // line in the log.
  virtual Result<std::optional<std::string>> get(const Digest& key, EntryKind kind) = 0;
  virtual Result<void> put(const Digest& key, EntryKind kind, std::string_view bytes,
                           Overwrite overwrite) = 0;
  virtual Result<void> remove(const Digest& key, EntryKind kind) = 0;
};

}  // namespace deja

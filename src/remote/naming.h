// What an entry is called away from this machine, and which shard of a storage has it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "remote/spec.h"
#include "store/store.h"

namespace deja {

// The key of an entry as helpers get it: the digest, then the kind's letter. Its length, 17 bytes,
// keeps it apart from those of other compiler caches in one storage.
std::string wire_key(const Digest& key, EntryKind kind);

// Lower-case hexadecimal digits of any bytes.
std::string hex_of(std::string_view bytes);

// Where an object lies below a storage's URL, or in its directory.
enum class Layout : unsigned char {
  subdirs,  // 01/23456…
  flat,     // 0123456…
  bazel,    // ac/ and 64 digits, as servers for Bazel want them: the key's are repeated
};
std::optional<Layout> layout_named(std::string_view name);

// The object's path, relative, with '/'. Of a key that has more than 64 digits, bazel's has as
// many.
std::string object_path(std::string_view key, Layout layout);

// The shard whose hash of `key` and name is best, by weight: when one goes or comes, only its own
// entries move. `shards` is not empty; of one shard nothing is computed.
std::size_t shard_for(std::span<const StorageShard> shards, std::string_view key);

}  // namespace deja

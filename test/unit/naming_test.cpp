// Names of entries away from this machine, and the shards that have them.
#include "remote/naming.h"

#include <doctest/doctest.h>

#include <map>

using namespace deja;

TEST_CASE("naming: layouts of a key") {
  Digest key;
  for (std::size_t i = 0; i < key.bytes.size(); ++i)
    key.bytes[i] = static_cast<unsigned char>(i * 17);
  const std::string wire = wire_key(key, EntryKind::manifest);
  CHECK(wire.size() == 17);
  CHECK(hex_of(wire) == "00112233445566778899aabbccddeeff6d");
  CHECK(object_path(wire, Layout::flat) == "00112233445566778899aabbccddeeff6d");
  CHECK(object_path(wire, Layout::subdirs) == "00/112233445566778899aabbccddeeff6d");
  CHECK(object_path(wire, Layout::bazel) ==
        "ac/00112233445566778899aabbccddeeff6d00112233445566778899aabbccddee");
  CHECK(object_path("a", Layout::subdirs) == "61/");
  CHECK(object_path("a", Layout::bazel).size() == 3 + 64);
  // The other tool's keys have 20 bytes.
  CHECK(object_path(std::string(20, 'x'), Layout::bazel) ==
        "ac/" + hex_of(std::string(20, 'x')) + hex_of(std::string(12, 'x')));
  CHECK(layout_named("bazel") == Layout::bazel);
  CHECK(!layout_named("flat "));
}

TEST_CASE("naming: keys fall to shards by weight, and stay there when another goes") {
  std::vector<StorageShard> shards{{"a", 3}, {"b", 1}, {"c", 0}};
  std::map<std::size_t, int> counts;
  for (int i = 0; i < 4000; ++i) ++counts[shard_for(shards, std::to_string(i))];
  CHECK(counts[0] > 2800);
  CHECK(counts[1] > 800);
  CHECK(counts[2] == 0);
  std::vector<StorageShard> more{{"a", 3}, {"b", 1}, {"d", 1}};
  for (int i = 0; i < 1000; ++i) {
    const std::size_t now = shard_for(more, std::to_string(i));
    const bool kept = now == 2 || now == shard_for(shards, std::to_string(i));
    CHECK(kept);
  }
  CHECK(shard_for(std::vector<StorageShard>{{"only", 0}}, "k") == 0);
}

// What must hold for any text taken as remote_storage; shared by the fuzz target and the unit
// tests.
#pragma once

#include <cstdlib>
#include <string_view>

#include "remote/naming.h"
#include "remote/spec.h"

namespace deja {

// Nothing crashes; every URL that is accepted can be parsed again, shard by shard; and no user
// information is shown.
inline void check_storage_text(std::string_view text) {
  for (const PathStyle style : {PathStyle::posix, PathStyle::windows}) {
    const auto list = parse_storage_list(text, style);
    if (!list) continue;
    for (const StorageSpec& spec : list->storages) {
      for (const StorageShard& shard : spec.shards)
        if (!parse_url(shard_url(spec, shard))) std::abort();
      if (!spec.shards.empty() && shard_for(spec.shards, "key") >= spec.shards.size()) std::abort();
      const std::string& user = spec.url.user_info ? *spec.url.user_info : std::string();
      const std::string shown = redacted_url(spec.text);
      if (user.size() > 8 && spec.shards.empty() &&
          shown.starts_with(spec.url.scheme + "://" + user + "@"))
        std::abort();
    }
  }
  (void)redacted_storage_list(text);
}

}  // namespace deja

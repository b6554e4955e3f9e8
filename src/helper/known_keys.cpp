// A list by age and an index.
#include "helper/known_keys.h"

namespace deja::helper {

std::optional<bool> KnownKeys::is_there(std::string_view key, Time now) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  const Known& known = *found->second;
  if (now - known.since >= (known.there ? there_for_ : absent_for_)) return std::nullopt;
  return known.there;
}

void KnownKeys::note(std::string_view key, bool there, Time now) {
  forget(key);
  if (most_ == 0) return;
  if (all_.size() >= most_) forget(std::string(all_.back().key));
  all_.push_front({std::string(key), there, now});
  by_key_.emplace(all_.front().key, all_.begin());
}

void KnownKeys::forget(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const auto place = found->second;
  by_key_.erase(found);
  all_.erase(place);
}

}  // namespace deja::helper

// memcached, by its meta commands (1.6 and later).
#pragma once

#include <chrono>
#include <string>

#include "helper/conversation.h"
#include "helper/far.h"

namespace deja::helper {

struct MemcachedPlace {
  std::string prefix = "ccache:";
  std::chrono::seconds expiry{0};  // 0: entries stay until the server needs their room
};

// A reply to mg, ms or md: one line, and with "VA" a value behind it.
Measured measure_memcached(std::string_view bytes);

class MemcachedFar final : public Far {
 public:
  // The settings' measure is memcached's own.
  MemcachedFar(ConversationSettings settings, MemcachedPlace place);

  Answer<Bytes> get(std::string_view key) override;
  Answer<Stored> put(std::string_view key, std::string_view bytes, Overwrite overwrite) override;
  Answer<bool> exists(std::string_view key) override;
  Answer<bool> remove(std::string_view key) override;

 private:
  std::string name_of(std::string_view key) const;
  // The reply's bytes, when its line begins with one of `words`.
  Answer<std::string> ask(const std::vector<std::string_view>& pieces,
                          std::initializer_list<std::string_view> words);

  const std::string server_;
  const MemcachedPlace place_;
  Conversations conversations_;
};

}  // namespace deja::helper

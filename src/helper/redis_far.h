// Redis and what speaks its protocol, by TCP, TLS or a unix socket.
#pragma once

#include <chrono>
#include <string>

#include "helper/conversation.h"
#include "helper/far.h"

namespace deja::helper {

struct RedisPlace {
  std::string prefix = "ccache:";
  std::chrono::seconds expiry{0};  // 0: entries stay until the server needs their room
};

// What a connection begins with: who asks, and which database. Empty words are left out.
std::vector<std::string> redis_introduction(const std::string& user, const std::string& password,
                                            const std::string& database);
std::optional<Failure> redis_refusal(std::string_view reply, const std::string& server);

class RedisFar final : public Far {
 public:
  // The settings' introduction, measure and refusal are Redis's own.
  RedisFar(ConversationSettings settings, RedisPlace place);

  Answer<Bytes> get(std::string_view key) override;
  Answer<Stored> put(std::string_view key, std::string_view bytes, Overwrite overwrite) override;
  Answer<bool> exists(std::string_view key) override;
  Answer<bool> remove(std::string_view key) override;

 private:
  std::string name_of(std::string_view key) const;
  Answer<bool> ask_number(std::string_view command, std::string_view key);

  const std::string server_;
  const RedisPlace place_;
  Conversations conversations_;
};

}  // namespace deja::helper

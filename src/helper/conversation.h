// Kept connections to a server that is asked and answers, one thing at a time on each: Redis,
// memcached.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "helper/far.h"
#include "sys/net.h"

namespace deja::helper {

// How far the beginning of a stream is a reply.
struct Measured {
  std::size_t size = 0;  // bytes of the reply; while it is not whole: at least so many are needed
  bool whole = false;
  bool bad = false;  // no reply begins like that
};
using Measure = std::function<Measured(std::string_view bytes)>;

struct ConversationSettings {
  std::string name;  // of the server, for people
  std::function<Result<std::unique_ptr<net::Stream>>()> connect;
  // What is said first on a connection, each word answered before the next; and why an answer to
  // one of them is a refusal.
  std::vector<std::string> introduction;
  Measure measure;
  std::function<std::optional<Failure>(std::string_view reply)> refusal;
  std::function<void()> alive;  // told when bytes have come
  std::chrono::milliseconds stall_timeout{10'000};
  std::size_t most_bytes = 64 * 1024 * 1024;  // of a reply
  std::size_t most_connections = 32;
};

class Conversations {
 public:
  explicit Conversations(ConversationSettings settings) : settings_(std::move(settings)) {}

  // Sends the pieces of a request; the bytes of the reply. A kept connection that the server has
  // closed meanwhile is replaced.
  Answer<std::string> ask(const std::vector<std::string_view>& pieces);

 private:
  using Stream = std::unique_ptr<net::Stream>;

  Answer<std::string> converse(net::Stream& stream, const std::vector<std::string_view>& pieces,
                               bool& is_unheard);
  Answer<Stream> open();
  Stream take_idle();
  void give_back(Stream stream);
  Failure failed(const Error& error) const;

  const ConversationSettings settings_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<Stream> idle_;  // behind the mutex, as the next
  std::size_t in_use_ = 0;
};

}  // namespace deja::helper

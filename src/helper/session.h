// One client's connection: requests and answers of the helper protocol, one after the other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "helper/far.h"
#include "helper/memory.h"
#include "helper/put_queue.h"
#include "remote/wire.h"
#include "sys/net.h"

namespace deja::helper {

// What clients of one helper share.
struct Service {
  Far& far;
  MemoryBudget& memory;
  std::size_t most_bytes = 0;                               // of one entry
  std::string identity{};                                   // for INFO
  std::function<std::vector<std::string>()> diagnostics{};  // for INFO
  PutQueue* queue = nullptr;                                // none: puts are waited for
  std::function<std::string()> metrics{};                   // JSON
  std::function<wire::FarState()> state{};
  std::function<void()> stop{};  // a client said STOP
  std::function<void()> seen{};  // a client asked something
};

// Serves until the client closes the connection, or breaks the protocol.
void serve_client(net::Stream& client, const Service& service);

}  // namespace deja::helper

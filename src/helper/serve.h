// Accepting clients, a thread for each, until nobody has come for a while or one says STOP.
#pragma once

#include <chrono>
#include <functional>

#include "helper/session.h"
#include "sys/net.h"

namespace deja::helper {

struct ServeOptions {
  std::chrono::nanoseconds idle_timeout{0};  // 0: never ends by itself
  unsigned most_clients = 2000;              // more wait until others have left
  std::function<bool()> has_work{};  // while it says so an idle helper stays, up to `grace` longer
  std::chrono::nanoseconds grace{0};
};

// Returns when it is time to end the program, which may be with clients still being served. An
// error when no more clients can be accepted.
Result<void> serve(net::Listener& listener, Service service, const ServeOptions& options);

}  // namespace deja::helper

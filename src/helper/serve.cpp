// The accepting loop.
#include "helper/serve.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace deja::helper {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto longest_wait = std::chrono::hours(1);  // then it looks again whether it is idle
constexpr auto pause_when_refused = std::chrono::milliseconds(20);
constexpr unsigned most_refusals = 500;  // by the system, in a row

// Outlives the accepting loop, as the clients' threads do.
struct Shared {
  explicit Shared(Service given) : service(std::move(given)) {}

  Service service;
  std::mutex mutex;
  std::condition_variable left;
  unsigned clients = 0;  // behind the mutex, as what follows
  Clock::time_point last_seen = Clock::now();
  bool stopped = false;
};

void serve_one(const std::shared_ptr<Shared>& shared, std::unique_ptr<net::Stream> client) {
  serve_client(*client, shared->service);
  client.reset();
  const std::lock_guard lock(shared->mutex);
  --shared->clients;
  shared->last_seen = Clock::now();
  shared->left.notify_all();
}

// False where the system has no thread to give: the client is gone then, and finds that out.
bool start_serving(const std::shared_ptr<Shared>& shared, std::unique_ptr<net::Stream> client) {
  {
    std::unique_lock lock(shared->mutex);
    ++shared->clients;
    shared->last_seen = Clock::now();
  }
  try {
    std::thread([shared, taken = std::move(client)]() mutable {
      serve_one(shared, std::move(taken));
    }).detach();
    return true;
  } catch (const std::system_error&) {
    const std::lock_guard lock(shared->mutex);
    --shared->clients;
    return false;
  }
}

class Acceptor {
 public:
  Acceptor(net::Listener& listener, std::shared_ptr<Shared> shared, const ServeOptions& options)
      : listener_(listener), shared_(std::move(shared)), options_(options) {}

  Result<void> run() {
    while (!ended()) {
      auto client = listener_.accept(net::in(time_left()));
      if (!client || (*client && !start_serving(shared_, std::move(*client)))) {
        if (++refusals_ > most_refusals) return client ? no_threads() : client.error();
        std::this_thread::sleep_for(pause_when_refused);
        continue;
      }
      refusals_ = 0;
      wait_for_place();
    }
    return {};
  }

 private:
  static Error no_threads() { return {"start", "a thread for a client", "the system has none"}; }

  bool is_idle() {
    if (options_.idle_timeout.count() == 0) return false;
    const std::lock_guard lock(shared_->mutex);
    if (shared_->clients > 0) return false;
    const auto idle_for = Clock::now() - shared_->last_seen;
    if (idle_for < options_.idle_timeout) return false;
    const bool has_work = options_.has_work && options_.has_work();
    return !has_work || idle_for >= options_.idle_timeout + options_.grace;
  }

  // Whoever connects before the name is gone is still served; who comes later starts another
  // helper.
  bool ended() {
    {
      const std::lock_guard lock(shared_->mutex);
      if (shared_->stopped) {
        listener_.remove_name();
        return true;
      }
    }
    if (!is_idle()) return false;
    listener_.remove_name();
    while (auto late = listener_.accept(Clock::now())) {
      if (!*late) break;
      start_serving(shared_, std::move(*late));
    }
    std::unique_lock lock(shared_->mutex);
    shared_->left.wait(lock, [&] { return shared_->clients == 0 || shared_->stopped; });
    return true;
  }

  std::chrono::nanoseconds time_left() {
    if (options_.idle_timeout.count() == 0) return longest_wait;
    const std::lock_guard lock(shared_->mutex);
    const auto left = shared_->last_seen + options_.idle_timeout - Clock::now();
    const bool is_waiting = shared_->clients == 0 && left.count() > 0;
    return std::min<std::chrono::nanoseconds>(is_waiting ? left : std::chrono::seconds(1),
                                              longest_wait);
  }

  void wait_for_place() {
    std::unique_lock lock(shared_->mutex);
    shared_->left.wait(
        lock, [&] { return shared_->clients < options_.most_clients || shared_->stopped; });
  }

  net::Listener& listener_;
  std::shared_ptr<Shared> shared_;
  const ServeOptions& options_;
  unsigned refusals_ = 0;
};

}  // namespace

Result<void> serve(net::Listener& listener, Service service, const ServeOptions& options) {
  const auto shared = std::make_shared<Shared>(std::move(service));
  Shared* const all = shared.get();
  shared->service.stop = [all, &listener] {
    const std::lock_guard lock(all->mutex);
    all->stopped = true;
    all->left.notify_all();
    listener.wake();
  };
  shared->service.seen = [all] {
    const std::lock_guard lock(all->mutex);
    all->last_seen = Clock::now();
  };
  return Acceptor(listener, shared, options).run();
}

}  // namespace deja::helper

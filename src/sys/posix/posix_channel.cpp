// Connecting, and waiting no longer than agreed.
#include "sys/posix/posix_channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <ctime>

namespace deja::posix {

namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr int most_waiting = 1024;  // connections that nobody has accepted yet

std::int64_t now_monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

Error too_late(std::string_view action, std::string_view object) {
  return Error{std::string(action), std::string(object), "nothing happened in time",
               Cause::timed_out};
}

// Waits until something of `events` can be done. 0, or errno; ETIMEDOUT when the deadline passes.
int wait_for_events(int fd, short events, std::int64_t deadline_ns) {
  while (true) {
    const std::int64_t left = deadline_ns - now_monotonic_ns();
    if (left <= 0) return ETIMEDOUT;
    // Rounded up, lest the last millisecond be spent in a loop.
    const std::int64_t ms = std::min<std::int64_t>((left + ns_per_ms - 1) / ns_per_ms, INT_MAX);
    pollfd wait{fd, events, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(ms));
    if (ready > 0) return 0;
    if (ready < 0 && errno != EINTR) return errno;
  }
}

class PosixChannel final : public Channel {
 public:
  explicit PosixChannel(Fd socket) : socket_(std::move(socket)) {}

  Result<std::size_t> read(char* into, std::size_t size, std::int64_t deadline_ns) override {
    while (true) {
      const ssize_t got = ::recv(socket_.get(), into, size, MSG_DONTWAIT);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (const auto bad = cannot("read from", POLLIN, deadline_ns); !bad) return bad.error();
    }
  }

  Result<std::size_t> write(std::string_view bytes, std::int64_t deadline_ns) override {
    while (true) {
      const ssize_t put =
          ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (put >= 0) return static_cast<std::size_t>(put);
      if (const auto bad = cannot("write to", POLLOUT, deadline_ns); !bad) return bad.error();
    }
  }

 private:
  // After a call that failed: waits where that will do.
  Result<void> cannot(std::string_view action, short events, std::int64_t deadline_ns) {
    if (errno == EINTR) return {};
    if (errno != EAGAIN && errno != EWOULDBLOCK) return os_error(action, "a socket", errno);
    const int failure = wait_for_events(socket_.get(), events, deadline_ns);
    if (failure == ETIMEDOUT) return too_late(action, "a socket");
    return failure == 0 ? Result<void>() : os_error(action, "a socket", failure);
  }

  Fd socket_;
};

// False where the path is too long for a socket.
bool fill_address(sockaddr_un& address, const std::string& path) {
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return true;
}

Error too_long(const std::string& path) {
  return Error{"use", path, "the path is too long for a socket"};
}

// 0, or why there is no connection.
int connect_once(const sockaddr_un& address, Fd& socket) {
  socket = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return errno;
  const auto* const general = reinterpret_cast<const sockaddr*>(&address);
  const int failed = retried([&] { return ::connect(socket.get(), general, sizeof address); });
  return failed == 0 ? 0 : errno;
}

void sleep_a_millisecond() {
  timespec pause{0, static_cast<long>(ns_per_ms)};
  ::nanosleep(&pause, nullptr);
}

}  // namespace

Result<std::unique_ptr<Channel>> PosixChannels::connect(const std::string& path, Listener listener,
                                                        std::int64_t deadline_ns) {
  sockaddr_un address{};
  if (!fill_address(address, path)) return too_long(path);
  while (true) {
    Fd socket;
    const int failure = connect_once(address, socket);
    if (failure == 0)
      return std::unique_ptr<Channel>(std::make_unique<PosixChannel>(std::move(socket)));
    const bool nobody = failure == ENOENT || failure == ECONNREFUSED;
    const bool full = failure == EAGAIN;  // more wait already than it wants to have
    if (!full && !(nobody && listener == Listener::awaited)) {
      Error error = os_error("connect to", path, failure);
      if (nobody) error.cause = Cause::not_found;
      return error;
    }
    if (now_monotonic_ns() >= deadline_ns) return too_late("connect to", path);
    sleep_a_millisecond();
  }
}

Result<Fd> listen_at_path(const std::string& path) {
  sockaddr_un address{};
  if (!fill_address(address, path)) return too_long(path);
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return os_error("create", "a socket", errno);
  (void)::unlink(path.c_str());
  const mode_t before = ::umask(077);
  const int bound =
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int failure = errno;
  ::umask(before);
  if (bound != 0) return os_error("bind a socket at", path, failure);
  if (::listen(socket.get(), most_waiting) != 0) return os_error("listen at", path, errno);
  return socket;
}

}  // namespace deja::posix

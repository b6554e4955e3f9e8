// Sockets by poll(): no call blocks beyond its deadline.
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "sys/net.h"
#include "sys/posix/posix_call.h"

namespace deja::net {

namespace {

using posix::Fd;
using posix::os_error;
using posix::retried;

// What poll() takes for the time that is left, rounded up; 0 when there is none.
int milliseconds_until(Deadline deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  if (left <= left.zero()) return 0;
  const auto count = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::min<std::int64_t>(count, 1'000'000));
}

Error timed_out(std::string_view action, const std::string& object) {
  return Error{std::string(action), object, "timed out", Cause::busy};
}

// Waits until the descriptor is ready for `events`, or has failed, which the next call tells.
Result<void> wait_for(int fd, short events, Deadline deadline, std::string_view action,
                      const std::string& object) {
  for (;;) {
    pollfd one{fd, events, 0};
    const int left = milliseconds_until(deadline);
    const int ready = retried([&] { return ::poll(&one, 1, left); });
    if (ready > 0) return {};
    if (ready < 0) return os_error(action, object, errno);
    if (milliseconds_until(deadline) == 0) return timed_out(action, object);
  }
}

bool would_block(int code) { return code == EAGAIN || code == EWOULDBLOCK; }

class SocketStream final : public Stream {
 public:
  SocketStream(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  Result<std::size_t> read(char* into, std::size_t size, Deadline deadline) override {
    for (;;) {
      const ssize_t got = retried([&] { return ::recv(fd_.get(), into, size, MSG_DONTWAIT); });
      if (got >= 0) return static_cast<std::size_t>(got);
      if (!would_block(errno)) return os_error("read from", name_, errno);
      if (auto ready = wait_for(fd_.get(), POLLIN, deadline, "read from", name_); !ready)
        return ready.error();
    }
  }

  Result<void> write(std::string_view bytes, Deadline deadline) override {
    while (!bytes.empty()) {
      const ssize_t sent = retried([&] {
        return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      });
      if (sent >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
        continue;
      }
      if (!would_block(errno)) return os_error("write to", name_, errno);
      if (auto ready = wait_for(fd_.get(), POLLOUT, deadline, "write to", name_); !ready)
        return ready.error();
    }
    return {};
  }

  void shut_down() override { ::shutdown(fd_.get(), SHUT_RDWR); }

 private:
  Fd fd_;
  std::string name_;
};

class SocketListener final : public Listener {
 public:
  SocketListener(Fd fd, std::string path)
      : fd_(std::move(fd)),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        path_(std::move(path)) {
    (void)::stat(path_.c_str(), &bound_);
  }

  Result<std::unique_ptr<Stream>> accept(Deadline deadline) override {
    for (;;) {
      pollfd both[] = {{fd_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
      const int left = milliseconds_until(deadline);
      const int ready = retried([&] { return ::poll(both, 2, left); });
      if (ready < 0) return os_error("wait for clients at", path_, errno);
      if (both[1].revents != 0) return std::unique_ptr<Stream>();
      if (both[0].revents != 0) {
        Fd client(retried([&] { return ::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC); }));
        if (client)
          return std::unique_ptr<Stream>(new SocketStream(std::move(client), "the client"));
        if (!would_block(errno) && errno != ECONNABORTED)
          return os_error("accept a client at", path_, errno);
      } else if (milliseconds_until(deadline) == 0) {
        return std::unique_ptr<Stream>();
      }
    }
  }

  void wake() override {
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
  }

  void remove_name() override {
    struct stat now {};
    if (::stat(path_.c_str(), &now) == 0 && now.st_dev == bound_.st_dev &&
        now.st_ino == bound_.st_ino)
      ::unlink(path_.c_str());
  }

 private:
  Fd fd_;
  Fd wake_;
  std::string path_;
  struct stat bound_ {};
};

Result<sockaddr_un> unix_address(std::string_view action, const std::string& path) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof out.sun_path)
    return os_error(action, path, path.empty() ? ENOENT : ENAMETOOLONG);
  std::memcpy(out.sun_path, path.data(), path.size());
  return out;
}

Fd new_socket(int family) {
  return Fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// A socket that outlived its program.
bool nobody_listens(const sockaddr_un& address) {
  const Fd fd = new_socket(AF_UNIX);
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
         errno == ECONNREFUSED;
}

Result<std::unique_ptr<Stream>> finish_connect(Fd fd, const sockaddr* address, socklen_t size,
                                               Deadline deadline, const std::string& name) {
  if (!fd) return os_error("connect to", name, errno);
  if (retried([&] { return ::connect(fd.get(), address, size); }) != 0) {
    if (errno != EINPROGRESS) return os_error("connect to", name, errno);
    if (auto ready = wait_for(fd.get(), POLLOUT, deadline, "connect to", name); !ready)
      return ready.error();
    int failure = 0;
    socklen_t length = sizeof failure;
    ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &failure, &length);
    if (failure != 0) return os_error("connect to", name, failure);
  }
  return std::unique_ptr<Stream>(new SocketStream(std::move(fd), name));
}

}  // namespace

Result<std::unique_ptr<Listener>> listen_at(const std::string& path) {
  const auto address = unix_address("listen at", path);
  if (!address) return address.error();
  Fd fd = new_socket(AF_UNIX);
  if (!fd) return os_error("listen at", path, errno);
  const auto* const raw = reinterpret_cast<const sockaddr*>(&*address);
  int bound = ::bind(fd.get(), raw, sizeof *address);
  if (bound != 0 && errno == EADDRINUSE) {
    if (!nobody_listens(*address))
      return Error{"listen at", path, "another program listens there", Cause::exists};
    ::unlink(path.c_str());
    bound = ::bind(fd.get(), raw, sizeof *address);
  }
  if (bound != 0 || ::listen(fd.get(), SOMAXCONN) != 0) return os_error("listen at", path, errno);
  return std::unique_ptr<Listener>(new SocketListener(std::move(fd), path));
}

Result<std::unique_ptr<Listener>> adopt_listener(int descriptor, const std::string& path) {
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0)
    return os_error("listen on descriptor", std::to_string(descriptor), errno);
  if (listens == 0)
    return Error{"listen on descriptor", std::to_string(descriptor), "it does not listen"};
  const int flags = ::fcntl(descriptor, F_GETFL);
  ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return std::unique_ptr<Listener>(new SocketListener(Fd(descriptor), path));
}

Result<std::unique_ptr<Stream>> connect_tcp(const std::string& host, unsigned port,
                                            std::chrono::nanoseconds patience) {
  const std::string name = host + ":" + std::to_string(port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found))
    return Error{"find the address of", host, ::gai_strerror(code), Cause::not_found};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  Result<std::unique_ptr<Stream>> out = Error{"connect to", name, "it has no address"};
  for (const addrinfo* one = found; one != nullptr && !out; one = one->ai_next) {
    Fd fd = new_socket(one->ai_family);
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    out = finish_connect(std::move(fd), one->ai_addr, one->ai_addrlen, in(patience), name);
  }
  return out;
}

Result<std::unique_ptr<Stream>> connect_unix(const std::string& path,
                                             std::chrono::nanoseconds patience) {
  const auto address = unix_address("connect to", path);
  if (!address) return address.error();
  const auto* const raw = reinterpret_cast<const sockaddr*>(&*address);
  return finish_connect(new_socket(AF_UNIX), raw, sizeof *address, in(patience), path);
}

Result<std::string> read_descriptor(int descriptor, std::size_t limit) {
  const Fd fd(descriptor);
  std::string out;
  char buffer[4096];
  for (;;) {
    const ssize_t got = retried([&] { return ::read(fd.get(), buffer, sizeof buffer); });
    if (got < 0) return os_error("read descriptor", std::to_string(descriptor), errno);
    if (got == 0) return out;
    out.append(buffer, static_cast<std::size_t>(got));
    if (out.size() > limit)
      return Error{"read descriptor", std::to_string(descriptor), "too much", Cause::too_large};
  }
}

void live_alone() {
  ::setsid();  // fails for the leader of a group, whom a shell started for itself
  ::umask(077);
  (void)!::chdir("/");
  for (const int signal : {SIGPIPE, SIGINT, SIGHUP}) std::signal(signal, SIG_IGN);
}

}  // namespace deja::net

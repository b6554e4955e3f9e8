// Sockets, as deja-storage uses them: streams with deadlines, and what it listens on. Nothing of
// this is in deja itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace deja::net {

using Deadline = std::chrono::steady_clock::time_point;

inline Deadline in(std::chrono::nanoseconds wait) {
  return std::chrono::steady_clock::now() + wait;
}

// A connection. One thread reads and one writes at a time; shut_down() may come from any.
class Stream {
 public:
  virtual ~Stream() = default;
  // At least one byte, at most `size`; 0 when the other end has closed. Cause::busy when the
  // deadline passed before anything came.
  virtual Result<std::size_t> read(char* into, std::size_t size, Deadline deadline) = 0;
  // All of it.
  virtual Result<void> write(std::string_view bytes, Deadline deadline) = 0;
  // Whoever reads or writes, in another thread perhaps, is told that the connection has ended.
  virtual void shut_down() = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;
  // The next client; none when the deadline passed, or after wake().
  virtual Result<std::unique_ptr<Stream>> accept(Deadline deadline) = 0;
  // Ends an accept() in another thread, or the next one.
  virtual void wake() = 0;
  // Removes the name that clients connect to, if it still is this listener's.
  virtual void remove_name() = 0;
};

// Binds and listens at `path`. A socket there that nobody listens on is replaced; one that somebody
// does is an error.
Result<std::unique_ptr<Listener>> listen_at(const std::string& path);

// The listening socket that was handed over as a descriptor, bound at `path`.
Result<std::unique_ptr<Listener>> adopt_listener(int descriptor, const std::string& path);

// The deadline holds for each address that the name has, not for finding them.
Result<std::unique_ptr<Stream>> connect_tcp(const std::string& host, unsigned port,
                                            std::chrono::nanoseconds patience);
Result<std::unique_ptr<Stream>> connect_unix(const std::string& path,
                                             std::chrono::nanoseconds patience);

// All that is to be read from a descriptor that was handed over, at most `limit` bytes; closes it.
Result<std::string> read_descriptor(int descriptor, std::size_t limit);

// Makes this process one that outlives a build: a session of its own, nobody else may read what it
// creates, no directory is kept from being removed, a lost connection is an error and no signal.
void live_alone();

}  // namespace deja::net

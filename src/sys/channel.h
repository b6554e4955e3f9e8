// Connections to other programs on this machine: a Unix socket, on Windows a named pipe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace deja {

// A connection. Deadlines are values of Clock::monotonic_ns(); one that passes is
// Cause::timed_out, and the connection is of no more use.
class Channel {
 public:
  virtual ~Channel() = default;
  // At least one byte, at most `size`; 0 where the other side has closed.
  virtual Result<std::size_t> read(char* into, std::size_t size, std::int64_t deadline_ns) = 0;
  // At least one of `bytes`, as many as can be taken at once.
  virtual Result<std::size_t> write(std::string_view bytes, std::int64_t deadline_ns) = 0;
};

// Whether a program that does not listen yet is waited for.
enum class Listener : unsigned char { there, awaited };

class Channels {
 public:
  virtual ~Channels() = default;
  // `address`: a socket's path; on Windows the name of a pipe. Cause::not_found where nobody
  // listens, in the end; Cause::denied where somebody else's does.
  virtual Result<std::unique_ptr<Channel>> connect(const std::string& address, Listener listener,
                                                   std::int64_t deadline_ns) = 0;
};

}  // namespace deja

// One connection to a helper: requests and answers, within the time that there is.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "remote/wire.h"
#include "sys/channel.h"
#include "sys/system.h"

namespace deja {

// How long to wait: for each step, which begins anew whenever bytes move, and until when in all.
struct Patience {
  std::chrono::nanoseconds step;
  std::int64_t until_ns;  // Clock::monotonic_ns()
};

// An answer that is neither found nor stored nor there.
struct HelperReply {
  wire::Status status = wire::Status::no;
  bool exists = false;
  wire::FarState state;
  std::string value;
};

class HelperClient {
 public:
  HelperClient(Clock& clock, std::unique_ptr<Channel> channel)
      : clock_(clock), channel_(std::move(channel)) {}

  // To be called first. An error too where the helper cannot do what every helper can.
  Result<void> read_greeting(const Patience& patience);
  bool knows(wire::Operation operation) const;
  // After an error nothing more is to be asked: Cause::timed_out, or any other where the helper
  // says that it failed, or talks nonsense.
  Result<HelperReply> ask(const wire::Request& request, const Patience& patience);

 private:
  std::int64_t deadline_of(const Patience& patience);
  Result<void> send(std::string_view bytes, const Patience& patience);
  // Until `received_` has `size` bytes, however many those are said to be.
  Result<void> receive(std::uint64_t size, const Patience& patience);

  Clock& clock_;
  std::unique_ptr<Channel> channel_;
  std::vector<std::uint8_t> capabilities_;
  std::string received_;
};

}  // namespace deja

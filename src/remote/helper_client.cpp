// Sending whole requests, receiving whole answers.
#include "remote/helper_client.h"

#include <algorithm>

namespace deja {

namespace {

// Room is made for what has come and for as much again, not for what somebody says will come.
constexpr std::uint64_t first_room = 256 << 10;

Error told_by_helper(std::string reason) {
  return Error{"use a storage helper", "", std::move(reason)};
}

}  // namespace

std::int64_t HelperClient::deadline_of(const Patience& patience) {
  return std::min(patience.until_ns, clock_.monotonic_ns() + patience.step.count());
}

Result<void> HelperClient::send(std::string_view bytes, const Patience& patience) {
  while (!bytes.empty()) {
    const auto sent = channel_->write(bytes, deadline_of(patience));
    if (!sent) return sent.error();
    bytes.remove_prefix(*sent);
  }
  return {};
}

Result<void> HelperClient::receive(std::uint64_t size, const Patience& patience) {
  while (received_.size() < size) {
    const std::size_t have = received_.size();
    const std::uint64_t room = std::max<std::uint64_t>(first_room, 2 * have);
    received_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size, room)));
    const auto got =
        channel_->read(received_.data() + have, received_.size() - have, deadline_of(patience));
    received_.resize(have + (got ? *got : 0));
    if (!got) return got.error();
    if (*got == 0) return told_by_helper("it has closed the connection");
  }
  return {};
}

Result<void> HelperClient::read_greeting(const Patience& patience) {
  received_.clear();
  auto greeting = wire::decode_greeting(received_);
  while (!greeting.value && !greeting.bad) {
    if (const auto done = receive(greeting.size, patience); !done) return done;
    greeting = wire::decode_greeting(received_);
  }
  if (greeting.bad) return *greeting.bad;
  capabilities_ = std::move(*greeting.value);
  if (!knows(wire::Operation::get)) return told_by_helper("it can neither get nor put");
  return {};
}

bool HelperClient::knows(wire::Operation operation) const {
  return std::ranges::find(capabilities_, wire::capability_of(operation)) != capabilities_.end();
}

Result<HelperReply> HelperClient::ask(const wire::Request& request, const Patience& patience) {
  if (const auto sent = send(wire::encode_head(request), patience); !sent) return sent.error();
  if (const auto sent = send(request.value, patience); !sent) return sent.error();
  received_.clear();
  auto answer = wire::decode_answer(request.operation, received_);
  while (!answer.value && !answer.bad) {
    if (const auto done = receive(answer.size, patience); !done) return done.error();
    answer = wire::decode_answer(request.operation, received_);
  }
  if (answer.bad) return *answer.bad;
  const wire::Answer& given = *answer.value;
  if (given.status == wire::Status::error) return told_by_helper(std::string(given.message));
  HelperReply out{given.status, given.exists, given.state, {}};
  // The value is the end of what was received.
  if (!given.value.empty()) {
    const std::size_t before = received_.size() - given.value.size();
    out.value = std::move(received_);
    out.value.erase(0, before);
  }
  return out;
}

}  // namespace deja

// Reads requests, carries them out, writes answers. What comes from the client is bounded, and the
// value of an entry that there is no room for is read and thrown away.
#include "helper/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace deja::helper {

namespace {

using wire::Operation;
using wire::Request;
using wire::Status;

// A client that says nothing may be compiling; one that stops within a request is gone.
constexpr auto between_requests = std::chrono::hours(24 * 365);
constexpr auto within_request = std::chrono::seconds(60);

// A shorter one would be the name of a folder, not of an entry.
constexpr std::size_t shortest_key = 4;

bool needs_key(Operation operation) {
  switch (operation) {
    case Operation::get:
    case Operation::put:
    case Operation::remove:
    case Operation::exists:
    case Operation::put_queued:
      return true;
    case Operation::stop:
    case Operation::info:
    case Operation::drain:
    case Operation::metrics:
    case Operation::state:
      return false;
  }
  return false;
}

constexpr std::string_view no_memory = "too many entries at once: no memory is left for this one";

constexpr std::uint64_t longest_drain = 24 * 3600 * 1000;  // milliseconds

constexpr std::size_t small_read = 4 * 1024;
constexpr std::size_t large_read = 1024 * 1024;
constexpr std::size_t longest_head = 1 + 1 + wire::longest_key + 1 + 8;  // of a request with a key

class Session {
 public:
  Session(net::Stream& client, const Service& service)
      : client_(client), service_(service), share_(service.memory) {}

  void run() {
    if (!write(wire::encode_greeting(capabilities()))) return;
    while (const auto request = next_request()) {
      if (!carry_out(*request)) return;
      forget_request();
    }
  }

 private:
  std::vector<std::uint8_t> capabilities() const {
    std::vector<std::uint8_t> out;
    for (const Operation offered :
         {Operation::get, Operation::info, Operation::exists, Operation::metrics, Operation::state})
      out.push_back(wire::capability_of(offered));
    if (service_.queue != nullptr)
      for (const Operation offered : {Operation::put_queued, Operation::drain})
        out.push_back(wire::capability_of(offered));
    return out;
  }

  // The next request, which lies in the buffer; none when there will be no other.
  std::optional<Request> next_request() {
    for (;;) {
      const auto decoded = wire::decode_request(buffer_);
      if (decoded.bad) return std::nullopt;
      size_ = static_cast<std::size_t>(decoded.size);
      if (decoded.value) {
        service_.seen();
        return decoded.value;
      }
      if (size_ > longest_head && !make_room()) return std::nullopt;
      if (!read_more()) return std::nullopt;
    }
  }

  // For the value of a put; where there is no room it is refused, and read to its end.
  bool make_room() {
    if (reserved_ >= size_) return true;
    if (size_ <= service_.most_bytes + longest_head && share_.take(size_)) {
      reserved_ = size_;
      buffer_.reserve(size_);
      return true;
    }
    const std::string why =
        size_ > service_.most_bytes
            ? fmt::format("the entry is larger than {} bytes", service_.most_bytes)
            : std::string(no_memory);
    if (!skip_request()) return false;
    return refuse(Operation::put, {Failure::Kind::too_large, why, {}}) && (size_ = 0, true);
  }

  bool skip_request() {
    std::size_t left = size_ - buffer_.size();
    buffer_.clear();
    std::array<char, 64 * 1024> waste;
    while (left > 0) {
      const auto got =
          client_.read(waste.data(), std::min(left, waste.size()), net::in(within_request));
      if (!got || *got == 0) return false;
      left -= *got;
    }
    return true;
  }

  // What is missing of a large request, or a little more than that of a small one.
  bool read_more() {
    const std::size_t had = buffer_.size();
    const std::size_t wanted = size_ > had ? size_ - had : 0;
    const std::size_t step = std::clamp(wanted, small_read, large_read);
    buffer_.resize(had + step);
    const auto wait = had == 0 ? net::in(between_requests) : net::in(within_request);
    const auto got = client_.read(buffer_.data() + had, step, wait);
    buffer_.resize(had + (got ? *got : 0));
    return got && *got > 0;
  }

  void forget_request() {
    buffer_.erase(0, size_);
    if (buffer_.capacity() > large_read && buffer_.empty()) buffer_ = {};
    reserved_ = 0;
    share_.give_back();
  }

  // False when the connection is to be closed.
  bool carry_out(const Request& request) {
    if (needs_key(request.operation) && request.key.size() < shortest_key)
      return refuse(request.operation, {Failure::Kind::refused, "the key is too short", {}});
    switch (request.operation) {
      case Operation::get:
        return get(request);
      case Operation::put:
        return put(request);
      case Operation::remove:
        return remove(request);
      case Operation::exists:
        return exists(request);
      case Operation::info:
        return info();
      case Operation::stop:
        (void)write(wire::encode_answer(Operation::stop, {}));
        service_.stop();
        return false;
      case Operation::put_queued:
        return service_.queue != nullptr && put_queued(request);
      case Operation::drain:
        return service_.queue != nullptr && drain(request);
      case Operation::metrics:
        return metrics();
      case Operation::state:
        return state();
    }
    return false;
  }

  bool get(const Request& request) {
    const auto found = service_.far.get(request.key);
    if (!found) return refuse(request.operation, found.failure());
    if (!*found) return answer(request.operation, Status::no);
    // A client that reads slowly keeps what it reads in memory.
    if (!share_.take((*found)->size()))
      return refuse(request.operation, {Failure::Kind::busy, std::string(no_memory), {}});
    wire::Answer out;
    out.value = **found;
    return write(wire::encode_answer_head(request.operation, out)) && write(out.value);
  }

  bool put(const Request& request) {
    const bool overwrites = (request.flags & wire::flag_overwrite) != 0;
    const auto stored =
        service_.far.put(request.key, request.value, overwrites ? Overwrite::yes : Overwrite::no);
    if (!stored) return refuse(request.operation, stored.failure());
    return answer(request.operation, *stored == Stored::yes ? Status::ok : Status::no);
  }

  bool put_queued(const Request& request) {
    const auto overwrite =
        (request.flags & wire::flag_overwrite) != 0 ? Overwrite::yes : Overwrite::no;
    const auto queued =
        (request.flags & wire::queued_value_is_path) != 0
            ? service_.queue->add_file(request.key, std::string(request.value), overwrite)
            : service_.queue->add(request.key, request.value, overwrite);
    if (!queued)
      return refuse(request.operation, {Failure::Kind::refused, queued.error().text(), {}});
    return answer(request.operation, Status::ok);
  }

  bool drain(const Request& request) {
    const auto patience =
        std::chrono::milliseconds(std::min<std::uint64_t>(request.number, longest_drain));
    return answer(request.operation, service_.queue->drain(patience) ? Status::ok : Status::no);
  }

  bool metrics() {
    const std::string json = service_.metrics();
    wire::Answer out;
    out.value = json;
    return write(wire::encode_answer(Operation::metrics, out));
  }

  bool state() {
    wire::Answer out;
    out.state = service_.state();
    return write(wire::encode_answer(Operation::state, out));
  }

  bool remove(const Request& request) {
    const auto removed = service_.far.remove(request.key);
    if (!removed) return refuse(request.operation, removed.failure());
    return answer(request.operation, *removed ? Status::ok : Status::no);
  }

  bool exists(const Request& request) {
    const auto found = service_.far.exists(request.key);
    if (!found) return refuse(request.operation, found.failure());
    wire::Answer out;
    out.exists = *found;
    return write(wire::encode_answer(request.operation, out));
  }

  bool info() {
    const std::vector<std::string> lines = service_.diagnostics();
    wire::Answer out;
    out.message = service_.identity;
    out.diagnostics.assign(lines.begin(), lines.end());
    return write(wire::encode_answer(Operation::info, out));
  }

  bool answer(Operation asked, Status status) {
    wire::Answer out;
    out.status = status;
    return write(wire::encode_answer(asked, out));
  }

  bool refuse(Operation asked, const Failure& failure) {
    wire::Answer out;
    out.status = Status::error;
    out.message = failure.text;
    return write(wire::encode_answer(asked, out));
  }

  bool write(std::string_view bytes) {
    return static_cast<bool>(client_.write(bytes, net::in(within_request)));
  }

  net::Stream& client_;
  const Service& service_;
  MemoryShare share_;
  std::string buffer_;
  std::size_t size_ = 0;      // of the request at its beginning, as far as that is known
  std::size_t reserved_ = 0;  // bytes that `share_` took for it
};

}  // namespace

void serve_client(net::Stream& client, const Service& service) { Session(client, service).run(); }

}  // namespace deja::helper

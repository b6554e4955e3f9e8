// Helpers of remote storage in memory: well-behaved ones, and each of the ways in which they are
// not.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fake/fake_clock.h"
#include "remote/wire.h"
#include "sys/channel.h"

namespace deja {

// What a program behind a channel does.
class FakeHelper {
 public:
  enum class Mood {
    well,
    silent,      // takes everything and says nothing
    hangs_up,    // closes when it is asked something
    fails,       // answers every request with an error
    talks_other  // another version
  };
  Mood mood = Mood::well;
  std::vector<std::uint8_t> capabilities{0, 1, 2};
  std::map<std::string, std::string> entries;  // by key
  wire::FarState state;
  // Makes something else of an answer.
  std::function<void(wire::Operation asked, std::string& answer)> spoil;
  std::vector<wire::Operation> asked;  // in order
  std::int64_t delay_ns = 0;           // of each answer
  bool stopped = false;

  std::string greeting() const {
    if (mood == Mood::silent) return "";
    return mood == Mood::talks_other ? std::string("\x02\x00", 2)
                                     : wire::encode_greeting(capabilities);
  }

  // The answer to a request.
  std::string answer(const wire::Request& request) {
    asked.push_back(request.operation);
    std::string out = encode_answer(request.operation, answer_of(request));
    if (spoil) spoil(request.operation, out);
    return out;
  }

 private:
  wire::Answer answer_of(const wire::Request& request) {
    wire::Answer out;
    const auto found = entries.find(std::string(request.key));
    if (mood == Mood::fails) {
      out.status = wire::Status::error;
      out.message = "no such luck";
      return out;
    }
    switch (request.operation) {
      case wire::Operation::get:
        out.status = found == entries.end() ? wire::Status::no : wire::Status::ok;
        if (found != entries.end()) out.value = found->second;
        break;
      case wire::Operation::put:
      case wire::Operation::put_queued:
        if ((request.flags & wire::flag_overwrite) == 0 && found != entries.end())
          out.status = wire::Status::no;
        else
          entries[std::string(request.key)] = request.value;
        break;
      case wire::Operation::remove:
        entries.erase(std::string(request.key));
        break;
      case wire::Operation::exists:
        out.exists = found != entries.end();
        break;
      case wire::Operation::stop:
        stopped = true;
        break;
      case wire::Operation::state:
        out.state = state;
        break;
      case wire::Operation::info:
      case wire::Operation::metrics:
      case wire::Operation::drain:
        break;
    }
    return out;
  }
};

class FakeChannel final : public Channel {
 public:
  FakeChannel(FakeClock& clock, FakeHelper& helper)
      : clock_(clock), helper_(helper), to_client_(helper.greeting()) {}

  // In pieces, to show that pieces are put together.
  Result<std::size_t> read(char* into, std::size_t size, std::int64_t deadline_ns) override {
    if (to_client_.empty() && closed_) return std::size_t{0};
    if (to_client_.empty() || clock_.time_ns + helper_.delay_ns > deadline_ns) {
      clock_.time_ns = std::max(clock_.time_ns, deadline_ns);
      return Error{"read", "", "nothing came", Cause::timed_out};
    }
    clock_.time_ns += helper_.delay_ns;
    const std::size_t piece = std::min({size, to_client_.size(), std::size_t{1000}});
    to_client_.copy(into, piece);
    to_client_.erase(0, piece);
    return piece;
  }

  Result<std::size_t> write(std::string_view bytes, std::int64_t) override {
    const std::size_t piece = std::min(bytes.size(), std::size_t{700});
    to_helper_.append(bytes.substr(0, piece));
    if (helper_.mood == FakeHelper::Mood::silent) return piece;
    const auto request = wire::decode_request(to_helper_);
    if (!request.value) return piece;
    if (helper_.mood == FakeHelper::Mood::hangs_up)
      closed_ = true;
    else
      to_client_ += helper_.answer(*request.value);
    to_helper_.erase(0, static_cast<std::size_t>(request.size));
    return piece;
  }

 private:
  FakeClock& clock_;
  FakeHelper& helper_;
  std::string to_client_;
  std::string to_helper_;
  bool closed_ = false;
};

class FakeChannels final : public Channels {
 public:
  explicit FakeChannels(FakeClock& clock) : clock_(clock) {}

  std::map<std::string, std::shared_ptr<FakeHelper>> listening;  // by address
  int connects = 0;                                              // attempts

  Result<std::unique_ptr<Channel>> connect(const std::string& address, Listener listener,
                                           std::int64_t deadline_ns) override {
    ++connects;
    const auto found = listening.find(address);
    if (found != listening.end())
      return std::unique_ptr<Channel>(std::make_unique<FakeChannel>(clock_, *found->second));
    if (listener == Listener::there)
      return Error{"connect to", address, "nobody listens", Cause::not_found};
    clock_.time_ns = std::max(clock_.time_ns, deadline_ns);
    return Error{"connect to", address, "nobody listens", Cause::timed_out};
  }

 private:
  FakeClock& clock_;
};

}  // namespace deja

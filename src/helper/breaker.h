// When not to ask: one verdict about the server, shared by all compiles, so that a dead server
// costs them nothing. Pure: times are given.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "helper/far.h"

namespace deja::helper {

struct BreakerLimits {
  unsigned failures_in_a_row = 3;
  unsigned window = 20;  // of the last requests, more than half failing opens it, too
  std::chrono::milliseconds first_pause{1000};  // doubles with each probe in vain
  std::chrono::milliseconds longest_pause{4000};
  std::chrono::milliseconds denied_pause{60'000};  // for gets or puts alone: wrong credentials
  // A request that has waited so long without a byte from anybody keeps others from waiting, too;
  // with a server that is known to be slow, four times as long as it usually takes.
  std::chrono::milliseconds silence{300};
  std::chrono::milliseconds longest_silence{10'000};
};

enum class Verb : std::uint8_t { get, put };  // reading, or writing

class Breaker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Breaker(BreakerLimits limits = {}) : limits_(limits) {}

  // Why a request is not to be made now; none: it may.
  std::optional<Failure> refusal(Verb verb, Time now) const;

  // A request begins; the number is for its end.
  std::uint64_t begin(Time now);
  // It ended: with an answer, whatever it was, or with a failure.
  void end(std::uint64_t number, Verb verb, const Failure* failure, Time now);
  // Bytes of some request came or went.
  void note_life(Time now) { last_life_ = now; }

  // True once when it is time to ask the server whether it is back: then somebody has to, and to
  // tell how that ended. Nobody waits for that.
  bool claim_probe(Time now);
  void end_probe(const Failure* failure, Time now);

  bool is_open() const { return open_; }
  const std::string& why() const { return why_; }  // the failure that opened it last

 private:
  struct Pause {
    Time until{};
    std::string why;
  };

  void count(bool failed);
  void open(const Failure& failure, Time now);
  bool is_silent(Time now) const;

  BreakerLimits limits_;
  std::map<std::uint64_t, Time> running_;  // requests, by number: in the order they began
  std::uint64_t begun_ = 0;
  Time last_life_{};
  std::chrono::steady_clock::duration usual_{0};  // what answers take, rather more than less

  std::uint64_t last_ = 0;  // the last requests, a bit each: it failed
  unsigned seen_ = 0;       // how many of them there are, up to the window
  unsigned in_a_row_ = 0;

  bool open_ = false;
  bool probing_ = false;
  Time next_probe_{};
  std::chrono::milliseconds pause_{0};
  std::string why_;
  Pause paused_[2];  // by verb
};

}  // namespace deja::helper

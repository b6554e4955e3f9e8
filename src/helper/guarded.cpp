// Breaker, memory of keys and counters around each request.
#include "helper/guarded.h"

#include <fmt/format.h>

namespace deja::helper {

namespace {

using Clock = std::chrono::steady_clock;

// Asked for when the server may be back; no entry has such a key.
const std::string probe_key(20, '\0');

constexpr auto probe_interval = std::chrono::milliseconds(100);  // of looking whether one is due

template <class T>
const Failure* failure_of(const Answer<T>& answer) {
  return answer ? nullptr : &answer.failure();
}

}  // namespace

GuardedFar::GuardedFar(Far& far, Metrics& metrics, Diary& diary, BreakerLimits limits,
                       KnownKeys known)
    : far_(far),
      metrics_(metrics),
      diary_(diary),
      breaker_(limits),
      known_(std::move(known)),
      prober_([this] { probe_when_due(); }) {}

GuardedFar::~GuardedFar() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  prober_.join();
}

template <class T, class Ask>
Answer<T> GuardedFar::guard(Verb verb, Ask ask) {
  std::unique_lock lock(mutex_);
  if (const auto refusal = breaker_.refusal(verb, Clock::now())) {
    wanted_ = true;
    if (breaker_.is_open()) changed_.notify_all();
    metrics_.count([](Counts& all) { ++all.refused; });
    return *refusal;
  }
  const std::uint64_t number = breaker_.begin(Clock::now());
  lock.unlock();
  Answer<T> answer = ask();
  lock.lock();
  breaker_.end(number, verb, failure_of(answer), Clock::now());
  lock.unlock();
  if (!answer) {
    metrics_.count_failure(answer.failure());
    diary_.add_news(answer.failure().text);
  }
  return answer;
}

Answer<Bytes> GuardedFar::get(std::string_view key) {
  metrics_.count([](Counts& all) { ++all.gets; });
  if (known(key) == false) {
    metrics_.count([](Counts& all) { ++all.misses, ++all.remembered; });
    return Bytes();
  }
  auto answer = guard<Bytes>(Verb::get, [&] {
    const auto begun = Clock::now();
    auto found = far_.get(key);
    if (found) metrics_.add_latency(Clock::now() - begun);
    return found;
  });
  if (!answer) return answer;
  note(key, answer->has_value());
  metrics_.count([&](Counts& all) {
    ++(*answer ? all.hits : all.misses);
    all.bytes_in += *answer ? (*answer)->size() : 0;
  });
  return answer;
}

Answer<Stored> GuardedFar::put(std::string_view key, std::string_view bytes, Overwrite overwrite) {
  metrics_.count([](Counts& all) { ++all.puts; });
  if (overwrite == Overwrite::no && known(key) == true) {
    metrics_.count([](Counts& all) { ++all.kept, ++all.remembered; });
    return Stored::kept;
  }
  auto answer = guard<Stored>(Verb::put, [&] { return far_.put(key, bytes, overwrite); });
  if (!answer) return answer;
  note(key, true);
  metrics_.count([&](Counts& all) {
    ++(*answer == Stored::yes ? all.stored : all.kept);
    all.bytes_out += bytes.size();
  });
  return answer;
}

Answer<bool> GuardedFar::exists(std::string_view key) {
  if (const auto there = known(key)) {
    metrics_.count([](Counts& all) { ++all.remembered; });
    return *there;
  }
  auto answer = guard<bool>(Verb::get, [&] { return far_.exists(key); });
  if (answer) note(key, *answer);
  return answer;
}

Answer<bool> GuardedFar::remove(std::string_view key) {
  metrics_.count([](Counts& all) { ++all.removes; });
  {
    const std::lock_guard lock(mutex_);
    known_.forget(key);
  }
  auto answer = guard<bool>(Verb::put, [&] { return far_.remove(key); });
  if (answer) note(key, false);
  return answer;
}

void GuardedFar::note_life() {
  const std::lock_guard lock(mutex_);
  breaker_.note_life(Clock::now());
}

bool GuardedFar::is_paused(Verb verb) {
  const std::lock_guard lock(mutex_);
  if (!breaker_.refusal(verb, Clock::now())) return false;
  wanted_ = true;
  if (breaker_.is_open()) changed_.notify_all();
  return true;
}

std::string GuardedFar::illness() {
  const std::lock_guard lock(mutex_);
  return breaker_.is_open() ? breaker_.why() : "";
}

std::optional<bool> GuardedFar::known(std::string_view key) {
  const std::lock_guard lock(mutex_);
  return known_.is_there(key, Clock::now());
}

void GuardedFar::note(std::string_view key, bool there) {
  const std::lock_guard lock(mutex_);
  known_.note(key, there, Clock::now());
}

// While the breaker is open and somebody is refused, the server is asked now and then; no client
// waits for that.
void GuardedFar::probe_when_due() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (!breaker_.is_open() || !wanted_) {
      changed_.wait(lock, [&] { return stop_ || (breaker_.is_open() && wanted_); });
      continue;
    }
    if (!breaker_.claim_probe(Clock::now())) {
      changed_.wait_for(lock, probe_interval, [&] { return stop_; });
      continue;
    }
    wanted_ = false;
    lock.unlock();
    const auto answer = far_.exists(probe_key);
    lock.lock();
    breaker_.end_probe(failure_of(answer), Clock::now());
    if (!breaker_.is_open()) diary_.add_news("the server answers again");
  }
}

}  // namespace deja::helper

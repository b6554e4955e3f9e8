// The far side behind a breaker: what would be in vain is not asked; what is known already,
// neither. Counts and measures all that is asked.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "helper/breaker.h"
#include "helper/diary.h"
#include "helper/far.h"
#include "helper/known_keys.h"
#include "helper/metrics.h"

namespace deja::helper {

class GuardedFar final : public Far {
 public:
  GuardedFar(Far& far, Metrics& metrics, Diary& diary, BreakerLimits limits, KnownKeys known);
  ~GuardedFar() override;

  Answer<Bytes> get(std::string_view key) override;
  Answer<Stored> put(std::string_view key, std::string_view bytes, Overwrite overwrite) override;
  Answer<bool> exists(std::string_view key) override;
  Answer<bool> remove(std::string_view key) override;

  // Bytes of some request came or went: any thread may say so, often.
  void note_life();
  // Whether a request would be refused now.
  bool is_paused(Verb verb);
  // Why nothing is asked; "": things are.
  std::string illness();

 private:
  // Asks, unless the breaker is against it.
  template <class T, class Ask>
  Answer<T> guard(Verb verb, Ask ask);
  std::optional<bool> known(std::string_view key);
  void note(std::string_view key, bool there);
  void probe_when_due();

  Far& far_;
  Metrics& metrics_;
  Diary& diary_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Breaker breaker_;  // behind the mutex, as what follows
  KnownKeys known_;
  bool wanted_ = false;  // somebody was refused since the last probe
  bool stop_ = false;
  std::thread prober_;
};

}  // namespace deja::helper

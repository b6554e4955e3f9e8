// Equal requests at the same time are one request: gets of one key share an answer, and so do puts
// of the same bytes under one key.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/digest.h"
#include "helper/far.h"
#include "helper/metrics.h"

namespace deja::helper {

class SingleFlight final : public Far {
 public:
  SingleFlight(Far& far, Metrics& metrics) : far_(far), metrics_(metrics) {}

  Answer<Bytes> get(std::string_view key) override;
  Answer<Stored> put(std::string_view key, std::string_view bytes, Overwrite overwrite) override;
  Answer<bool> exists(std::string_view key) override { return far_.exists(key); }
  Answer<bool> remove(std::string_view key) override { return far_.remove(key); }

 private:
  template <class T>
  struct Flight {
    std::condition_variable landed;
    std::optional<Answer<T>> answer;
  };
  template <class T>
  using Flights = std::map<std::string, std::shared_ptr<Flight<T>>, std::less<>>;

  // The answer of `ask`, or of whoever asked the same before and has none yet.
  template <class T, class Ask>
  Answer<T> fly(Flights<T>& flights, const std::string& name, Ask ask);

  Far& far_;
  Metrics& metrics_;
  std::mutex mutex_;
  Flights<Bytes> gets_;  // behind the mutex, as the next
  Flights<Stored> puts_;
};

}  // namespace deja::helper

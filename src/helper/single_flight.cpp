// Requests under way, by what they ask.
#include "helper/single_flight.h"

namespace deja::helper {

template <class T, class Ask>
Answer<T> SingleFlight::fly(Flights<T>& flights, const std::string& name, Ask ask) {
  std::unique_lock lock(mutex_);
  if (const auto found = flights.find(name); found != flights.end()) {
    const auto flight = found->second;
    flight->landed.wait(lock, [&] { return flight->answer.has_value(); });
    metrics_.count([](Counts& all) { ++all.shared; });
    return *flight->answer;
  }
  const auto flight = std::make_shared<Flight<T>>();
  flights.emplace(name, flight);
  lock.unlock();
  Answer<T> answer = ask();
  lock.lock();
  flights.erase(name);
  if (flight.use_count() == 1) return answer;  // nobody else waits
  flight->answer = answer;
  flight->landed.notify_all();
  return answer;
}

Answer<Bytes> SingleFlight::get(std::string_view key) {
  return fly(gets_, std::string(key), [&] { return far_.get(key); });
}

Answer<Stored> SingleFlight::put(std::string_view key, std::string_view bytes,
                                 Overwrite overwrite) {
  const std::string name = std::string(key) + std::string(digest_of(bytes).view()) +
                           (overwrite == Overwrite::yes ? "o" : "k");
  return fly(puts_, name, [&] { return far_.put(key, bytes, overwrite); });
}

}  // namespace deja::helper

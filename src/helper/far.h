// The far side of a storage: what each kind of server is asked, one request at a time, from any
// thread. Decorators (breaker, single flight, metrics, signatures) have the same interface.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "sys/fs.h"

namespace deja::helper {

// Why a request had no answer. What is counted, what opens the breaker and what a client is told
// depends on it.
struct Failure {
  enum class Kind : std::uint8_t {
    unreachable,     // no connection, no name, a server that is ill (5xx)
    timeout,         // nothing came in time
    busy,            // the server, or this helper, has too much to do: later (429, 503)
    denied,          // credentials are missing or wrong (401, 403)
    read_only,       // the server takes no entries (405)
    too_large,       // larger than the server or this helper takes
    broken,          // an answer that is none: cut off, empty, not of the protocol
    refused,         // any other refusal of this one request
    unsigned_entry,  // no signature, or a wrong one, where one is required
  };
  Kind kind = Kind::refused;
  std::string text;               // for people: names action, object, cause; no secrets
  std::chrono::seconds pause{0};  // what the server asked for (Retry-After)
};

// A value, or the failure.
template <class T>
class [[nodiscard]] Answer {
 public:
  Answer(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Answer(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Failure& failure() const { return std::get<1>(state_); }

 private:
  std::variant<T, Failure> state_;
};

using Bytes = std::optional<std::string>;  // none: there is no such entry

enum class Stored : std::uint8_t {
  yes,
  kept,  // there was one already, and it was not to be overwritten
};

class Far {
 public:
  virtual ~Far() = default;
  virtual Answer<Bytes> get(std::string_view key) = 0;
  virtual Answer<Stored> put(std::string_view key, std::string_view bytes, Overwrite overwrite) = 0;
  virtual Answer<bool> exists(std::string_view key) = 0;
  virtual Answer<bool> remove(std::string_view key) = 0;  // whether there was one
};

}  // namespace deja::helper

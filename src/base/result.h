// Result<T>: a value or an Error that names action, object and cause.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace deja {

// The causes that code decides on; everything else is only shown.
enum class Cause : unsigned char {
  not_found,
  exists,
  denied,
  no_space,
  busy,
  not_a_directory,
  corrupt,
  too_large,
  timed_out,
  other
};

// One failed operation: `open '/c/ab': Permission denied`. Mapped once, where the operating system
// answered.
struct Error {
  std::string action;  // "open"
  std::string object;  // usually a path
  std::string reason;  // the system's words, or ours
  Cause cause = Cause::other;

  std::string text() const {
    std::string out = action;
    if (!object.empty()) out += " '" + object + "'";
    if (!reason.empty()) out += ": " + reason;
    return out;
  }
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  // Only after operator bool said true.
  T& operator*() { return *value(*this); }
  const T& operator*() const { return *value(*this); }
  T* operator->() { return value(*this); }
  const T* operator->() const { return value(*this); }
  // Only after operator bool said false.
  const Error& error() const {
    assert(!*this);
    return *std::get_if<1>(&state_);
  }
  T value_or(T other) && { return *this ? std::move(**this) : std::move(other); }

 private:
  template <class Self>
  static auto* value(Self& self) {
    assert(self);
    return std::get_if<0>(&self.state_);
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() : ok_(true) {}
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  explicit operator bool() const { return ok_; }
  const Error& error() const {
    assert(!ok_);
    return error_;
  }

 private:
  Error error_;
  bool ok_;
};

}  // namespace deja

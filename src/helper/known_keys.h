// What is known of keys without asking: not there a moment ago, or there, since it was stored or
// seen. A put of ours makes the one into the other. Pure: times are given; not for two threads.
#pragma once

#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace deja::helper {

class KnownKeys {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Others put entries, and servers drop them: neither is known for ever.
  KnownKeys(std::size_t most, std::chrono::milliseconds absent_for,
            std::chrono::milliseconds there_for)
      : most_(most), absent_for_(absent_for), there_for_(there_for) {}

  // True, false, or nothing is known.
  std::optional<bool> is_there(std::string_view key, Time now) const;
  void note(std::string_view key, bool there, Time now);
  void forget(std::string_view key);

 private:
  struct Known {
    std::string key;
    bool there = false;
    Time since{};
  };

  std::size_t most_;
  std::chrono::milliseconds absent_for_;
  std::chrono::milliseconds there_for_;
  std::list<Known> all_;  // the newest first
  std::unordered_map<std::string_view, std::list<Known>::iterator> by_key_;
};

}  // namespace deja::helper

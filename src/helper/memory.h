// How many bytes of entries may be in this program at a time, of all requests together.
#pragma once

#include <atomic>
#include <cstddef>

namespace deja::helper {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t limit) : limit_(limit) {}

  bool take(std::size_t bytes) {
    if (used_.fetch_add(bytes) + bytes <= limit_) return true;
    used_.fetch_sub(bytes);
    return false;
  }
  void give_back(std::size_t bytes) { used_.fetch_sub(bytes); }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_ = 0;
};

// What one request took, given back at its end.
class MemoryShare {
 public:
  explicit MemoryShare(MemoryBudget& budget) : budget_(budget) {}
  ~MemoryShare() { give_back(); }
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;

  bool take(std::size_t bytes) {
    if (!budget_.take(bytes)) return false;
    taken_ += bytes;
    return true;
  }
  void give_back() {
    budget_.give_back(taken_);
    taken_ = 0;
  }

 private:
  MemoryBudget& budget_;
  std::size_t taken_ = 0;
};

}  // namespace deja::helper

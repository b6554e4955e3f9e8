// A progress bar for long work, on a terminal only; elsewhere it is silent.
#pragma once

#include <mutex>
#include <string>

#include "sys/system.h"

namespace deja {

// Draws on standard error, and wipes itself out when it goes.
class ProgressBar {
 public:
  ProgressBar(Console& console, std::string title)
      : console_(console), title_(std::move(title)), shows_(console.err_is_terminal()) {}
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Redraws only when the percentage grew. May be called by several threads at once.
  void update(unsigned done, unsigned all);

 private:
  Console& console_;
  std::string title_;
  bool shows_;
  std::mutex drawing_;
  int drawn_ = -1;  // percent
};

}  // namespace deja

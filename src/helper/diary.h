// The helper's log file: a line each for what people may want to know. Written rarely: when it
// starts and ends, and when something new goes wrong.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "sys/system.h"

namespace deja::helper {

class Diary {
 public:
  Diary(System& system, std::string file) : system_(system), file_(std::move(file)) {}

  void add(std::string_view text);
  // Unless it is what was said last: one dead server is one line.
  void add_news(std::string_view text);

 private:
  System& system_;
  std::string file_;
  std::mutex mutex_;
  std::string last_;
};

}  // namespace deja::helper

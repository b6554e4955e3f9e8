// Times of day as people read them: ONE text of date and time.
#pragma once

#include <string>

namespace deja {

struct LocalTime {
  int year, month, day, hour, minute, second;  // month and day from 1
};

// "2026-11-22"
std::string date_text(const LocalTime& time);
// "2026-11-22 09:05:07", or with another character between date and time.
std::string time_text(const LocalTime& time, char between = ' ');

}  // namespace deja

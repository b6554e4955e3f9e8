#include "base/time.h"

#include <fmt/format.h>

namespace deja {

std::string date_text(const LocalTime& time) {
  return fmt::format("{:04}-{:02}-{:02}", time.year, time.month, time.day);
}

std::string time_text(const LocalTime& time, char between) {
  return fmt::format("{}{}{:02}:{:02}:{:02}", date_text(time), between, time.hour, time.minute,
                     time.second);
}

}  // namespace deja

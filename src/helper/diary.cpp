// Lines "2026-01-31T12:00:00 deja-storage[123] text".
#include "helper/diary.h"

#include <fmt/format.h>

namespace deja::helper {

void Diary::add(std::string_view text) {
  if (file_.empty()) return;
  const LocalTime now = system_.clock.local(system_.clock.now_ns());
  (void)system_.fs.append(file_, fmt::format("{} deja-storage[{}] {}\n", time_text(now, 'T'),
                                             system_.processes.id(), text));
}

void Diary::add_news(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (last_ == text) return;
  last_ = text;
  add(text);
}

}  // namespace deja::helper

// The bar takes what the terminal's width leaves beside title and percentage.
#include "manage/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace deja {

void ProgressBar::update(unsigned done, unsigned all) {
  if (!shows_ || all == 0) return;
  const int share = static_cast<int>(std::uint64_t{100} * std::min(done, all) / all);
  const std::scoped_lock lock(drawing_);
  if (share <= drawn_) return;
  drawn_ = share;
  const int room = console_.columns() - static_cast<int>(title_.size()) - 10;
  const std::size_t width = static_cast<std::size_t>(std::clamp(room, 0, 50));
  const std::size_t filled = width * static_cast<std::size_t>(share) / 100;
  console_.write_err(fmt::format("\r{} [{}{}] {:3d}%", title_, std::string(filled, '#'),
                                 std::string(width - filled, '.'), share));
}

ProgressBar::~ProgressBar() {
  if (drawn_ >= 0)
    console_.write_err(fmt::format(
        "\r{}\r", std::string(static_cast<std::size_t>(std::max(console_.columns() - 1, 0)), ' ')));
}

}  // namespace deja

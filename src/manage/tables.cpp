// Column layout: widths are taken from all rows, then every row is padded to them.
#include "manage/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace deja {

std::string Painter::operator()(Paint paint, std::string_view text) const {
  static constexpr std::string_view codes[] = {"", "\033[1m", "\033[32m", "\033[31m"};
  const std::string_view code = codes[static_cast<std::size_t>(paint)];
  return !colours_ || code.empty() ? std::string(text) : fmt::format("{}{}\033[0m", code, text);
}

Painter painter_for(System& system) {
  const bool refused = !system.env.get("NO_COLOR").value_or("").empty() ||
                       system.env.get("TERM").value_or("") == "dumb";
  return Painter(!refused && system.console.out_is_terminal());
}

void Table::text(std::string label, std::string value) {
  rows_.push_back({std::move(label), {}, std::move(value)});
}

void Table::figures(std::string label, std::vector<std::string> figures, Paint paint) {
  rows_.push_back({std::move(label), std::move(figures), {}, paint});
}

void Table::heading(std::string label) {
  rows_.push_back({std::move(label), {}, {}, Paint::heading});
}

std::string Table::render(const Painter& painter) const {
  static constexpr std::array<std::string_view, 3> before = {" ", " / ", " "};
  std::size_t label_width = 0;
  std::array<std::size_t, 3> widths{};
  for (const Row& row : rows_) {
    if (row.paint != Paint::heading) label_width = std::max(label_width, row.label.size());
    for (std::size_t i = 0; i < row.figures.size(); ++i)
      widths[i] = std::max(widths[i], row.figures[i].size());
  }
  std::string out;
  for (const Row& row : rows_) {
    std::string line = row.label;
    if (!row.figures.empty() || !row.value.empty())
      line.resize(std::max(label_width, line.size()), ' ');
    if (!row.value.empty()) line += " " + row.value;
    for (std::size_t i = 0; i < row.figures.size(); ++i)
      line += fmt::format("{}{:>{}}", before[i], row.figures[i], widths[i]);
    out += painter(row.paint, line) + "\n";
  }
  return out;
}

std::string percent(std::int64_t part, std::int64_t whole) {
  const double share =
      whole > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0.0;
  return share >= 99.995 ? fmt::format("({:.1f}%)", share) : fmt::format("({:5.2f}%)", share);
}

}  // namespace deja

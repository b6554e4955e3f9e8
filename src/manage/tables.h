// Text laid out in columns for people, with colours where the terminal wants them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sys/system.h"

namespace deja {

enum class Paint : unsigned char { plain, heading, good, bad };

// Wraps text in escape sequences, or does not: machine output and files never see any.
class Painter {
 public:
  explicit Painter(bool colours) : colours_(colours) {}
  std::string operator()(Paint paint, std::string_view text) const;

 private:
  bool colours_;
};
// Colours on a terminal, unless NO_COLOR is set or the terminal is "dumb".
Painter painter_for(System& system);

// Rows of a label and up to three right-aligned figures, or a label and a text; "  " in front of a
// label nests it.
class Table {
 public:
  void text(std::string label, std::string value);
  void figures(std::string label, std::vector<std::string> figures, Paint paint = Paint::plain);
  void heading(std::string label);
  std::string render(const Painter& painter) const;

 private:
  struct Row {
    std::string label;
    std::vector<std::string> figures;
    std::string value;
    Paint paint = Paint::plain;
  };
  std::vector<Row> rows_;
};

// "12.34%": five characters and the sign, as wide as "100.0%".
std::string percent(std::int64_t part, std::int64_t whole);

}  // namespace deja

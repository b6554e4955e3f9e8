// Finds the traits of a source in one pass: a vectorisable sieve for rare byte patterns, then an
// exact look at each candidate.
#include "inputs/source_scan.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/sieve.h"
#include "base/text.h"
#include "inputs/word_char.h"

// Here the words that are looked for are not written out: this file uses none of them.

namespace deja {

namespace {

constexpr std::size_t disable_window = 4096;                    // bytes, by the interface contract
constexpr std::string_view disable_word = "ccache\072disable";  // with a colon

bool is_horizontal_space(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v'; }

char at(std::string_view text, std::size_t i) { return i < text.size() ? text[i] : '\n'; }

// True when `word` stands at `start` as a whole word.
bool word_at(std::string_view text, std::size_t start, std::string_view word) {
  if (text.substr(start, word.size()) != word) return false;
  return (start == 0 || !is_word_char(text[start - 1])) &&
         !is_word_char(at(text, start + word.size()));
}

// True when `name` stands at `start` between two underscores on each side, as a whole word.
bool macro_at(std::string_view text, std::size_t start, std::string_view name) {
  if (start < 2 || text.substr(start - 2, 2) != "__" || text.substr(start, name.size()) != name)
    return false;
  const std::size_t end = start + name.size();
  return text.substr(end, 2) == "__" && !is_word_char(at(text, end + 2)) &&
         (start == 2 || !is_word_char(text[start - 3]));
}

std::size_t skip_blanks(std::string_view text, std::size_t i) {
  while (i < text.size() && is_horizontal_space(text[i])) ++i;
  return i;
}

// One past the last character before `i` that is not blank; 0 when there is none.
std::size_t end_before(std::string_view text, std::size_t i) {
  while (i > 0 && is_horizontal_space(text[i - 1])) --i;
  return i;
}

bool ends_with(std::string_view text, std::size_t end, std::string_view suffix) {
  return text.substr(0, end).ends_with(suffix);
}

// Whether a directive may begin at `i`: the line is empty so far, or a comment ends there. Clang
// takes a bare carriage return for the end of a line; the file's first line may begin with a byte
// order mark.
bool may_begin_directive(std::string_view text, std::size_t i) {
  const std::size_t end = end_before(text, i);
  return end == 0 || text[end - 1] == '\n' || text[end - 1] == '\r' || ends_with(text, end, "*/") ||
         text.substr(0, end) == "\xEF\xBB\xBF";
}

// `embed` is a directive behind '#' in any of its spellings; where a comment or the end of a line
// is in between, it is taken for one.
bool is_embed_directive(std::string_view text, std::size_t word) {
  static constexpr std::string_view signs[] = {"#", "%:", "?\?="};
  const std::size_t end = end_before(text, word);
  if (ends_with(text, end, "*/") || ends_with(text, end, "\\\n") || ends_with(text, end, "\\\r\n"))
    return true;
  return std::ranges::any_of(signs, [&](std::string_view sign) {
    return ends_with(text, end, sign) && may_begin_directive(text, end - sign.size());
  });
}

// `word` behind a dot as the assembler's directive, in a string or bare; not a member (`x.include`,
// or one that is assigned to).
bool is_directive(std::string_view text, std::size_t dot, std::string_view word) {
  const std::size_t end = dot + 1 + word.size();
  // The assembler does not tell upper from lower case.
  if (!text::equals_ignoring_case(text.substr(dot + 1, word.size()), word) ||
      is_word_char(at(text, end)))
    return false;
  if (is_member(text, dot, is_word_char)) return false;
  return std::string_view("=({,;").find(at(text, skip_blanks(text, end))) == std::string_view::npos;
}

// The name of a macro that only passes its argument on: the language's own, and by convention what
// ends like it (glibc has one). Its uses are looked at like the original's.
bool is_probe_name(std::string_view word) {
  if (word.ends_with("_next")) word.remove_suffix(5);
  return word.ends_with("has\137include");  // with an underscore
}

// Whether a line that ends at `end`, just before a probe, is `#define ALIAS` or `#define ALIAS(x)`
// with such a name.
bool is_alias_definition(std::string_view text, std::size_t end) {
  const std::size_t newline = text.substr(0, end).rfind('\n');
  std::string_view line = text.substr(newline + 1, end - (newline + 1));
  const std::size_t define = line.find("define");
  if (define == std::string_view::npos ||
      line.substr(0, define).find_first_not_of("# \t") != std::string_view::npos)
    return false;
  line.remove_prefix(skip_blanks(line, define + std::string_view("define").size()));
  const auto end_of_name = std::find_if_not(line.begin(), line.end(), is_word_char);
  return is_probe_name(line.substr(0, static_cast<std::size_t>(end_of_name - line.begin())));
}

// Whether `i` is on a line that cannot be part of a directive: it begins with something else, no
// comment ends in it, and the line before does not go on. Headers are only asked for in directives;
// elsewhere it is a comment (glibc's bits/statx.h has one).
bool is_outside_directives(std::string_view text, std::size_t i) {
  const std::size_t newline = text.substr(0, i).find_last_of("\r\n");
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  const std::string_view line = text.substr(begin, i - begin);
  if (line.find_first_of("#%?") != std::string_view::npos ||
      line.find("*/") != std::string_view::npos)
    return false;
  if (begin == 0) return true;
  const std::size_t last = text.find_last_not_of(" \t\f\v\r\n", newline);
  return last == std::string_view::npos || (text[last] != '\\' && text[last] != '/');
}

// Behind `#ifdef`, `defined(` and `#define` the name asks for the macro, not for a header. In
// `#endif // NAME` it asks for nothing: that stands in GCC's c++config.h, and so in every C++
// compile.
bool is_about_the_macro(std::string_view text, std::size_t start) {
  static constexpr std::string_view words[] = {"define", "defined", "elifdef", "elifndef",
                                               "ifdef",  "ifndef",  "undef"};
  std::size_t end = end_before(text, start);
  if (ends_with(text, end, "//") || ends_with(text, end, "/*")) return true;
  if (is_alias_definition(text, end)) return true;
  if (end > 0 && text[end - 1] == '(') end = end_before(text, end - 1);
  std::size_t begin = end;
  while (begin > 0 && is_word_char(text[begin - 1])) --begin;
  return std::binary_search(std::begin(words), std::end(words), text.substr(begin, end - begin));
}

// What the probe, whose name ends at `end`, asks for.
void take_probe(std::string_view text, std::size_t start, std::size_t end, SourceScan& out) {
  if (is_outside_directives(text, start) || is_about_the_macro(text, start)) return;
  std::size_t i = skip_blanks(text, end);
  if (at(text, i) == '(') {
    i = skip_blanks(text, i + 1);
    const char close = at(text, i) == '<' ? '>' : at(text, i) == '"' ? '"' : '\0';
    const std::size_t stop = close != '\0'
                                 ? text.find_first_of(close == '>' ? ">\n" : "\"\n", i + 1)
                                 : std::string_view::npos;
    if (stop != std::string_view::npos && text[stop] == close && stop > i + 1) {
      out.traits.probes_names = true;
      out.probed_names.emplace_back(text.substr(i + 1, stop - i - 1));
      return;
    }
  }
  out.traits.probes_computed = true;
}

// "fall", perhaps an s and some blanks or signs, "thr", in upper or lower case: all forms of the
// comment that gcc's manual lists under -Wimplicit-fallthrough have that.
bool says_it_falls(std::string_view text, std::size_t i) {
  if (!text::equals_ignoring_case(text.substr(i, 4), "fall")) return false;
  i += 4;
  while (i < text.size() && std::string_view("sS -\t.!").find(text[i]) != std::string_view::npos)
    ++i;
  return text::equals_ignoring_case(text.substr(i, 3), "thr");
}

// Looks closely at a position that the sieve let through. The sieve's patterns sit inside the
// words, so the words start before it.
void look_at(std::string_view text, std::size_t i, SourceScan& out) {
  SourceTraits& traits = out.traits;
  switch (text[i]) {
    case '_':  // the second underscore of a date macro
      if (i == 0) return;
      traits.date_macro |= macro_at(text, i + 1, "DATE");
      traits.time_macro |= macro_at(text, i + 1, "TIME");
      traits.timestamp_macro |= macro_at(text, i + 1, "TIMESTAMP");
      return;
    case 's': {  // the names of probes
      std::size_t start = i, end = i;
      while (start > 0 && is_word_char(text[start - 1])) --start;
      while (end < text.size() && is_word_char(text[end])) ++end;
      const std::string_view word = text.substr(start, end - start);
      if (is_probe_name(word)) take_probe(text, start, end, out);
      // A beginning of the name can only be meant for pasting the rest to it.
      constexpr std::string_view probe = "__has\137include";
      traits.probes_computed |= word.size() < probe.size() && probe.starts_with(word);
      return;
    }
    case 'f':
    case 'F':
      traits.falls_through |= says_it_falls(text, i);
      return;
    case '.':
      traits.incbin |= is_directive(text, i, "incbin");
      traits.assembler_include |= is_directive(text, i, "include");
      return;
    case 'e':  // the directive, or the question for it
      traits.embed |= word_at(text, i, "embed") && is_embed_directive(text, i);
      traits.embed |= i >= 6 && word_at(text, i - 6, "__has\137embed");
      return;
    default:
      return;
  }
}

// Non-zero when one of the words may pass position `i`. Every word of interest has exactly one such
// position, and few other words have any: "_D.T" "_T.M" "s_i" ".inc" "em..d" "fall". Only byte
// compares, so a loop over it becomes vector code.
constexpr auto may_be_word = [](const char* p) -> unsigned char {
  const auto is = [p](std::size_t i, char c) { return static_cast<unsigned char>(p[i] == c); };
  const unsigned char dates = is(0, '_') & ((is(1, 'D') & is(3, 'T')) | (is(1, 'T') & is(3, 'M')));
  const unsigned char probe = is(0, 's') & is(1, '_') & is(2, 'i');
  const auto is_letter = [p](std::size_t i, char c) {
    return static_cast<unsigned char>((p[i] | 0x20) == c);
  };
  const unsigned char binary =
      is(0, '.') & is_letter(1, 'i') & is_letter(2, 'n') & is_letter(3, 'c');
  const unsigned char fall =
      is_letter(0, 'f') & is_letter(1, 'a') & is_letter(2, 'l') & is_letter(3, 'l');
  const unsigned char embed = is(0, 'e') & is(1, 'm') & is(4, 'd');
  return static_cast<unsigned char>(dates | probe | binary | embed | fall);
};

// Looks at the positions of `text` from `from` to before `to`.
void look_between(std::string_view text, std::size_t from, std::size_t to, SourceScan& out) {
  sieve<4>(text.substr(from), may_be_word, [&](std::size_t at) {
    if (from + at < to) look_at(text, from + at, out);
  });
}

void look_for_disabling(std::string_view beginning, SourceScan& out) {
  out.traits.disables_cache =
      beginning.substr(0, disable_window).find(disable_word) != std::string_view::npos;
}

void put_in_order(std::vector<std::string>& names) {
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

SourceScan scan_source(std::string_view content) {
  SourceScan out;
  look_for_disabling(content, out);
  look_between(content, 0, content.size(), out);
  put_in_order(out.probed_names);
  return out;
}

// Each position is looked at once, when at least `border` bytes behind it are known, and before it
// all since the beginning of a line.
void SourceScanner::feed(std::string_view piece) {
  constexpr std::size_t border = 4096;        // bytes
  constexpr std::size_t longest = 64 * 1024;  // of a line
  kept_ += piece;
  if (kept_.size() < looked_at_ + 2 * border) return;
  const std::string_view text = kept_;
  if (!std::exchange(begun_, true)) look_for_disabling(text, out_);
  const std::size_t limit = text.size() - border;
  look_between(text, looked_at_, limit, out_);
  const std::size_t newline = text.substr(0, limit - border).rfind('\n');
  std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  if (limit - start > longest) {
    out_.traits.probes_computed = true;
    start = limit - longest;
  }
  looked_at_ = limit - start;
  kept_.erase(0, start);
}

SourceScan SourceScanner::finish() {
  if (!begun_) look_for_disabling(kept_, out_);
  look_between(kept_, looked_at_, kept_.size(), out_);
  put_in_order(out_.probed_names);
  return std::move(out_);
}

namespace {

// The order gives the bits that the digest cache stores: append only.
constexpr bool SourceTraits::*trait_bits[] = {
    &SourceTraits::date_macro,    &SourceTraits::time_macro,      &SourceTraits::timestamp_macro,
    &SourceTraits::embed,         &SourceTraits::incbin,          &SourceTraits::assembler_include,
    &SourceTraits::probes_names,  &SourceTraits::probes_computed, &SourceTraits::disables_cache,
    &SourceTraits::falls_through,
};

}  // namespace

std::uint16_t SourceTraits::bits() const {
  unsigned out = 0;
  for (std::size_t i = 0; i < std::size(trait_bits); ++i)
    out |= this->*trait_bits[i] ? 1u << i : 0u;
  return static_cast<std::uint16_t>(out);
}

SourceTraits SourceTraits::from_bits(std::uint16_t bits) {
  SourceTraits out;
  for (std::size_t i = 0; i < std::size(trait_bits); ++i)
    out.*trait_bits[i] = (bits >> i & 1u) != 0;
  return out;
}

bool is_precompiled(std::string_view beginning) {
  constexpr std::size_t binary_part = 64;  // bytes, checksums and lengths among them
  const bool has_mark = beginning.starts_with("gpch") || beginning.starts_with("CPCH");
  return has_mark && beginning.substr(0, binary_part).find('\0') != std::string_view::npos;
}

}  // namespace deja

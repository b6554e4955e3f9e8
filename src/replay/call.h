// Which record answers a call: its key, and the cache directory as far as the environment alone
// decides it. One source of truth for the fast path and for the writer.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/path.h"
#include "inputs/environment.h"
#include "replay/build_id.h"
#include "replay/record.h"

namespace deja::replay {

using CStrings = std::span<const char* const>;

// What a call is made of besides the files it reads.
struct Call {
  CStrings words;        // from the compiler's name (or the KEY=VALUE words before it) on
  CStrings environment;  // "NAME=value"
  std::string_view working_directory;  // without links, as the kernel tells it
  std::uint32_t user = 0;
  bool err_is_terminal = false;  // diagnostics are coloured
};

// A path of bounded length, small because every page of stack that is touched costs a page fault.
// What does not fit leaves it empty, and then nothing is found there.
class PathText {
 public:
  PathText& add(std::string_view piece) {
    if (piece.size() >= text_.size() - size_) full_ = true;
    if (full_) return *this;
    for (const char c : piece) text_[size_++] = c;
    text_[size_] = '\0';
    return *this;
  }
  PathText& add(std::uint64_t number) {
    char digits[20];
    std::size_t at = sizeof digits;
    do digits[--at] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    return add({digits + at, sizeof digits - at});
  }
  void end_with(char last) {
    if (size_ != 0) text_[size_ - 1] = last;
  }
  bool usable() const { return !full_ && size_ != 0; }
  const char* c_str() const { return full_ ? "" : text_.data(); }
  std::string_view view() const { return {c_str(), full_ ? 0 : size_}; }

 private:
  std::array<char, 1024> text_;
  std::size_t size_ = 0;
  bool full_ = false;
};

// The value of `name` (as the rows spell it, or as an entry does), or "" where it is not set.
static inline std::string_view value_of(CStrings environment, std::string_view name) {
  for (const char* entry : environment) {
    const char* rest = after_variable(entry, name);
    if (rest != nullptr && *rest == '=') return rest + 1;
  }
  return {};
}

struct CacheDirRow {
  PathStyle style;
  std::string_view variable;
  std::string_view below;
};
inline constexpr CacheDirRow cache_dir_rows[] = {
    {PathStyle::posix, "CCACHE_DIR", ""},          {PathStyle::posix, "XDG_CACHE_HOME", "/deja"},
    {PathStyle::posix, "HOME", "/.cache/deja"},    {PathStyle::windows, "CCACHE_DIR", ""},
    {PathStyle::windows, "LOCALAPPDATA", "/deja"},
};

// The cache directory that follows from the environment; unusable when there is none.
static inline PathText cache_dir_of(CStrings environment) {
  PathText out;
  for (const CacheDirRow& row : cache_dir_rows) {
    if (row.style != native_style) continue;
    const std::string_view value = value_of(environment, row.variable);
    if (value.empty()) continue;
    out.add(value).add(row.below);
    break;
  }
  return out;
}

// `deja gcc …` and a link named gcc are one call: the program's own name is not part of it. Which
// names are its own: those that begin with "deja", and "ccache", for projects look for a program of
// that name.
static inline bool is_own_name(std::string_view word) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (word[i] == '/' ||
        (native_style == PathStyle::windows && (word[i] == '\\' || word[i] == ':')))
      start = i + 1;
  const std::string_view name{word.data() + start, word.size() - start};
  const auto begins_with = [name](std::string_view own) {
    if (name.size() < own.size()) return false;
    for (std::size_t i = 0; i < own.size(); ++i)
      if ((name[i] | 0x20) != own[i]) return false;
    return true;
  };
  constexpr std::string_view peer = "ccache";
  return begins_with("deja") ||
         (begins_with(peer) && (name.size() == peer.size() || name[peer.size()] == '.'));
}

// The sum of the hashes of the variables that matter: in which order they come differs from one
// shell to the next. False when one of them forbids a replay, or is there twice, for then the order
// decides which of the two a program sees.
static inline bool add_variables(CStrings environment, Hash128& sum) {
  for (const char* entry : environment) {
    const VariableRow* row = variable_row(entry);
    if (row == nullptr) continue;
    const std::string_view text = entry;
    std::size_t equals = 0;
    while (equals < text.size() && text[equals] != '=') ++equals;
    if (row->replay == VariableReplay::refuse ||
        value_of(environment, {text.data(), equals}).data() != entry + equals + 1)
      return false;
    const Hash128 hash = hash128(text);
    sum.high += hash.high;
    sum.low += hash.low;
  }
  return true;
}

// The key of a call; false when it must take the ordinary way. Every piece is framed by its length,
// so no two different calls are the same bytes.
static inline bool key_of(const Call& call, Hash128& key) {
  if (call.words.empty() || call.words.front()[0] == '-') return false;  // an option of our own
  Hash128Stream hash;
  const auto number = [&hash](std::uint64_t value) {
    hash.add({reinterpret_cast<const char*>(&value), sizeof value});
  };
  const auto piece = [&](std::string_view text) {
    number(text.size());
    hash.add(text);
  };
  number(record_version);
  piece(DEJA_BUILD_ID);
  number(call.user);
  number(call.err_is_terminal ? 1 : 0);
  piece(call.working_directory);
  number(call.words.size());
  for (const char* word : call.words) piece(word);
  Hash128 variables;
  if (!add_variables(call.environment, variables)) return false;
  number(variables.high);
  number(variables.low);
  key = hash.finish();
  return true;
}

// <cache>/<2 hex>/<30 hex>.p
static inline PathText record_path(const PathText& cache_dir, const Hash128& key) {
  char hex[32];
  for (unsigned i = 0; i < 32; ++i) {
    const std::uint64_t half = i < 16 ? key.high : key.low;
    hex[i] = "0123456789abcdef"[half >> (60 - 4 * (i % 16)) & 15];
  }
  PathText out = cache_dir;
  if (out.usable()) out.add("/").add({hex, 2}).add("/").add({hex + 2, 30}).add(".p");
  return out;
}

// Where the large outputs of the record at `path` lie: beside it, ".o" for ".p".
static inline PathText hot_copy_path(PathText path) {
  path.end_with('o');
  return path;
}

// Whether an output's name, without what follows its first dot, is part of a word, or a word names
// a response file.
static inline bool is_named_by(CStrings words, std::string_view output) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < output.size(); ++i)
    if (output[i] == '/' || (native_style == PathStyle::windows && output[i] == '\\'))
      start = i + 1;
  std::size_t end = start;
  while (end < output.size() && output[end] != '.') ++end;
  const std::string_view stem{output.data() + start, end - start};
  for (const std::string_view word : words) {
    if (!word.empty() && word.front() == '@') return true;
    for (std::size_t at = 0; at + stem.size() <= word.size(); ++at) {
      std::size_t same = 0;
      while (same < stem.size() && word[at + same] == stem[same]) ++same;
      if (same == stem.size()) return true;
    }
  }
  return false;
}

}  // namespace deja::replay

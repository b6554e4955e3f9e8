// Taking a connection, asking, giving it back.
#include "helper/conversation.h"

#include <fmt/format.h>

#include <algorithm>

namespace deja::helper {

Answer<std::string> Conversations::ask(const std::vector<std::string_view>& pieces) {
  Stream stream = take_idle();
  bool is_unheard = false;
  if (stream) {
    auto answer = converse(*stream, pieces, is_unheard);
    if (!is_unheard) {
      give_back(answer ? std::move(stream) : nullptr);
      return answer;
    }
  }
  auto opened = open();
  if (!opened) {
    give_back(nullptr);
    return opened.failure();
  }
  auto answer = converse(**opened, pieces, is_unheard);
  give_back(answer ? std::move(*opened) : nullptr);
  return answer;
}

// `is_unheard` is set when the connection ended before a byte of the reply.
Answer<std::string> Conversations::converse(net::Stream& stream,
                                            const std::vector<std::string_view>& pieces,
                                            bool& is_unheard) {
  is_unheard = false;
  for (const std::string_view piece : pieces) {
    if (auto sent = stream.write(piece, net::in(settings_.stall_timeout)); !sent) {
      is_unheard = sent.error().cause != Cause::busy;
      return failed(sent.error());
    }
  }
  constexpr std::size_t small_read = 16 * 1024;
  constexpr std::size_t large_read = 1024 * 1024;
  std::string held;
  for (;;) {
    const Measured measured = settings_.measure(held);
    if (measured.bad || (measured.whole && measured.size != held.size()))
      return Failure{Failure::Kind::broken, settings_.name + ": an answer that is none", {}};
    if (measured.size > settings_.most_bytes)
      return Failure{Failure::Kind::too_large,
                     fmt::format("{}: the answer is larger than {} bytes", settings_.name,
                                 settings_.most_bytes),
                     {}};
    if (measured.whole) return held;
    const std::size_t had = held.size();
    held.resize(had +
                std::clamp(measured.size - std::min(measured.size, had), small_read, large_read));
    const auto got =
        stream.read(held.data() + had, held.size() - had, net::in(settings_.stall_timeout));
    held.resize(had + (got ? *got : 0));
    if (got && *got > 0) {
      if (settings_.alive) settings_.alive();
      continue;
    }
    is_unheard = had == 0 && (got || got.error().cause != Cause::busy);
    if (!got) return failed(got.error());
    return Failure{had == 0 ? Failure::Kind::unreachable : Failure::Kind::broken,
                   settings_.name + ": the connection was closed",
                   {}};
  }
}

Answer<Conversations::Stream> Conversations::open() {
  auto stream = settings_.connect();
  if (!stream) return failed(stream.error());
  for (const std::string& word : settings_.introduction) {
    bool is_unheard = false;
    const auto answer = converse(**stream, {word}, is_unheard);
    if (!answer) return answer.failure();
    if (const auto refusal = settings_.refusal(*answer)) return *refusal;
  }
  return std::move(*stream);
}

Conversations::Stream Conversations::take_idle() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return in_use_ < settings_.most_connections; });
  ++in_use_;
  if (idle_.empty()) return nullptr;
  Stream out = std::move(idle_.back());
  idle_.pop_back();
  return out;
}

void Conversations::give_back(Stream stream) {
  const std::lock_guard lock(mutex_);
  --in_use_;
  if (stream) idle_.push_back(std::move(stream));
  returned_.notify_one();
}

Failure Conversations::failed(const Error& error) const {
  const bool is_late = error.cause == Cause::busy;
  return {is_late ? Failure::Kind::timeout : Failure::Kind::unreachable,
          settings_.name + ": " + error.text(),
          {}};
}

}  // namespace deja::helper

// Counting failures, opening, probing, closing.
#include "helper/breaker.h"

#include <algorithm>
#include <bit>

namespace deja::helper {

namespace {

using Kind = Failure::Kind;

// What says something about the server, and not about one entry or about who asks.
bool is_ill(const Failure& failure) {
  switch (failure.kind) {
    case Kind::unreachable:
    case Kind::timeout:
    case Kind::busy:
    case Kind::broken:
      return true;
    case Kind::denied:
    case Kind::read_only:
    case Kind::too_large:
    case Kind::refused:
    case Kind::unsigned_entry:
      return false;
  }
  return false;
}

}  // namespace

std::optional<Failure> Breaker::refusal(Verb verb, Time now) const {
  if (open_) return Failure{Kind::unreachable, "not asked, the server is ill: " + why_, {}};
  const Pause& pause = paused_[static_cast<std::size_t>(verb)];
  if (now < pause.until) return Failure{Kind::denied, "not asked: " + pause.why, {}};
  if (is_silent(now)) return Failure{Kind::timeout, "not asked: the server is silent", {}};
  return std::nullopt;
}

bool Breaker::is_silent(Time now) const {
  const auto limit = std::clamp<std::chrono::steady_clock::duration>(usual_ * 4, limits_.silence,
                                                                     limits_.longest_silence);
  return !running_.empty() && now - std::max(running_.begin()->second, last_life_) > limit;
}

std::uint64_t Breaker::begin(Time now) {
  running_.emplace(++begun_, now);
  return begun_;
}

void Breaker::end(std::uint64_t number, Verb verb, const Failure* failure, Time now) {
  if (failure == nullptr || !is_ill(*failure)) {
    note_life(now);
    if (const auto begun = running_.find(number); begun != running_.end())
      usual_ = std::max(now - begun->second, usual_ * 7 / 8);
  }
  running_.erase(number);
  Pause& pause = paused_[static_cast<std::size_t>(verb)];
  if (failure != nullptr && failure->kind == Kind::denied)
    pause = {now + limits_.denied_pause, failure->text};
  if (failure != nullptr && failure->kind == Kind::read_only) pause = {Time::max(), failure->text};
  // A server that asks for time to store may well have time to read.
  if (failure != nullptr && failure->kind == Kind::busy && failure->pause.count() > 0) {
    pause = {now + failure->pause, failure->text};
    if (verb == Verb::put) return;
  }
  if (open_) return;  // what began before it opened tells nothing new
  count(failure != nullptr && is_ill(*failure));
  if (failure == nullptr || !is_ill(*failure)) return;
  const bool mostly_fails =
      seen_ >= limits_.window && std::popcount(last_) * 2 > static_cast<int>(seen_);
  // Whoever waited for a timeout has waited too long for there to be a second one.
  if (failure->kind == Kind::timeout || in_a_row_ >= limits_.failures_in_a_row || mostly_fails)
    open(*failure, now);
}

void Breaker::count(bool failed) {
  const std::uint64_t mask = (std::uint64_t{1} << limits_.window) - 1;
  last_ = (last_ << 1 | (failed ? 1u : 0u)) & mask;
  seen_ = std::min(seen_ + 1, limits_.window);
  in_a_row_ = failed ? in_a_row_ + 1 : 0;
}

void Breaker::open(const Failure& failure, Time now) {
  open_ = true;
  pause_ = limits_.first_pause;
  next_probe_ = now + pause_;
  why_ = failure.text;
}

bool Breaker::claim_probe(Time now) {
  if (!open_ || probing_ || now < next_probe_) return false;
  probing_ = true;
  return true;
}

void Breaker::end_probe(const Failure* failure, Time now) {
  probing_ = false;
  if (failure != nullptr && is_ill(*failure)) {
    pause_ = std::min(pause_ * 2, limits_.longest_pause);
    next_probe_ = now + pause_;
    why_ = failure->text;
    return;
  }
  open_ = false;
  last_ = seen_ = in_a_row_ = 0;
  note_life(now);
}

}  // namespace deja::helper

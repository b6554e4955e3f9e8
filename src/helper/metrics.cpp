// Counters by name, and latencies.
#include "helper/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace deja::helper {

namespace {

struct CountRow {
  std::string_view name;
  std::uint64_t Counts::*count;
};

constexpr CountRow count_rows[] = {
    {"bytes_in", &Counts::bytes_in},
    {"bytes_out", &Counts::bytes_out},
    {"dropped", &Counts::dropped},
    {"gets", &Counts::gets},
    {"hits", &Counts::hits},
    {"kept", &Counts::kept},
    {"misses", &Counts::misses},
    {"not_asked", &Counts::refused},
    {"puts", &Counts::puts},
    {"queued", &Counts::queued},
    {"remembered", &Counts::remembered},
    {"removes", &Counts::removes},
    {"shared", &Counts::shared},
    {"stored", &Counts::stored},
};

std::vector<std::pair<std::string, std::uint64_t>> numbers_of(const Counts& counts) {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  for (const CountRow& row : count_rows) out.emplace_back(row.name, counts.*row.count);
  for (std::size_t kind = 0; kind < counts.failures.size(); ++kind)
    out.emplace_back(fmt::format("failed_{}", name_of(static_cast<Failure::Kind>(kind))),
                     counts.failures[kind]);
  return out;
}

}  // namespace

std::string_view name_of(Failure::Kind kind) {
  switch (kind) {
    case Failure::Kind::unreachable:
      return "unreachable";
    case Failure::Kind::timeout:
      return "timeout";
    case Failure::Kind::busy:
      return "busy";
    case Failure::Kind::denied:
      return "denied";
    case Failure::Kind::read_only:
      return "read_only";
    case Failure::Kind::too_large:
      return "too_large";
    case Failure::Kind::broken:
      return "broken";
    case Failure::Kind::refused:
      return "refused";
    case Failure::Kind::unsigned_entry:
      return "signature";
  }
  return "";
}

void Metrics::add_latency(std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  if (latencies_.size() < most_latencies) latencies_.push_back(0);
  latencies_[next_] = microseconds;
  next_ = (next_ + 1) % most_latencies;
}

Counts Metrics::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::chrono::microseconds Metrics::latency(double share) const {
  std::vector<std::int64_t> sorted;
  {
    const std::lock_guard lock(mutex_);
    sorted = latencies_;
  }
  if (sorted.empty()) return {};
  const auto last = static_cast<double>(sorted.size() - 1);
  const auto place = sorted.begin() + static_cast<std::ptrdiff_t>(share * last);
  std::nth_element(sorted.begin(), place, sorted.end());
  return std::chrono::microseconds(*place);
}

std::string metrics_json(const Metrics& metrics,
                         const std::vector<std::pair<std::string, std::string>>& more) {
  std::string out = "{";
  for (const auto& [name, number] : numbers_of(metrics.counts()))
    out += fmt::format("\"{}\": {}, ", name, number);
  out += fmt::format("\"latency_us\": {{\"p50\": {}, \"p95\": {}, \"max\": {}}}",
                     metrics.latency(0.5).count(), metrics.latency(0.95).count(),
                     metrics.latency(1).count());
  for (const auto& [name, value] : more) out += fmt::format(", \"{}\": {}", name, value);
  return out + "}";
}

std::vector<std::string> metrics_lines(const Metrics& metrics) {
  std::vector<std::string> out;
  for (const auto& [name, number] : numbers_of(metrics.counts()))
    if (number != 0) out.push_back(fmt::format("{}: {}", name, number));
  out.push_back(fmt::format("median latency: {} us", metrics.latency(0.5).count()));
  return out;
}

}  // namespace deja::helper

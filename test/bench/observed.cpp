// What observing a program costs, and what is seen of it:
//   deja_observed 41 /usr/bin/gcc -c a.c     rounds, plain and observed in turn; wall and processor
//   deja_observed 41l /usr/bin/gcc -c a.c    links that are read as well
//   deja_observed 0 /usr/bin/gcc -c a.c      the names
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "sys/system.h"

using namespace deja;

namespace {

constexpr const char* words[] = {"asked",    "read",           "listed",   "written",
                                 "executed", "made directory", "removed",  "renamed",
                                 "linked",   "connected",      "link read"};

struct Cost {
  double wall;
  double processor;  // of this process and its children
};

double processor_ms() {
  double out = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    ::getrusage(who, &used);
    for (const timeval& time : {used.ru_utime, used.ru_stime})
      out += 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  }
  return out;
}

template <class Work>
Cost cost_of(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  const double processor = processor_ms();
  work();
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), processor_ms() - processor};
}

double median(std::vector<Cost>& costs, double Cost::*which) {
  std::ranges::sort(costs, {}, which);
  return costs[costs.size() / 2].*which;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  Processes& processes = native_system().processes;
  const Command command{argv[2], {argv + 2, argv + argc}, {}};
  const int rounds = std::atoi(argv[1]);
  std::vector<Cost> plain, observed;
  const LinkReads links =
      std::string_view(argv[1]).ends_with('l') ? LinkReads::observed : LinkReads::left_out;
  auto seen = processes.run_observed(command, {}, links);
  if (!seen) return fmt::print("{}\n", seen.error().text()), 1;
  for (int i = 0; i < rounds; ++i) {
    plain.push_back(cost_of([&] { (void)processes.run(command); }));
    observed.push_back(cost_of([&] { seen = processes.run_observed(command, {}, links); }));
  }
  if (rounds == 0)
    for (const NameUse& use : seen->uses)
      fmt::print("{} {} {}\n", words[static_cast<int>(use.kind)], use.name, use.to);
  fmt::print("{} calls, {} names; {}\n", seen->calls, seen->uses.size(),
             seen->incomplete.empty() ? "complete" : seen->incomplete);
  if (rounds == 0) return 0;
  for (const auto& [name, which] :
       {std::pair{"wall", &Cost::wall}, std::pair{"processor", &Cost::processor}}) {
    const double before = median(plain, which);
    const double after = median(observed, which);
    fmt::print("{:9} {:8.2f} ms plain {:8.2f} ms observed, {:.3f} times\n", name, before, after,
               after / before);
  }
}

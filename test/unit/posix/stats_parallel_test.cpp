// Statistics among real processes: writers, folders and readers at once, and every count arrives.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "fake/temporary_folder.h"
#include "store/stats.h"

using namespace deja;

namespace {

constexpr int writers = 8;
constexpr int runs = 100;  // of a writer; together less than what makes a writer fold

Counts one_hit() {
  Counts counts;
  counts.add(Outcome::direct_cache_hit);
  return counts;
}

std::int64_t hits_in(const std::string& cache) {
  const auto totals = Stats(native_system(), cache).read();
  return totals ? totals->counts[Outcome::direct_cache_hit] : -1;
}

// A fold as one would write it first: read, sum, rename over. `meanwhile` happens where other
// processes may come in.
void fold_without_lock(const std::string& cache, const std::function<void()>& meanwhile) {
  Fs& fs = native_system().fs;
  Counts counts;
  counts.add(Outcome::direct_cache_hit, hits_in(cache));
  const std::string sum = encode_run(counts, {}, native_system().clock.now_ns());
  const std::string temporary = fs.temporary_name(cache, "new");
  const std::string_view piece = sum;
  meanwhile();
  REQUIRE(fs.create(temporary, {&piece, 1}));
  REQUIRE(fs.rename(temporary, cache + "/stats", Overwrite::yes));
}

// How many hits are counted after `writers` processes have recorded theirs while two more folded
// and read; -1 where a process failed.
std::int64_t hits_after(const std::string& cache,
                        const std::function<bool(const std::string&)>& fold) {
  std::vector<pid_t> processes;
  const auto start = [&](const std::function<bool()>& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work() ? 0 : 1);
    processes.push_back(child);
  };
  for (int writer = 0; writer < writers; ++writer)
    start([&] {
      Stats stats(native_system(), cache);
      for (int run = 0; run < runs; ++run)
        if (!stats.record(one_hit(), {})) return false;
      return true;
    });
  for (int folder = 0; folder < 2; ++folder)
    start([&] {
      for (int turn = 0; turn < 200; ++turn)
        if (!fold(cache)) return false;
      return true;
    });
  bool all_well = true;
  for (const pid_t process : processes) {
    int status = 0;
    ::waitpid(process, &status, 0);
    all_well = all_well && status == 0;
  }
  return all_well ? hits_in(cache) : -1;
}

}  // namespace

TEST_CASE("statistics: no count is lost or doubled among writers, folders and readers") {
  TemporaryFolder folder;
  const std::string cache = folder / "cache";
  std::int64_t most = 0;
  CHECK(hits_after(cache, [&](const std::string& at) {
          (void)Stats(native_system(), at).fold();
          const std::int64_t seen = hits_in(at);
          // A reader sees no count twice, and never half a fold.
          const bool plausible = seen >= most && seen <= writers * runs;
          most = seen;
          return plausible;
        }) == writers * runs);
}

TEST_CASE(
    "statistics: a fold without a lock loses what is recorded meanwhile, so the test above can "
    "fail") {
  TemporaryFolder folder;
  const std::string cache = folder / "cache";
  const auto record = [&] { REQUIRE(Stats(native_system(), cache).record(one_hit(), {})); };
  record();
  fold_without_lock(cache, record);
  CHECK(hits_in(cache) == 1);
}

// Many processes, one log: starts copies of itself, lets them append at the same moment and reads
// what arrived.
//
//   append_parallel WAY PROCESSES LOG     exit code 0: every line arrived whole and in order, and
//   no process failed
//
// WAY deja      append_record(), as deja does
//     killed    the same, while every fourth process is killed at a random moment
//     per_line  a lock for every line, waited for: correct, and slow
//     naive     a lock for every line, not waited for, its failure ignored: on Windows the write
//     into somebody else's locked range fails unlocked  no lock counts    statistics records, while
//     every fourth process folds them: LOG is the cache directory replaced  the same with a fold
//     that, under the lock, renames its sum over the log: no single step under Wine, where others
//     have it open
#define WIN32_LEAN_AND_MEAN
#include <fmt/format.h>
#include <windows.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <thread>

#include "base/text.h"
#include "store/stats.h"
#include "sys/appender.h"

using namespace deja;

namespace {

constexpr int records = 4;             // flushes of a process
constexpr int lines_in_a_record = 25;  // what a hit logs, about
constexpr char gate_name[] = "deja-test-gate";

System& sys() { return native_system(); }

// "<process> <record> <line> <xxx…> <length>": the length at the end shows a cut or joined line.
std::string line_of(int process, int record, int line) {
  const int length = (process * 31 + record * 17 + line * 13) % 120;
  return fmt::format("{} {} {} {} {}", process, record, line,
                     std::string(static_cast<std::size_t>(length) + 1, 'x'), length + 1);
}

struct Place {
  int process, record, line;
  auto operator<=>(const Place&) const = default;
};

bool parse(std::string_view text, Place& place) {
  const auto words = text::words(text);
  if (words.size() != 5) return false;
  const auto process = text::parse_unsigned(words[0]);
  const auto record = text::parse_unsigned(words[1]);
  const auto line = text::parse_unsigned(words[2]);
  if (!process || !record || !line || *process > 1000 || *record > 1000 || *line > 1000)
    return false;
  place = {static_cast<int>(*process), static_cast<int>(*record), static_cast<int>(*line)};
  return text == line_of(place.process, place.record, place.line);
}

HANDLE open_log(const std::string& log) {
  return CreateFileA(log.c_str(), FILE_APPEND_DATA | FILE_READ_DATA | SYNCHRONIZE,
                     FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_ALWAYS,
                     FILE_ATTRIBUTE_NORMAL, nullptr);
}

bool write_line(HANDLE file, const std::string& line) {
  const std::string text = line + "\n";
  DWORD put = 0;
  return WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &put, nullptr) &&
         put == text.size();
}

bool append_line(const std::string& way, HANDLE file, const std::string& line) {
  if (way == "unlocked") return write_line(file, line);
  OVERLAPPED start{};
  const DWORD flags = way == "naive" ? LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY
                                     : LOCKFILE_EXCLUSIVE_LOCK;
  const bool locked = LockFileEx(file, flags, 0, MAXDWORD, MAXDWORD, &start) != 0;
  const bool written = write_line(file, line);
  if (locked) UnlockFileEx(file, 0, MAXDWORD, MAXDWORD, &start);
  return written;
}

bool append_record_in(const std::string& way, const std::string& log, int process, int record) {
  if (way == "deja" || way == "killed") {
    std::string text;
    for (int line = 0; line < lines_in_a_record; ++line)
      text += line_of(process, record, line) + "\n";
    return static_cast<bool>(append_record(sys(), log, text));
  }
  HANDLE file = open_log(log);
  bool good = file != INVALID_HANDLE_VALUE;
  for (int line = 0; good && line < lines_in_a_record; ++line)
    good = append_line(way, file, line_of(process, record, line));
  CloseHandle(file);
  return good;
}

constexpr int counted_runs = 50;  // of a process

void fold_by_replacing(const std::string& cache) {
  const std::string log = cache + "/stats";
  (void)sys().fs.with_append_lock(log, 500'000'000, [&]() -> Result<void> {
    // What is in the log alone: a copy of it, read as if it were all there is.
    const std::string copy = sys().fs.temporary_name(cache, "copy");
    std::string bytes;
    if (auto read = sys().fs.read(log, bytes); !read) return read.error();
    const std::string_view all = bytes;
    if (auto made = sys().fs.make_directories(copy); !made) return made;
    if (auto made = sys().fs.create(copy + "/stats", {&all, 1}); !made) return made;
    const auto totals = Stats(sys(), copy).read();
    if (!totals) return totals.error();
    const std::string sum = encode_run(totals->counts, {}, sys().clock.now_ns());
    const std::string temporary = sys().fs.temporary_name(cache, "new");
    const std::string_view piece = sum;
    if (auto made = sys().fs.create(temporary, {&piece, 1}); !made) return made;
    return sys().fs.rename(temporary, log, Overwrite::yes);
  });
}

int count_in_child(const std::string& way, int process, const std::string& cache) {
  Stats stats(sys(), cache);
  Counts hit;
  hit.add(Outcome::direct_cache_hit);
  for (int run = 0; run < counted_runs; ++run) {
    if (!stats.record(hit, {})) return 1;
    if (process % 4 != 0 || run % 5 != 0) continue;
    if (way == "counts") {
      (void)stats.fold();
    } else {
      fold_by_replacing(cache);
    }
  }
  return 0;
}

// Prints how long its appends took; 1 when one failed.
int child(const std::string& way, int process, const std::string& log) {
  HANDLE gate = OpenEventA(SYNCHRONIZE, FALSE, gate_name);
  WaitForSingleObject(gate, 20'000);
  if (way == "killed" && process % 4 == 0)
    std::thread([process] {
      Sleep(static_cast<DWORD>((process * 7 + static_cast<int>(GetTickCount())) % 40));
      TerminateProcess(GetCurrentProcess(), 9);
    }).detach();
  if (way == "counts" || way == "replaced") return count_in_child(way, process, log);
  const std::int64_t start = sys().clock.monotonic_ns();
  for (int record = 0; record < records; ++record)
    if (!append_record_in(way, log, process, record)) {
      std::fprintf(stderr, "process %d: Permission denied (%lu)\n", process,
                   static_cast<unsigned long>(GetLastError()));
      return 1;
    }
  const std::int64_t took = sys().clock.monotonic_ns() - start;
  std::printf("%lld\n", static_cast<long long>(took));
  return 0;
}

struct Ended {
  int exit_code = -1;
  std::int64_t took_ns = 0;
};

std::vector<Ended> run_children(const std::string& own, const std::string& way, int processes,
                                const std::string& log) {
  HANDLE gate = CreateEventA(nullptr, TRUE, FALSE, gate_name);
  std::vector<Ended> ended(static_cast<std::size_t>(processes));
  std::vector<std::thread> threads;
  for (int i = 0; i < processes; ++i)
    threads.emplace_back([&, i] {
      const auto done = sys().processes.run({own, {own, way, std::to_string(i), log, "child"}, {}});
      if (done)
        ended[static_cast<std::size_t>(i)] = {
            done->exit_code, text::parse_signed(text::trim(done->out)).value_or(0)};
    });
  Sleep(static_cast<DWORD>(300 +
                           40 * processes));  // not for correctness: late ones find the gate open
  SetEvent(gate);
  for (std::thread& thread : threads) thread.join();
  CloseHandle(gate);
  return ended;
}

struct Found {
  int torn = 0;         // lines that nobody wrote
  int lost = 0;         // of processes that ended well
  int interleaved = 0;  // lines of a record with others between, or out of order
};

// `together`: a record's lines must follow each other.
Found examine(const std::string& bytes, const std::vector<Ended>& ended, bool together) {
  Found found;
  std::map<Place, int> seen;
  std::map<int, Place> last;
  Place before{-1, -1, -1};
  for (std::string_view text : text::split(bytes, '\n')) {
    Place place{};
    if (text.empty()) continue;
    if (!parse(text, place)) {
      ++found.torn;
      continue;
    }
    ++seen[place];
    const auto earlier = last.find(place.process);
    const bool repeats = ended[static_cast<std::size_t>(place.process)].exit_code !=
                         0;  // killed while its fallback went home: twice, never lost
    if (earlier != last.end() && place <= earlier->second && !repeats) ++found.interleaved;
    if (together && place.line > 0 && before != Place{place.process, place.record, place.line - 1})
      ++found.interleaved;
    last.insert_or_assign(place.process, place);
    before = place;
  }
  for (std::size_t process = 0; process < ended.size(); ++process)
    for (int record = 0; record < records; ++record)
      for (int line = 0; line < lines_in_a_record; ++line)
        if (ended[process].exit_code == 0 && seen[{static_cast<int>(process), record, line}] != 1)
          ++found.lost;
  return found;
}

int count_in_parent(const std::string& own, const std::string& way, int processes,
                    const std::string& cache) {
  static_cast<void>(sys().fs.make_directories(cache));
  const std::vector<Ended> ended = run_children(own, way, processes, cache);
  const auto failed =
      std::ranges::count_if(ended, [](const Ended& one) { return one.exit_code != 0; });
  const auto totals = Stats(sys(), cache).read();
  const std::int64_t counted = totals ? totals->counts[Outcome::direct_cache_hit] : -1;
  std::printf("%-8s %3d processes: %d failed, %lld of %d runs counted\n", way.c_str(), processes,
              static_cast<int>(failed), static_cast<long long>(counted), processes * counted_runs);
  return failed == 0 && counted == processes * counted_runs ? 0 : 1;
}

int parent(const std::string& own, const std::string& way, int processes, const std::string& log) {
  const bool ours = way == "deja" || way == "killed";
  const std::vector<Ended> ended = run_children(own, way, processes, log);
  // The next run brings home what was put aside.
  const bool folded =
      !ours || (append_record(sys(), log, "") && !sys().fs.stat(log + ".fallbacks"));
  std::string bytes;
  const bool readable = static_cast<bool>(sys().fs.read(log, bytes));
  const Found found = examine(bytes, ended, ours);
  int failed = 0;
  std::vector<std::int64_t> times;
  for (std::size_t i = 0; i < ended.size(); ++i) {
    if (ended[i].exit_code == 0) times.push_back(ended[i].took_ns);
    if (ended[i].exit_code != 0 && !(way == "killed" && i % 4 == 0 && ended[i].exit_code == 9))
      ++failed;
  }
  std::ranges::sort(times);
  std::printf(
      "%-8s %3d processes: %d failed, %d lines lost, %d torn, %d out of place; median %.2f ms, "
      "longest %.2f ms a process%s\n",
      way.c_str(), processes, failed, found.lost, found.torn, found.interleaved,
      times.empty() ? 0.0 : static_cast<double>(times[times.size() / 2]) / 1e6,
      times.empty() ? 0.0 : static_cast<double>(times.back()) / 1e6,
      folded ? "" : "; fallbacks left");
  return readable && folded && failed == 0 && found.lost == 0 && found.torn == 0 &&
                 found.interleaved == 0
             ? 0
             : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words = native_arguments(argc, argv);
  const auto number = words.size() > 3 ? text::parse_unsigned(words[2]) : std::nullopt;
  if (!number || *number > 1000) {
    std::fprintf(stderr,
                 "usage: append_parallel deja|killed|per_line|naive|unlocked|counts|replaced "
                 "PROCESSES LOG\n");
    return 2;
  }
  if (words.size() > 4) return child(words[1], static_cast<int>(*number), words[3]);
  static_cast<void>(sys().fs.remove(words[3]));
  const auto own = sys().processes.own_path();
  if (own && (words[1] == "counts" || words[1] == "replaced"))
    return count_in_parent(*own, words[1], static_cast<int>(*number), words[3]);
  return own ? parent(*own, words[1], static_cast<int>(*number), words[3]) : 2;
}

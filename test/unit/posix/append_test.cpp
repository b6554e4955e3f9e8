// The appender among real processes: none of their lines is lost or torn, none of them waits for
// ever.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <functional>
#include <map>
#include <set>

#include "base/text.h"
#include "fake/temporary_folder.h"
#include "sys/appender.h"

using namespace deja;

namespace {

constexpr int lines_a_record = 3;

// Runs `work` in a process of its own; it ends with what `work` returns.
pid_t start(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  return child;
}

int status_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

bool succeeds(pid_t child) { return status_of(child) == 0; }

std::string log_content(const std::string& path) {
  std::string bytes;
  (void)native_system().fs.read(path, bytes);
  return bytes;
}

bool exists(const std::string& path) { return static_cast<bool>(native_system().fs.stat(path)); }

void sleep_ms(int milliseconds) { ::poll(nullptr, 0, milliseconds); }

// Uneven lengths, so that a torn line cannot pass for a whole one: "<writer> <record> <line> xxx…
// <length>".
std::string line_of(int writer, int record, int line) {
  const int filling = (writer * 7 + record * 13 + line * 29) % 150;
  return std::to_string(writer) + " " + std::to_string(record) + " " + std::to_string(line) + " " +
         std::string(static_cast<std::size_t>(filling), 'x') + " " + std::to_string(filling);
}

std::string record_of(int writer, int record) {
  std::string out;
  for (int line = 0; line < lines_a_record; ++line) out += line_of(writer, record, line) + "\n";
  return out;
}

using Append = std::function<bool(const std::string& path, const std::string& record)>;

bool append_with_lock(const std::string& path, const std::string& record) {
  return static_cast<bool>(
      native_system().fs.append(path, record, {.deadline_ns = 60'000'000'000}));
}

// What a log without protection does: where the end was, it may no longer be.
bool append_without_lock(const std::string& path, const std::string& record) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT, 0666);
  const off_t end = ::lseek(fd, 0, SEEK_END);
  ::sched_yield();
  const bool done =
      ::pwrite(fd, record.data(), record.size(), end) == static_cast<ssize_t>(record.size());
  ::close(fd);
  return done;
}

// O_APPEND alone, the record in two writes: nothing is lost, but lines are torn.
bool append_in_two_writes(const std::string& path, const std::string& record) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  const std::size_t half = record.size() / 2;
  bool done = ::write(fd, record.data(), half) == static_cast<ssize_t>(half);
  ::sched_yield();
  done = ::write(fd, record.data() + half, record.size() - half) ==
             static_cast<ssize_t>(record.size() - half) &&
         done;
  ::close(fd);
  return done;
}

struct Damage {
  int lost = 0;       // lines of a record that was appended and is not there whole
  int strange = 0;    // lines that nobody wrote
  int unordered = 0;  // a process's records out of its order
  int all() const { return lost + strange + unordered; }
};

// Compares the file with what `writers` processes appended. Killed ones (`records` unknown) may
// have stopped anywhere.
Damage damage_in(const std::string& path, const std::vector<int>& records_of_writer) {
  Damage out;
  std::map<int, int> next_record;
  std::map<int, int> next_line;
  const std::string text = log_content(path);
  for (std::string_view line : text::split(text, '\n')) {
    if (line.empty()) continue;
    const auto words = text::words(line);
    int numbers[3] = {-1, -1, -1};  // writer, record, line
    for (std::size_t i = 0; i < std::min(words.size(), std::size_t{3}); ++i)
      if (const auto number = text::parse_unsigned(words[i]); number && *number < 1'000'000)
        numbers[i] = static_cast<int>(*number);
    const auto [writer, record, number] = numbers;
    if (writer < 0 || record < 0 || number < 0 || line != line_of(writer, record, number)) {
      ++out.strange;
      continue;
    }
    // Lines of a record follow each other, and records of a writer too.
    if (record != next_record[writer] || number != next_line[writer]) ++out.unordered;
    next_record[writer] = number + 1 == lines_a_record ? record + 1 : record;
    next_line[writer] = (number + 1) % lines_a_record;
  }
  for (std::size_t writer = 0; writer < records_of_writer.size(); ++writer)
    out.lost += std::max(0, records_of_writer[writer] - next_record[static_cast<int>(writer)]);
  return out;
}

Damage damage_of(int writers, int records, const Append& append) {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  std::vector<pid_t> children;
  for (int writer = 0; writer < writers; ++writer)
    children.push_back(start([&] {
      for (int record = 0; record < records; ++record)
        if (!append(path, record_of(writer, record))) return 1;
      return 0;
    }));
  for (pid_t child : children) CHECK(succeeds(child));
  return damage_in(path, std::vector<int>(static_cast<std::size_t>(writers), records));
}

// A process that holds the appender's lock on a file until it is told to let go.
class Holder {
 public:
  explicit Holder(const std::string& path, const std::function<void()>& at_the_end = {}) {
    int held[2];
    int release[2];
    REQUIRE(::pipe(held) == 0);
    REQUIRE(::pipe(release) == 0);
    child_ = start([&] {
      ::close(held[0]);
      ::close(release[1]);
      const auto done =
          native_system().fs.with_append_lock(path, 60'000'000'000, [&]() -> Result<void> {
            char byte = 'h';
            (void)!::write(held[1], &byte, 1);
            (void)!::read(release[0], &byte, 1);
            if (at_the_end) at_the_end();
            return {};
          });
      return done ? 0 : 1;
    });
    ::close(held[1]);
    ::close(release[0]);
    release_ = release[1];
    char byte = 0;
    CHECK(::read(held[0], &byte, 1) == 1);
    ::close(held[0]);
  }
  ~Holder() { let_go(); }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  void let_go() {
    if (child_ == 0) return;
    CHECK(::write(release_, "r", 1) == 1);
    CHECK(succeeds(child_));
    ::close(release_);
    child_ = 0;
  }
  void die() {
    ::kill(child_, SIGKILL);
    status_of(child_);
    ::close(release_);
    child_ = 0;
  }

 private:
  pid_t child_ = 0;
  int release_ = -1;
};

// append_record() by another process, as another run of deja.
bool append_as_another(const std::string& path, const std::string& record) {
  return succeeds(start([&] { return append_record(native_system(), path, record) ? 0 : 1; }));
}

}  // namespace

TEST_CASE("8 and 32 processes, one log: every line there, whole, in its process's order") {
  for (int writers : {8, 32}) {
    CAPTURE(writers);
    const Damage damage = damage_of(writers, 60, append_with_lock);
    CHECK(damage.lost == 0);
    CHECK(damage.strange == 0);
    CHECK(damage.unordered == 0);
  }
}

TEST_CASE("the same without the lock loses and tears: the test above can fail") {
  const auto some_damage = [](const Append& append) {
    for (int round = 0; round < 50; ++round)
      if (damage_of(8, 60, append).all() > 0) return true;
    return false;
  };
  CHECK(some_damage(append_without_lock));
  CHECK(some_damage(append_in_two_writes));
}

TEST_CASE("processes killed at any moment leave no lock behind and spoil no other's line") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  constexpr int writers = 32;
  constexpr int records = 60;
  std::vector<pid_t> children;
  for (int writer = 0; writer < writers; ++writer)
    children.push_back(start([&] {
      // Every fourth goes on until it is killed.
      for (int record = 0; writer % 4 == 0 || record < records; ++record)
        if (!append_with_lock(path, record_of(writer, record))) return 1;
      return 0;
    }));
  std::vector<int> expected(writers, records);
  for (int writer = 0; writer < writers; writer += 4) {
    sleep_ms(3);
    ::kill(children[static_cast<std::size_t>(writer)], SIGKILL);
    expected[static_cast<std::size_t>(writer)] = 0;
  }
  for (int writer = 0; writer < writers; ++writer) {
    const int status = status_of(children[static_cast<std::size_t>(writer)]);
    if (writer % 4 != 0) CHECK(status == 0);
  }
  const Damage damage = damage_in(path, expected);
  CHECK(damage.lost == 0);
  CHECK(damage.strange <=
        writers / 4);  // a killed one's last line may be torn, on a line of its own
  CHECK(damage.unordered == 0);
  CHECK(native_system().fs.append(path, "next\n", {.deadline_ns = 0}));
}

TEST_CASE("a holder that lets go in time is waited for") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  Holder holder(path);
  const pid_t waiter = start([&] { return append_with_lock(path, "waited\n") ? 0 : 1; });
  sleep_ms(200);
  CHECK(log_content(path).empty());
  holder.let_go();
  CHECK(succeeds(waiter));
  CHECK(log_content(path) == "waited\n");
}

TEST_CASE(
    "a holder that does not let go: the lines go to the fallback, and home with the next run") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  Holder holder(path);
  CHECK(append_as_another(path, "aside\n"));
  CHECK(log_content(path).empty());
  CHECK(native_system().fs.list(folder.path())->size() == 3);  // the log, the fallback, the list
  holder.let_go();
  CHECK(append_as_another(path, "next\n"));
  CHECK(log_content(path) == "next\naside\n");
  CHECK(native_system().fs.list(folder.path())->size() == 1);
}

TEST_CASE("32 processes and a holder that does not let go: all lines are found in the end") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  constexpr int writers = 32;
  Holder holder(path);
  std::vector<pid_t> children;
  for (int writer = 0; writer < writers; ++writer)
    children.push_back(start([&] {
      const bool done = append_record(native_system(), path, record_of(writer, 0)) &&
                        append_record(native_system(), path, record_of(writer, 1));
      return done ? 0 : 1;
    }));
  for (pid_t child : children) CHECK(succeeds(child));
  holder.let_go();
  // One run has half a second for this; on a busy machine it leaves some to the next.
  for (int run = 0; run < 20 && native_system().fs.list(folder.path())->size() > 1; ++run)
    CHECK(append_as_another(path, ""));
  const Damage damage = damage_in(path, std::vector<int>(writers, 2));
  CHECK(damage.all() == 0);
  CHECK(native_system().fs.list(folder.path())->size() == 1);
}

TEST_CASE(
    "processes killed while they put aside and fold: the survivors' lines are all in the log in "
    "the end") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  constexpr int writers = 32;
  constexpr int records = 4;
  Holder holder(path);
  std::vector<pid_t> children;
  for (int writer = 0; writer < writers; ++writer)
    children.push_back(start([&] {
      for (int record = 0; writer % 4 == 0 || record < records; ++record)
        if (!append_record(native_system(), path, record_of(writer, record))) return 1;
      return 0;
    }));
  sleep_ms(450);  // some have given up the log by now, some have not: both are to be met
  for (int writer = 0; writer < writers; writer += 4) {
    if (writer == writers / 2) holder.let_go();
    sleep_ms(5);
    ::kill(children[static_cast<std::size_t>(writer)], SIGKILL);
  }
  for (int writer = 0; writer < writers; ++writer) {
    const int status = status_of(children[static_cast<std::size_t>(writer)]);
    if (writer % 4 != 0) CHECK(status == 0);
  }
  for (int run = 0; run < 20 && native_system().fs.list(folder.path())->size() > 1; ++run)
    CHECK(append_as_another(path, ""));
  const auto left = native_system().fs.list(folder.path());
  for (const DirectoryItem& item : *left) CHECK(item.name == "log");
  const std::string log = log_content(path);
  const auto lines = text::split(log, '\n');
  const std::set<std::string_view> found(lines.begin(), lines.end());
  for (int writer = 0; writer < writers; ++writer)
    for (int record = 0; writer % 4 != 0 && record < records; ++record)
      for (int line = 0; line < lines_a_record; ++line)
        CHECK_MESSAGE(found.contains(line_of(writer, record, line)), writer);
}

TEST_CASE("a holder that is killed holds no longer") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  Holder holder(path);
  holder.die();
  CHECK(native_system().fs.append(path, "x\n", {.deadline_ns = 0}));
}

TEST_CASE("a log renamed while it is waited for: the line goes to the file that has the name") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  const std::string old = folder / "log.1";
  Holder holder(path, [&] { (void)native_system().fs.rename(path, old, Overwrite::no); });
  const pid_t waiter = start([&] { return append_with_lock(path, "new\n") ? 0 : 1; });
  sleep_ms(50);  // whether the waiter waits by now or not, the outcome must be the same
  holder.let_go();
  CHECK(succeeds(waiter));
  CHECK(log_content(path) == "new\n");
  CHECK(log_content(old).empty());
}

TEST_CASE("a full device is told at once") {
  const auto done = native_system().fs.append("/dev/full", "x\n");
  CHECK(done.error().cause == Cause::no_space);
  CHECK_FALSE(append_record(native_system(), "/dev/full", "x\n"));
  CHECK_FALSE(exists("/dev/full.fallbacks"));
}

TEST_CASE("a record that does not fit is taken back") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  REQUIRE(native_system().fs.append(path, "before\n"));
  CHECK(succeeds(start([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{12, 12};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return native_system().fs.append(path, "a line that is longer\n") ? 1 : 0;
  })));
  CHECK(log_content(path) == "before\n");
}

TEST_CASE("a pipe without a reader is an error, with one it gets the record") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK_FALSE(native_system().fs.append(path, "x\n"));
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  CHECK(native_system().fs.append(path, "line\n"));
  char got[16] = {};
  CHECK(::read(reader, got, sizeof got) == 5);
  // Nobody takes the bytes: the deadline ends the wait.
  CHECK(native_system()
            .fs.append(path, std::string(1 << 20, 'x'), {.deadline_ns = 20'000'000})
            .error()
            .cause == Cause::busy);
  ::close(reader);
}

TEST_CASE("a log that may not be written: the lines go to the fallback") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  REQUIRE(native_system().fs.append(path, "root's\n"));
  ::chmod(path.c_str(), 0444);
  ::chmod(folder.path().c_str(), 0777);
  const int status = status_of(start([&] {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 77;
    if (native_system().fs.append(path, "mine\n").error().cause != Cause::denied) return 1;
    if (!append_record(native_system(), path, "mine\n")) return 2;
    return log_content(path + "." + std::to_string(::getpid())) == "mine\n" ? 0 : 3;
  }));
  if (WEXITSTATUS(status) == 77) {
    MESSAGE("not run: no other user can be had");
  } else {
    CHECK(status == 0);
    CHECK(log_content(path) == "root's\n");
  }
}

TEST_CASE("a log that may be written but not read is appended to") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  ::chmod(folder.path().c_str(), 0777);
  const int status = status_of(start([&] {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 77;
    ::close(::open(path.c_str(), O_CREAT | O_WRONLY, 0200));
    return native_system().fs.append(path, "line\n") ? 0 : 1;
  }));
  if (WEXITSTATUS(status) != 77) CHECK(status == 0);
}

TEST_CASE("a link leads to the log") {
  const TemporaryFolder folder;
  REQUIRE(::symlink((folder / "real").c_str(), (folder / "log").c_str()) == 0);
  CHECK(native_system().fs.append(folder / "log", "x\n"));
  CHECK(log_content(folder / "real") == "x\n");
}

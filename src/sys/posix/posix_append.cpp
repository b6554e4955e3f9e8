// The appender: many processes, one file, no line lost or torn, never a wait beyond the deadline.
// See docs/concurrency.md.
#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>

#include "sys/posix/posix_call.h"
#include "sys/posix/posix_fs.h"

namespace deja::posix {

namespace {

// Far past any data, so that a lock never stands in the way of other programs' reads, writes or own
// locks.
constexpr off_t lock_offset = off_t{1} << 62;

constexpr std::int64_t first_pause_ns = 50'000;
constexpr std::int64_t longest_pause_ns = 2'000'000;

std::int64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// A file opened for appending; closing it also gives up its lock.
struct Target {
  Fd file;
  struct stat found {};
  bool readable = true;
  int lock_failure = 0;  // errno where the file system has no locks
};

Error busy(const std::string& path) {
  return {"lock", path, "held by another process for too long", Cause::busy};
}

Result<Target> open_target(const std::string& path) {
  // O_NONBLOCK: a named pipe that nobody reads must not hold the compile.
  constexpr int flags = O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;
  Target target;
  target.file = open_fd(path, O_RDWR | flags, 0666);
  if (!target.file && errno == EACCES) {
    target.readable = false;
    target.file = open_fd(path, O_WRONLY | flags, 0666);
  }
  if (!target.file) return os_error("open", path, errno);
  if (::fstat(target.file.get(), &target.found) != 0) return os_error("stat", path, errno);
  if (S_ISFIFO(target.found.st_mode)) {
    // Opened for reading too, a pipe always seems to have a reader: ask again, to be told (ENXIO)
    // when there is none.
    target.readable = false;
    target.file = open_fd(path, O_WRONLY | flags, 0666);
    if (!target.file) return os_error("open", path, errno);
  }
  return target;
}

// 0, or errno; EAGAIN when another process holds it.
int try_lock(int fd) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = lock_offset;
  lock.l_len = 1;
  if (::fcntl(fd, F_OFD_SETLK, &lock) == 0) return 0;
  return errno == EACCES ? EAGAIN : errno;
}

// Sleeps a growing, uneven time (so that waiters do not march in step); false when the deadline has
// passed.
bool pause_before(std::int64_t deadline, int attempt) {
  const std::int64_t now = monotonic_ns();
  if (now >= deadline) return false;
  const std::int64_t step = std::min(longest_pause_ns, first_pause_ns << std::min(attempt, 6));
  const std::int64_t uneven = step / 2 + (now / 64 + ::getpid()) % step;
  const std::int64_t wait = std::min(uneven, deadline - now);
  const timespec time{0, static_cast<decltype(timespec::tv_nsec)>(wait)};
  ::nanosleep(&time, nullptr);
  return true;
}

// True when the name still leads to the file that is open.
bool still_named(const std::string& path, const Target& target) {
  struct stat named;
  return target.found.st_nlink > 0 && ::stat(path.c_str(), &named) == 0 &&
         named.st_dev == target.found.st_dev && named.st_ino == target.found.st_ino;
}

// Opens `path` and takes the lock. From here on `found` is what the file is while the lock is held.
Result<Target> open_locked(const std::string& path, std::int64_t deadline, bool follow_rename) {
  for (int attempt = 0;; ++attempt) {
    auto target = open_target(path);
    if (!target) return target;
    while ((target->lock_failure = try_lock(target->file.get())) == EAGAIN)
      if (!pause_before(deadline, attempt++)) return busy(path);
    if (::fstat(target->file.get(), &target->found) != 0) return os_error("stat", path, errno);
    if (!follow_rename || still_named(path, *target)) return target;
    if (!pause_before(deadline, 0)) return busy(path);
  }
}

// Writes to a pipe that has a slow reader: waits for room until the deadline. 0 or errno; `written`
// counts the bytes that went in.
int write_until(int fd, std::string_view bytes, std::int64_t deadline, std::size_t& written) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
      written += static_cast<std::size_t>(put);
    } else if (errno == EAGAIN) {
      const std::int64_t left = deadline - monotonic_ns();
      if (left <= 0) return EAGAIN;
      pollfd room{fd, POLLOUT, 0};
      ::poll(&room, 1, static_cast<int>(left / 1'000'000) + 1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

// Takes back a part of a record (the disk became full), unless a program that knows no lock has
// written after it.
void take_back(const Target& target, std::size_t written) {
  struct stat now;
  const off_t whole = target.found.st_size;
  if (written == 0 || ::fstat(target.file.get(), &now) != 0 ||
      now.st_size != whole + static_cast<off_t>(written))
    return;
  if (::ftruncate(target.file.get(), whole) != 0) return;  // then the next writer begins a new line
}

bool ends_with_newline(const Target& target) {
  char last = '\n';
  if (!S_ISREG(target.found.st_mode) || target.found.st_size == 0 || !target.readable) return true;
  if (retried([&] { return ::pread(target.file.get(), &last, 1, target.found.st_size - 1); }) != 1)
    return true;
  return last == '\n';
}

// A reader of a pipe may leave at any time, and a log must not end the compile.
class WithoutSigpipe {
 public:
  WithoutSigpipe() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~WithoutSigpipe() { std::signal(SIGPIPE, before_); }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  void (*before_)(int);
};

}  // namespace

Result<void> PosixFs::append(const std::string& path, std::string_view record,
                             const AppendOptions& options) {
  const std::int64_t deadline = monotonic_ns() + options.deadline_ns;
  const auto target = open_locked(path, deadline, options.follow_rename);
  if (!target) return target.error();
  // Without locks in the file system O_APPEND alone must do: it keeps single writes apart on local
  // ones.
  std::string repaired;
  if (options.text && !ends_with_newline(*target)) {
    repaired.reserve(record.size() + 1);
    repaired.append("\n").append(record);
    record = repaired;
  }
  std::size_t written = 0;
  int failure = 0;
  if (S_ISREG(target->found.st_mode)) {
    failure = write_until(target->file.get(), record, deadline, written);
  } else {
    const WithoutSigpipe quiet;
    failure = write_until(target->file.get(), record, deadline, written);
  }
  if (failure == 0) return {};
  if (S_ISREG(target->found.st_mode)) take_back(*target, written);
  return os_error("write", path, failure);
}

Result<void> PosixFs::with_append_lock(const std::string& path, std::int64_t deadline_ns,
                                       const std::function<Result<void>()>& work) {
  const auto target = open_locked(path, monotonic_ns() + deadline_ns, true);
  if (!target) return target.error();
  if (target->lock_failure != 0) return os_error("lock", path, target->lock_failure);
  return work();
}

}  // namespace deja::posix

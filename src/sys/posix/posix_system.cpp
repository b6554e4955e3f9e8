// Clock, environment, terminal and account; and the one System of the process.
#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <syslog.h>

#include <array>
#include <cstdlib>
#include <ctime>

#include "base/text.h"
#include "sys/posix/posix_call.h"
#include "sys/posix/posix_channel.h"
#include "sys/posix/posix_fs.h"
#include "sys/posix/posix_process.h"
#include "sys/system.h"

extern char** environ;

namespace deja {

namespace posix {
namespace {

std::int64_t read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

class PosixClock final : public Clock {
 public:
  std::int64_t now_ns() override { return read_clock(CLOCK_REALTIME); }
  // The kernel stamps files with the time of its last tick.
  std::int64_t file_now_ns() override { return read_clock(CLOCK_REALTIME_COARSE); }
  std::int64_t monotonic_ns() override { return read_clock(CLOCK_MONOTONIC); }
  LocalTime local(std::int64_t since_1970_ns) override {
    const std::time_t seconds = since_1970_ns / 1'000'000'000;
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    return {parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
            parts.tm_hour,        parts.tm_min,     parts.tm_sec};
  }
};

class PosixEnv final : public Env {
 public:
  std::optional<std::string> get(const std::string& name) override {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  }
  std::vector<std::string> all() override {
    std::vector<std::string> out;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
      out.emplace_back(*variable);
    return out;
  }
};

// The home in passwd(5) lines "name:password:uid:gid:comment:home:shell". Read by hand: getpwuid
// loads plug-ins, which a static program cannot.
std::optional<std::string> home_in(std::string_view passwd, std::uint32_t user) {
  for (std::string_view line : text::split(passwd, '\n')) {
    const auto fields = text::split(line, ':');
    if (fields.size() >= 6 && text::parse_unsigned(fields[2]) == user && !fields[5].empty())
      return std::string(fields[5]);
  }
  return std::nullopt;
}

class PosixConsole final : public Console {
 public:
  bool out_is_terminal() override { return ::isatty(STDOUT_FILENO) == 1; }
  bool err_is_terminal() override { return ::isatty(STDERR_FILENO) == 1; }
  bool output_is_closed() override { return output_was_closed(); }
  Result<std::string> read_in() override {
    std::string out;
    std::array<char, 64 * 1024> buffer;
    for (;;) {
      const ssize_t got =
          retried([&] { return ::read(STDIN_FILENO, buffer.data(), buffer.size()); });
      if (got < 0) return os_error("read", "standard input", errno);
      if (got == 0) return out;
      out.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }
  int columns() override {
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  }
  void write_out(std::string_view bytes) override { write_all(STDOUT_FILENO, bytes); }
  void write_err(std::string_view bytes) override { write_all(STDERR_FILENO, bytes); }
  void write_syslog(std::string_view line) override {
    ::openlog("deja", LOG_PID, LOG_USER);
    ::syslog(LOG_INFO, "%.*s", static_cast<int>(line.size()), line.data());
  }
  std::uint32_t user() override { return ::geteuid(); }
  std::optional<std::string> home() override {
    if (const char* const home = std::getenv("HOME"); home != nullptr && *home != '\0') return home;
    std::string passwd;
    PosixFs fs;
    if (!fs.read("/etc/passwd", passwd, 16 << 20)) return std::nullopt;
    return home_in(passwd, user());
  }
  void set_umask(unsigned mask) override { ::umask(static_cast<mode_t>(mask)); }
  unsigned get_umask() override { return current_umask(); }
};

// Large buffers come from the heap and stay in it: fresh mappings would fault page by page every
// time. What every run needs of the heap is asked for at once.
void prepare_heap() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 1 << 20);
#ifdef MADV_POPULATE_WRITE  // Linux 5.14; an older kernel refuses, and nothing is lost
  constexpr std::size_t page = 4096;
  constexpr std::size_t needed = 48 * page;
  if (void* const room = std::malloc(needed + page)) {
    const auto first_page = (reinterpret_cast<std::uintptr_t>(room) + page - 1) / page * page;
    ::madvise(reinterpret_cast<void*>(first_page), needed, MADV_POPULATE_WRITE);
    std::free(room);
  }
#endif
#endif
}

}  // namespace
}  // namespace posix

System& native_system() {
  posix::prepare_for_files();
  posix::prepare_heap();
  static posix::PosixFs fs;
  static posix::PosixProcesses processes;
  static posix::PosixClock clock;
  static posix::PosixEnv env;
  static posix::PosixConsole console;
  static posix::PosixChannels channels;
  static System system{fs, processes, clock, env, console, channels};
  return system;
}

std::vector<std::string> native_arguments(int argc, char** argv) { return {argv, argv + argc}; }

}  // namespace deja

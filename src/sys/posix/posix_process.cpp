// Running programs: a cheap start, both pipes read at once, signals passed on.
#include "sys/posix/posix_process.h"

#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <climits>
#include <csignal>
#include <memory>
#include <span>

#include "sys/posix/posix_call.h"

extern char** environ;

namespace deja::posix {

namespace {

// What others send to end a program. Those that a program brings upon itself (SIGSEGV, SIGPIPE) end
// this one alone.
constexpr std::array passed_on = {SIGINT,  SIGTERM, SIGHUP,    SIGQUIT, SIGUSR1,
                                  SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU};

// The child that gets this process's signals; 0 while there is none. One child at a time.
std::atomic<pid_t> signal_child = 0;
// The last such signal since the child was started; 0 none.
std::atomic<int> signal_received = 0;

// The kernel's own signals (Ctrl-C, a lost terminal) have reached the child already: it is in the
// same process group.
void pass_on(int signal, siginfo_t* info, void*) {
  const int saved = errno;
  signal_received = signal;
  const pid_t child = signal_child.load();
  if (child > 0 && info->si_code <= 0) ::kill(child, signal);
  errno = saved;
}

// While it lives, this process outlives what others send to end it, and can wait for a child
// whatever its parent left it for SIGCHLD. The signals are blocked until the child is known.
class SignalsToChild {
 public:
  SignalsToChild() {
    signal_received = 0;
    sigset_t held;
    sigemptyset(&held);
    for (int signal : passed_on) sigaddset(&held, signal);
    ::pthread_sigmask(SIG_BLOCK, &held, &mask_);
    for (std::size_t i = 0; i < passed_on.size(); ++i) {
      ::sigaction(passed_on[i], nullptr, &before_[i]);
      if (before_[i].sa_handler == SIG_IGN) continue;
      struct sigaction handler {};
      handler.sa_sigaction = pass_on;
      handler.sa_flags = SA_SIGINFO | SA_RESTART;
      ::sigaction(passed_on[i], &handler, nullptr);
    }
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &plain, &child_before_);
  }
  ~SignalsToChild() {
    for (std::size_t i = 0; i < passed_on.size(); ++i)
      ::sigaction(passed_on[i], &before_[i], nullptr);
    ::sigaction(SIGCHLD, &child_before_, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  SignalsToChild(const SignalsToChild&) = delete;
  SignalsToChild& operator=(const SignalsToChild&) = delete;

  void child_is(pid_t child) {
    signal_child = child;
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  // To be called before the child's number is free for others.
  static void child_ended() { signal_child = 0; }
  static int received() { return signal_received; }
  const sigset_t& mask_before() const { return mask_; }

 private:
  sigset_t mask_;
  std::array<struct sigaction, passed_on.size()> before_;
  struct sigaction child_before_;
};

// What the caller gave this process, and what programs are to get again.
std::array<bool, 3> stream_was_closed{};
bool size_signal_was_ignored = false;

// argv or environment in the form that exec wants; points into what it was made from.
std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

// This process's environment with the command's changes.
std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> out;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('='));
    bool changed = false;
    for (const auto& [key, value] : command.environment) changed = changed || key == name;
    if (!changed) out.emplace_back(text);
  }
  for (const auto& [key, value] : command.environment)
    if (value) out.push_back(key + "=" + *value);
  return out;
}

// What a shell, make and execvp do with an executable text without "#!".
Command through_shell(const Command& command) {
  Command out{"/bin/sh", {"sh", command.program}, command.environment};
  for (std::size_t i = 1; i < command.argv.size(); ++i) out.argv.push_back(command.argv[i]);
  return out;
}

struct Pipe {
  Fd read_end;
  Fd write_end;
};

// Moves a descriptor out of 0..2: a caller may have closed those, and the child's are set up there.
bool move_up(Fd& fd) {
  if (fd.get() > 2) return true;
  Fd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
  fd = std::move(moved);
  return static_cast<bool>(fd);
}

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return os_error("create", "pipe", errno);
  Pipe out{Fd(ends[0]), Fd(ends[1])};
  if (!move_up(out.read_end) || !move_up(out.write_end)) return os_error("create", "pipe", errno);
  return out;
}

// 0 or errno. vfork underneath: the cost does not grow with this process's memory, and exec's
// failure is told here.
int spawn(const Command& command, const Pipe& out, const Pipe& err, const sigset_t& mask,
          pid_t& child) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&files, out.write_end.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, err.write_end.get(), STDERR_FILENO);
  if (command.input == Command::Input::empty)
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  else if (stream_was_closed[STDIN_FILENO])
    ::posix_spawn_file_actions_addclose(&files, STDIN_FILENO);
  sigset_t by_default;
  sigemptyset(&by_default);
  if (!size_signal_was_ignored) sigaddset(&by_default, SIGXFSZ);
  ::posix_spawnattr_setsigmask(&attributes, &mask);
  ::posix_spawnattr_setsigdefault(&attributes, &by_default);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const std::vector<std::string> environment = environment_of(command);
  const int failure = ::posix_spawn(&child, command.program.c_str(), &files, &attributes,
                                    pointers(command.argv).data(), pointers(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return failure;
}

using Sink = std::function<void(std::string_view)>;

// Reads what is there; closes the pipe at its end, or on an error, which goes to `failure`. False
// when nothing was there.
bool drain(Fd& pipe, std::span<char> buffer, const Sink& sink, int& failure) {
  const ssize_t got = retried([&] { return ::read(pipe.get(), buffer.data(), buffer.size()); });
  if (got > 0) {
    sink(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    return true;
  }
  if (got < 0 && errno == EAGAIN) return false;
  if (got < 0) failure = errno;
  pipe.reset();
  return false;
}

// Reads both pipes until their ends, or until the child has ended and nothing is left in them: a
// program that the child leaves running in the background may hold them open for ever, and a bare
// compile would not wait for it. 0, or why not all was read.
int read_both(pid_t child, Fd& out, Fd& err, const Sink& on_out, const Sink& on_err) {
  // Not cleared: of a compiler that says nothing, no page of it becomes resident.
  constexpr std::size_t buffer_size = 64 * 1024;
  const auto room = std::make_unique_for_overwrite<char[]>(buffer_size);
  const std::span buffer(room.get(), buffer_size);
  int failure = 0;
  ::fcntl(out.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(err.get(), F_SETFL, O_NONBLOCK);
  const Fd ended(static_cast<int>(
      ::syscall(SYS_pidfd_open, child, 0)));  // none before Linux 5.3: then the pipes' ends decide
  while (out || err) {
    std::array<pollfd, 3> waits{
        {{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}, {ended.get(), POLLIN, 0}}};
    if (retried([&] { return ::poll(waits.data(), waits.size(), -1); }) < 0) failure = errno;
    if (failure != 0) break;
    if (waits[0].revents != 0) drain(out, buffer, on_out, failure);
    if (waits[1].revents != 0) drain(err, buffer, on_err, failure);
    if (waits[2].revents == 0) continue;
    // Looked at in order, a pipe may have been filled after it was seen empty and before the child
    // was seen to end.
    while (out && drain(out, buffer, on_out, failure)) continue;
    while (err && drain(err, buffer, on_err, failure)) continue;
    break;
  }
  // The child must not wait for a reader that has given up.
  out.reset();
  err.reset();
  return failure;
}

int wait_for(pid_t child) {
  siginfo_t info;
  // The number stays the child's until the second wait, so no signal can be passed on to a
  // stranger.
  retried([&] { return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT); });
  SignalsToChild::child_ended();
  int status = 0;
  retried([&] { return ::waitpid(child, &status, 0); });
  return status;
}

}  // namespace

bool output_was_closed() {
  return stream_was_closed[STDOUT_FILENO] || stream_was_closed[STDERR_FILENO];
}

void prepare_for_files() {
  for (int stream = 0; stream < 3; ++stream) {
    if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    stream_was_closed[static_cast<std::size_t>(stream)] = true;
    (void)::open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY);
  }
  size_signal_was_ignored = std::signal(SIGXFSZ, SIG_IGN) == SIG_IGN;
}

Result<Finished> PosixProcesses::run(const Command& command,
                                     const std::function<void(std::string_view)>& on_out) {
  auto out = make_pipe();
  auto err = make_pipe();
  if (!out) return out.error();
  if (!err) return err.error();
  Finished finished;
  SignalsToChild signals;
  pid_t child = 0;
  int failure = spawn(command, *out, *err, signals.mask_before(), child);
  if (failure == ENOEXEC)
    failure = spawn(through_shell(command), *out, *err, signals.mask_before(), child);
  if (failure != 0) return os_error("run", command.program, failure);
  signals.child_is(child);
  out->write_end.reset();
  err->write_end.reset();
  const Sink collect_out = [&](std::string_view bytes) { finished.out.append(bytes); };
  const Sink collect_err = [&](std::string_view bytes) { finished.err.append(bytes); };
  const int failure_to_read =
      read_both(child, out->read_end, err->read_end, on_out ? on_out : collect_out, collect_err);
  const int status = wait_for(child);
  if (failure_to_read != 0) return os_error("read the output of", command.program, failure_to_read);
  finished.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  finished.exit_code = WIFSIGNALED(status) ? 128 + finished.signal : WEXITSTATUS(status);
  finished.interrupted_by = SignalsToChild::received();
  return finished;
}

Result<int> PosixProcesses::become(const Command& command) {
  for (int stream = 0; stream < 3; ++stream)
    if (stream_was_closed[static_cast<std::size_t>(stream)]) ::close(stream);
  if (!size_signal_was_ignored) std::signal(SIGXFSZ, SIG_DFL);
  const std::vector<std::string> environment = environment_of(command);
  ::execve(command.program.c_str(), pointers(command.argv).data(), pointers(environment).data());
  const int failure = errno;
  if (failure == ENOEXEC) {
    const Command shell = through_shell(command);
    ::execve(shell.program.c_str(), pointers(shell.argv).data(), pointers(environment).data());
  }
  return os_error("run", command.program, failure);
}

void PosixProcesses::die_of(int signal) {
  // The compiler's core, if any, is the one of interest.
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  std::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::raise(signal);
  ::_exit(128 + signal);
}

std::uint32_t PosixProcesses::id() { return static_cast<std::uint32_t>(::getpid()); }

bool PosixProcesses::is_alive(std::uint32_t process) {
  if (process == 0 || process > INT_MAX) return true;
  return ::kill(static_cast<pid_t>(process), 0) == 0 || errno != ESRCH;
}

Result<std::string> PosixProcesses::own_path() {
  std::string out(4096, '\0');
  const ssize_t size = ::readlink("/proc/self/exe", out.data(), out.size());
  if (size < 0) return os_error("read", "/proc/self/exe", errno);
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace deja::posix

// Running programs: signals passed on, both pipes read at once.
#include "sys/posix/posix_child.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <atomic>
#include <memory>
#include <span>

extern char** environ;

namespace deja::posix {

namespace {

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
int read_both(Running& running, const Sink& on_out, const Sink& on_err, Watch* watch) {
  // Not cleared: of a compiler that says nothing, no page of it becomes resident.
  constexpr std::size_t buffer_size = 64 * 1024;
  const auto room = std::make_unique_for_overwrite<char[]>(buffer_size);
  const std::span buffer(room.get(), buffer_size);
  Fd& out = running.out;
  Fd& err = running.err;
  int failure = 0;
  ::fcntl(out.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(err.get(), F_SETFL, O_NONBLOCK);
  const Fd ended(pidfd_of(running.child));  // none: then the pipes' ends decide
  bool watching = watch != nullptr;
  while (out || err || watch != nullptr) {
    std::array<pollfd, 4> waits{{{out.get(), POLLIN, 0},
                                 {err.get(), POLLIN, 0},
                                 {ended.get(), POLLIN, 0},
                                 {watching ? watch->fd.get() : -1, POLLIN, 0}}};
    if (retried([&] { return ::poll(waits.data(), waits.size(), -1); }) < 0) failure = errno;
    if (failure != 0) break;
    if (waits[0].revents != 0) drain(out, buffer, on_out, failure);
    if (waits[1].revents != 0) drain(err, buffer, on_err, failure);
    const bool called = (waits[3].revents & POLLIN) != 0;
    if (called) watch->ready();
    // Its end is there some time before the child's, and would be seen again and again.
    if (!called && waits[3].revents != 0) watching = false;
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
  if (failure != 0 && watch != nullptr) watch->fd.reset();
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

SignalsToChild::SignalsToChild() {
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

SignalsToChild::~SignalsToChild() {
  for (std::size_t i = 0; i < passed_on.size(); ++i)
    ::sigaction(passed_on[i], &before_[i], nullptr);
  ::sigaction(SIGCHLD, &child_before_, nullptr);
  ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
}

void SignalsToChild::child_is(pid_t child) {
  signal_child = child;
  ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
}

void SignalsToChild::child_ended() { signal_child = 0; }
int SignalsToChild::received() { return signal_received; }

CallersStreams& callers_streams() {
  static constinit CallersStreams streams;
  return streams;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

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

Command through_shell(const Command& command) {
  Command out{"/bin/sh", {"sh", command.program}, command.environment, command.input};
  for (std::size_t i = 1; i < command.argv.size(); ++i) out.argv.push_back(command.argv[i]);
  return out;
}

Command UncachedError::in(Command command) const {
  if (fd) command.environment.emplace_back("UNCACHED_ERR_FD", std::to_string(fd.get()));
  return command;
}

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

int pidfd_of(pid_t process) { return static_cast<int>(::syscall(SYS_pidfd_open, process, 0)); }

Result<Finished> finish(Running running, const std::string& program, SignalsToChild& signals,
                        const Sink& on_out, Watch* watch) {
  Finished finished;
  const Sink collect_out = [&](std::string_view bytes) { finished.out.append(bytes); };
  const Sink collect_err = [&](std::string_view bytes) { finished.err.append(bytes); };
  signals.child_is(running.child);
  const int failure = read_both(running, on_out ? on_out : collect_out, collect_err, watch);
  const int status = wait_for(running.child);
  if (failure != 0) return os_error("read the output of", program, failure);
  finished.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  finished.exit_code = WIFSIGNALED(status) ? 128 + finished.signal : WEXITSTATUS(status);
  finished.interrupted_by = SignalsToChild::received();
  return finished;
}

}  // namespace deja::posix

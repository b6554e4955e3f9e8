// Running a program and noting which names it and all that it starts use. The kernel stops each
// such system call and tells this process (a seccomp listener), which reads the name and lets the
// call go on as it was.
#include "sys/posix/observed_calls.h"
#include "sys/posix/posix_process.h"

#ifndef DEJA_CAN_OBSERVE

namespace deja::posix {

bool PosixProcesses::can_observe() const { return false; }

Result<Observed> PosixProcesses::run_observed(const Command& command,
                                              const std::function<void(std::string_view)>& on_out,
                                              LinkReads links) {
  return Processes::run_observed(command, on_out, links);
}

}  // namespace deja::posix

#else

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <chrono>
#include <climits>
#include <optional>
#include <unordered_set>

#include "base/path.h"
#include "sys/posix/posix_child.h"

namespace deja::posix {

namespace {

// --- starting under a filter --------------------------------------------------------------------

// What the kernel's headers may be too old to name.
constexpr unsigned long killable_wait = 1UL << 5;  // SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
constexpr unsigned number_of_close_range = 436;
constexpr unsigned long set_listener_flags = SECCOMP_IOW(4, std::uint64_t);
constexpr std::uint64_t same_processor = 1;  // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP

// What the child needs between its start and exec. It shares this process's memory meanwhile and
// must not allocate.
struct ObservedStart {
  const Command& command;
  char* const* argv;
  char* const* shell_argv;
  char* const* environment;
  const sock_fprog& filter;
  const sigset_t& mask;
  int out;
  int err;
  int socket;
};

int set_filter(unsigned long flags, const sock_fprog& filter) {
  return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter));
}

// The listener, or -1 and errno. SPEC_ALLOW: else older kernels slow the program down. With
// killable_wait no harmless signal interrupts a call that is being looked at. Set-user-ID programs
// are given up (no_new_privs) only where the kernel insists.
int install(const sock_fprog& filter) {
  unsigned long flags =
      SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW | killable_wait;
  int listener = set_filter(flags, filter);
  if (listener < 0 && errno == EINVAL) listener = set_filter(flags &= ~killable_wait, filter);
  if (listener < 0 && errno == EACCES && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    listener = set_filter(flags, filter);
  return listener;
}

// A message of the child: 0 and the listener, or errno.
union ControlRoom {
  cmsghdr header;
  char room[CMSG_SPACE(sizeof(int))];
};

bool send_message(int socket, int code, int listener) {
  ControlRoom control{};
  iovec text{&code, sizeof code};
  msghdr message{};
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  if (listener >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof listener);
    *reinterpret_cast<int*>(CMSG_DATA(&control.header)) = listener;
  }
  return retried([&] { return ::sendmsg(socket, &message, MSG_NOSIGNAL); }) ==
         static_cast<ssize_t>(sizeof code);
}

// False when there is no message, and will be none.
bool receive_message(int socket, int& code, Fd& listener) {
  ControlRoom control{};
  iovec text{&code, sizeof code};
  msghdr message{};
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof control;
  if (retried([&] { return ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC); }) !=
      static_cast<ssize_t>(sizeof code))
    return false;
  if (CMSG_FIRSTHDR(&message) != nullptr)
    listener = Fd(*reinterpret_cast<const int*>(CMSG_DATA(&control.header)));
  return true;
}

// Handlers of this process must not run in the child, which shares its memory.
void reset_handlers() {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) != 0) continue;
    if (now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN) continue;
    now = {};
    now.sa_handler = SIG_DFL;
    ::sigaction(signal, &now, nullptr);
  }
  if (!callers_streams().size_signal_was_ignored) std::signal(SIGXFSZ, SIG_DFL);
}

void execute_unobserved(const char* program, char* const* argv, char* const* environment) {
  ::syscall(SYS_execve, program, argv, environment, unobserved_start[0], unobserved_start[1]);
}

[[noreturn]] void become_observed(const ObservedStart& start) {
  reset_handlers();
  ::dup2(start.out, STDOUT_FILENO);
  ::dup2(start.err, STDERR_FILENO);
  if (start.command.input == Command::Input::empty) {
    ::close(STDIN_FILENO);
    (void)::open(path::null_device().data(), O_RDONLY);
  } else if (callers_streams().was_closed[STDIN_FILENO]) {
    ::close(STDIN_FILENO);
  }
  const int listener = install(start.filter);
  const int failure = listener < 0 ? errno : 0;
  if (!send_message(start.socket, failure, listener) || failure != 0) ::_exit(127);
  ::sigprocmask(SIG_SETMASK, &start.mask, nullptr);
  execute_unobserved(start.command.program.c_str(), start.argv, start.environment);
  if (errno == ENOEXEC) execute_unobserved("/bin/sh", start.shell_argv, start.environment);
  send_message(start.socket, errno, -1);
  ::_exit(127);
}

// As posix_spawn does it: this process stands still until the child has become the program, so
// nothing is copied; and no signal is handled meanwhile.
[[gnu::noinline]] pid_t fork_observed(const ObservedStart& start) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = ::vfork();
  if (child == 0) become_observed(start);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return child;
}

// The kernel's structures may be larger than those of the headers.
union CallRoom {
  char room[256];
  seccomp_notif notification;
};
union AnswerRoom {
  char room[256];
  seccomp_notif_resp response;
};

struct ObservedChild {
  Running running;
  Fd listener;
};

Error cannot_observe(const Command& command, int code) {
  return os_error("observe", command.program, code);
}

Result<ObservedChild> start_observed(const Command& command, LinkReads links,
                                     const sigset_t& mask) {
  auto out = make_pipe();
  if (!out) return out.error();
  auto err = make_pipe();
  if (!err) return err.error();
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return cannot_observe(command, errno);
  const Fd ours(ends[0]);
  Fd theirs(ends[1]);
  if (!move_up(theirs)) return cannot_observe(command, errno);
  std::vector<sock_filter> statements = observing_filter(links);
  const sock_fprog filter{static_cast<unsigned short>(statements.size()), statements.data()};
  const std::vector<std::string> environment = environment_of(command);
  const Command shell = through_shell(command);
  const auto words = pointers(command.argv);
  const auto shell_words = pointers(shell.argv);
  const auto variables = pointers(environment);
  const pid_t child =
      fork_observed({command, words.data(), shell_words.data(), variables.data(), filter, mask,
                     out->write_end.get(), err->write_end.get(), theirs.get()});
  if (child < 0) return cannot_observe(command, errno);
  theirs.reset();
  ObservedChild started;
  int code = EPROTO;
  Fd no_listener;
  // The second message is that of an exec that failed; after one that did not, there is none.
  const bool listens = receive_message(ours.get(), code, started.listener) && code == 0;
  if (!listens || !started.listener || receive_message(ours.get(), code, no_listener)) {
    retried([&] { return ::waitpid(child, nullptr, 0); });
    return cannot_observe(command, code);
  }
  started.running = {child, std::move(out->read_end), std::move(err->read_end)};
  return started;
}

// Why it is not even tried.
std::optional<Error> obstacle(const Command& command) {
  const Error missing{"observe", command.program, "the system lacks what it takes"};
  struct stat program {};
  if (::stat(command.program.c_str(), &program) != 0) return cannot_observe(command, errno);
  if ((program.st_mode & (S_ISUID | S_ISGID)) != 0)
    return Error{"observe", command.program, "it is a set-user-ID program"};
  // Linux 5.9, from which on a listener tells that all observed processes have ended.
  if (::syscall(number_of_close_range, UINT_MAX, UINT_MAX, 0) != 0) return missing;
  if (!Fd(pidfd_of(::getpid()))) return missing;
  seccomp_notif_sizes sizes{};
  if (::syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0)
    return cannot_observe(command, errno);
  if (sizes.seccomp_notif > sizeof(CallRoom) || sizes.seccomp_notif_resp > sizeof(AnswerRoom))
    return missing;
  // Processes must have the same numbers there.
  char self[16] = {};
  if (::readlink("/proc/self", self, sizeof self - 1) <= 0) return missing;
  if (self != std::to_string(::getpid())) return missing;
  return std::nullopt;
}

// --- answering ----------------------------------------------------------------------------------

bool receive_call(int listener, CallRoom& call) {
  call = {};
  return ::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0;
}

// Lets the call go on. False when nobody waits any more: a signal ended the process or the call.
bool answer_call(int listener, const CallRoom& call) {
  AnswerRoom answer{};
  answer.response.id = call.notification.id;
  answer.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  return ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0;
}

class Observer {
 public:
  Observer(const std::string& program, Fd listener) {
    see_program(::getpid(), program, seen_);
    note_seen();
    watch_.fd = std::move(listener);
    // Linux 6.6: who waits and who answers take turns on one processor, with nothing to hand over.
    (void)::ioctl(watch_.fd.get(), set_listener_flags, same_processor);
    watch_.ready = [this] { look_at_call(); };
  }
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  Watch& watch() { return watch_; }
  // False when something goes on in the background.
  bool all_have_ended();
  Observed result(Finished finished);

 private:
  void look_at_call();
  void note_seen();
  void note(NameUse use);

  Watch watch_;
  Seen seen_;
  std::unordered_set<std::string> known_;
  Observed observed_;
};

// That somebody waited for the answer shows that the process stood still since the call was
// received: what was read was its own.
void Observer::look_at_call() {
  CallRoom call;
  if (!receive_call(watch_.fd.get(), call)) return;
  ++observed_.calls;
  read_call(call.notification, seen_);
  if (!answer_call(watch_.fd.get(), call)) return;
  note_seen();
}

void Observer::note_seen() {
  if (observed_.incomplete.empty()) observed_.incomplete = seen_.incomplete;
  for (NameUse& use : seen_.uses) note(std::move(use));
}

void Observer::note(NameUse use) {
  constexpr std::size_t most = 100'000;
  std::string key(1, static_cast<char>(use.kind));
  key.append(use.name).append(1, '\0').append(use.to);
  if (known_.size() >= most)
    observed_.incomplete = "more names are used than can be kept";
  else if (known_.insert(std::move(key)).second)
    observed_.uses.push_back(std::move(use));
}

bool Observer::all_have_ended() {
  using std::chrono::steady_clock;
  // For processes that are just about to end.
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(50);
  while (watch_.fd) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd wait{watch_.fd.get(), POLLIN, 0};
    ::poll(&wait, 1, static_cast<int>(left));
    if ((wait.revents & POLLIN) != 0)
      look_at_call();
    else if ((wait.revents & POLLHUP) != 0)
      break;
  }
  return true;
}

Observed Observer::result(Finished finished) {
  observed_.finished = std::move(finished);
  return std::move(observed_);
}

// The keeper: it holds nothing of the caller's open, and no signal but SIGKILL ends it.
[[noreturn]] void keep_answering(int listener) {
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::setsid();
  (void)!::chdir("/");
  ::prctl(PR_SET_NAME, "deja-observer");
  ::dup2(listener, 0);
  ::syscall(number_of_close_range, 1, UINT_MAX, 0);
  while (true) {
    pollfd wait{0, POLLIN, 0};
    if (retried([&] { return ::poll(&wait, 1, -1); }) < 0) ::_exit(1);
    CallRoom call;
    if ((wait.revents & POLLIN) == 0) ::_exit(0);  // all have ended
    if (receive_call(0, call)) answer_call(0, call);
  }
}

// Without a listener every observed call of what goes on would fail. Not a child of this process,
// which may become another program and would not know it.
void leave_keeper(int listener) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::fork() == 0) keep_answering(listener);
    ::_exit(0);
  }
  if (child > 0) retried([&] { return ::waitpid(child, nullptr, 0); });
}

Result<Observed> observe(const Command& command, ObservedChild child, SignalsToChild& signals,
                         const Sink& on_out) {
  Observer observer(command.program, std::move(child.listener));
  auto finished =
      finish(std::move(child.running), command.program, signals, on_out, &observer.watch());
  const bool all_ended = observer.all_have_ended();
  if (!all_ended) leave_keeper(observer.watch().fd.get());
  if (!finished) return finished.error();
  Observed observed = observer.result(std::move(*finished));
  if (!all_ended && observed.incomplete.empty())
    observed.incomplete = "a program goes on in the background";
  return observed;
}

}  // namespace

bool PosixProcesses::can_observe() const { return true; }

Result<Observed> PosixProcesses::run_observed(const Command& command,
                                              const std::function<void(std::string_view)>& on_out,
                                              LinkReads links) {
  std::optional<Error> why = obstacle(command);
  if (!why) {
    SignalsToChild signals;
    UncachedError uncached;
    auto child = start_observed(uncached.in(command), links, signals.mask_before());
    uncached.fd.reset();
    if (child) return observe(command, std::move(*child), signals, on_out);
    why = child.error();
  }
  auto finished = run(command, on_out);
  if (!finished) return finished.error();
  return Observed{std::move(*finished), {}, why->text()};
}

}  // namespace deja::posix

#endif

// A program that runs: what run and run_observed share. The words and variables it gets, the
// signals that are passed on to it, and the loop that reads what it writes.
#pragma once

#include <array>
#include <csignal>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sys/posix/posix_call.h"
#include "sys/process.h"

namespace deja::posix {

// What others send to end a program. Those that a program brings upon itself (SIGSEGV, SIGPIPE) end
// this one alone.
inline constexpr std::array passed_on = {SIGINT,  SIGTERM, SIGHUP,    SIGQUIT, SIGUSR1,
                                         SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU};

// While it lives, this process outlives what others send to end it, and can wait for a child
// whatever its parent left it for SIGCHLD. The signals are blocked until the child is known.
class SignalsToChild {
 public:
  SignalsToChild();
  ~SignalsToChild();
  SignalsToChild(const SignalsToChild&) = delete;
  SignalsToChild& operator=(const SignalsToChild&) = delete;

  void child_is(pid_t child);
  // To be called before the child's number is free for others.
  static void child_ended();
  static int received();
  const sigset_t& mask_before() const { return mask_; }

 private:
  sigset_t mask_;
  std::array<struct sigaction, passed_on.size()> before_;
  struct sigaction child_before_;
};

// What the caller gave this process (prepare_for_files), and what programs are to get again.
struct CallersStreams {
  std::array<bool, 3> was_closed{};
  bool size_signal_was_ignored = false;
};
CallersStreams& callers_streams();

// argv or environment in the form that exec wants; points into what it was made from.
std::vector<char*> pointers(const std::vector<std::string>& words);
// This process's environment with the command's changes.
std::vector<std::string> environment_of(const Command& command);
// What a shell, make and execvp do with an executable text without "#!".
Command through_shell(const Command& command);

// A standard error that no pipe replaces, for a child that is to inherit it: what a wrapper or a
// compiler writes to the descriptor that UNCACHED_ERR_FD names is shown at once, and never kept.
// To be closed when the child has been started.
struct UncachedError {
  Fd fd{::fcntl(STDERR_FILENO, F_DUPFD, 3)};
  // `command` with its number in the environment.
  Command in(Command command) const;
};

struct Pipe {
  Fd read_end;
  Fd write_end;
};
// Neither end has a number from 0 to 2, where the child's streams are set up.
Result<Pipe> make_pipe();
// Moves a descriptor out of 0..2: a caller may have closed those.
bool move_up(Fd& fd);

// Readable when the process has ended; -1 before Linux 5.3 and elsewhere.
int pidfd_of(pid_t process);

using Sink = std::function<void(std::string_view)>;

// A child that has been started, and the ends of its outputs that this process holds.
struct Running {
  pid_t child = 0;
  Fd out;
  Fd err;
};

// One more descriptor to wait for while a child runs, and what to do when something is there. The
// child may depend on it, so it is served until the child has ended, which pidfd_of must be able to
// tell.
struct Watch {
  Fd fd;
  std::function<void()> ready;
};

// Reads the outputs of a child and waits for its end. The signals are those that it was started
// under. Where it fails, the watched descriptor is closed.
Result<Finished> finish(Running running, const std::string& program, SignalsToChild& signals,
                        const Sink& on_out, Watch* watch = nullptr);

}  // namespace deja::posix

// Running programs: a cheap start, becoming one, ending as one did.
#include "sys/posix/posix_process.h"

#include <spawn.h>
#include <sys/resource.h>

#include <climits>
#include <csignal>

#include "base/path.h"
#include "sys/posix/posix_child.h"

namespace deja::posix {

namespace {

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
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, path::null_device().data(), O_RDONLY,
                                       0);
  else if (callers_streams().was_closed[STDIN_FILENO])
    ::posix_spawn_file_actions_addclose(&files, STDIN_FILENO);
  sigset_t by_default;
  sigemptyset(&by_default);
  if (!callers_streams().size_signal_was_ignored) sigaddset(&by_default, SIGXFSZ);
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

}  // namespace

bool output_was_closed() {
  return callers_streams().was_closed[STDOUT_FILENO] || callers_streams().was_closed[STDERR_FILENO];
}

void prepare_for_files() {
  for (int stream = 0; stream < 3; ++stream) {
    if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    callers_streams().was_closed[static_cast<std::size_t>(stream)] = true;
    (void)::open(path::null_device().data(), stream == STDIN_FILENO ? O_RDONLY : O_WRONLY);
  }
  callers_streams().size_signal_was_ignored = std::signal(SIGXFSZ, SIG_IGN) == SIG_IGN;
}

Result<Finished> PosixProcesses::run(const Command& command,
                                     const std::function<void(std::string_view)>& on_out) {
  auto out = make_pipe();
  auto err = make_pipe();
  if (!out) return out.error();
  if (!err) return err.error();
  SignalsToChild signals;
  pid_t child = 0;
  UncachedError uncached;
  const Command whole = uncached.in(command);
  int failure = spawn(whole, *out, *err, signals.mask_before(), child);
  if (failure == ENOEXEC)
    failure = spawn(through_shell(whole), *out, *err, signals.mask_before(), child);
  if (failure != 0) return os_error("run", command.program, failure);
  uncached.fd.reset();
  out->write_end.reset();
  err->write_end.reset();
  Running running{child, std::move(out->read_end), std::move(err->read_end)};
  return finish(std::move(running), command.program, signals, on_out);
}

Result<int> PosixProcesses::become(const Command& command) {
  for (int stream = 0; stream < 3; ++stream)
    if (callers_streams().was_closed[static_cast<std::size_t>(stream)]) ::close(stream);
  if (!callers_streams().size_signal_was_ignored) std::signal(SIGXFSZ, SIG_DFL);
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

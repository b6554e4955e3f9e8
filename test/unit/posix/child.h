// What tests of running programs share: the real processes, shells, children of the test's own.
#pragma once

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>

#include "fake/temporary_folder.h"
#include "sys/system.h"

namespace deja {

inline Processes& processes() { return native_system().processes; }

inline Command shell(const std::string& script) { return {"/bin/sh", {"sh", "-c", script}, {}}; }

// How a child ends that does `work` and exits with what that returns, as waitpid() tells it.
inline int status_in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

inline void wait_for_file(const std::string& path) {
  while (!native_system().fs.stat(path)) ::poll(nullptr, 0, 5);
}

// How a child ends that runs a shell which waits for signals, and gets one meanwhile. `run` runs
// the command there, and returns what the child exits with. The child is in a group of its own as
// far as signals go: only what is passed on reaches the shell, which then exits with 5.
inline int status_when_signalled(int signal, const std::function<int(const Command&)>& run) {
  const TemporaryFolder folder;
  const std::string ready = folder / "ready";
  const pid_t runner = ::fork();
  if (runner == 0) {
    std::signal(signal, SIG_DFL);  // who started the tests may have them ignored, as nohup does
    ::_exit(run(shell("trap 'kill $!; exit 5' TERM INT HUP; sleep 60 >/dev/null 2>&1 & echo > " +
                      ready + "; wait; wait")));
  }
  wait_for_file(ready);
  ::kill(runner, signal);
  int status = 0;
  ::waitpid(runner, &status, 0);
  return status;
}

}  // namespace deja

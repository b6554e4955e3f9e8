// Starting a program that outlives this one and holds nothing of the build.
#include <dirent.h>
#include <spawn.h>

#include <charconv>
#include <csignal>
#include <memory>
#include <vector>

#include "base/path.h"
#include "sys/posix/posix_channel.h"
#include "sys/posix/posix_child.h"
#include "sys/posix/posix_process.h"

namespace deja::posix {

namespace {

constexpr int handed_over = 3;  // the child's number of what it gets
constexpr int out_of_the_way = 10;

// What this process was given by its caller: a build's jobserver, pipes that somebody reads to
// their end. deja's own close themselves.
std::vector<int> inherited_descriptors() {
  std::vector<int> out;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), ::closedir);
  if (!directory) return out;
  while (const dirent* const item = ::readdir(directory.get())) {
    int fd = -1;
    const std::string_view name = item->d_name;
    const auto end = std::from_chars(name.data(), name.data() + name.size(), fd);
    const bool inherited = end.ec == std::errc() && fd > STDERR_FILENO &&
                           fd != ::dirfd(directory.get()) &&
                           (::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0;
    if (inherited) out.push_back(fd);
  }
  return out;
}

// 0 or errno.
int spawn_detached(const Command& command, int listening) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::posix_spawn_file_actions_addopen(&files, stream, path::null_device().data(), O_RDWR, 0);
  for (const int fd : inherited_descriptors()) ::posix_spawn_file_actions_addclose(&files, fd);
  if (listening >= 0) ::posix_spawn_file_actions_adddup2(&files, listening, handed_over);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  const std::vector<std::string> environment = environment_of(command);
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, command.program.c_str(), &files, &attributes,
                                    pointers(command.argv).data(), pointers(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return failure;
}

}  // namespace

Result<void> PosixProcesses::start_detached(const Command& command, const std::string& listen_at) {
  Fd listening;
  if (!listen_at.empty()) {
    auto socket = listen_at_path(listen_at);
    if (!socket) return socket.error();
    listening = Fd(::fcntl(socket->get(), F_DUPFD_CLOEXEC, out_of_the_way));
    if (!listening) return os_error("hand over", listen_at, errno);
  }
  const int failure = spawn_detached(command, listening.get());
  if (failure == 0) return {};
  if (!listen_at.empty()) (void)::unlink(listen_at.c_str());
  return os_error("run", command.program, failure);
}

}  // namespace deja::posix

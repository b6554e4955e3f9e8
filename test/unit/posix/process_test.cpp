// Running programs: what comes back, what reaches them, and what must not hang.
#include "sys/process.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>

#include "base/text.h"
#include "fake/temporary_folder.h"
#include "unit/posix/child.h"

using namespace deja;

namespace {

void write_executable(const std::string& path, std::string_view text) {
  REQUIRE(native_system().fs.write_output(path, text));
  REQUIRE(::chmod(path.c_str(), 0755) == 0);
}

}  // namespace

TEST_CASE("run gives exit code, standard output and standard error") {
  const auto done = processes().run(shell("echo out; echo err >&2; exit 7"));
  REQUIRE(done);
  CHECK(done->exit_code == 7);
  CHECK(done->signal == 0);
  CHECK(done->interrupted_by == 0);
  CHECK(done->out == "out\n");
  CHECK(done->err == "err\n");
}

TEST_CASE("run tells a signal") {
  const auto done = processes().run(shell("kill -SEGV $$"));
  CHECK(done->signal == SIGSEGV);
  CHECK(done->exit_code == 128 + SIGSEGV);
}

TEST_CASE("both outputs may be larger than a pipe holds, in any order") {
  const auto done = processes().run(shell(
      "head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"));
  CHECK(done->out.size() == 1'000'000);
  CHECK(done->err.size() == 2'000'000);
}

TEST_CASE("output is streamed where that is asked for") {
  std::string streamed;
  int pieces = 0;
  const auto done =
      processes().run(shell("head -c 300000 /dev/zero; echo err >&2"), [&](std::string_view piece) {
        streamed += piece;
        ++pieces;
      });
  CHECK(streamed.size() == 300'000);
  CHECK(pieces > 1);
  CHECK(done->out.empty());
  CHECK(done->err == "err\n");
}

TEST_CASE("a program that cannot be started is an error that names it") {
  const auto none = processes().run({"/nonexistent/cc", {"cc"}, {}});
  CHECK(none.error().cause == Cause::not_found);
  CHECK(none.error().text() == "run '/nonexistent/cc': No such file or directory");
  CHECK_FALSE(processes().run({"/", {"cc"}, {}}));
}

TEST_CASE("a script without #! is run by the shell, as make and shells do") {
  const TemporaryFolder folder;
  write_executable(folder / "cc", "echo \"$0 $1\"; exit 3\n");
  const auto done = processes().run({folder / "cc", {"cc", "a b"}, {}});
  REQUIRE(done);
  CHECK(done->exit_code == 3);
  CHECK(done->out == folder / "cc" + " a b\n");
}

TEST_CASE("variables are set and removed for the child only") {
  ::setenv("DEJA_TEST_KEPT", "kept", 1);
  ::setenv("DEJA_TEST_CHANGED", "old", 1);
  ::setenv("DEJA_TEST_REMOVED", "there", 1);
  Command command =
      shell("echo $DEJA_TEST_KEPT $DEJA_TEST_CHANGED ${DEJA_TEST_REMOVED-gone} $DEJA_TEST_NEW");
  command.environment = {
      {"DEJA_TEST_CHANGED", "new"}, {"DEJA_TEST_REMOVED", std::nullopt}, {"DEJA_TEST_NEW", "a=b"}};
  CHECK(processes().run(command)->out == "kept new gone a=b\n");
  CHECK(std::string(std::getenv("DEJA_TEST_CHANGED")) == "old");
  CHECK(std::string(std::getenv("DEJA_TEST_REMOVED")) == "there");
}

TEST_CASE("standard input is the caller's") {
  const TemporaryFolder folder;
  const std::string text = "input";
  REQUIRE(native_system().fs.write_output(folder / "in", text));
  CHECK(status_in_child([&] {
          ::dup2(::open((folder / "in").c_str(), O_RDONLY), 0);
          return processes().run(shell("cat"))->out == text ? 0 : 1;
        }) == 0);
}

TEST_CASE("closed standard streams of the caller do not mix up the child's") {
  CHECK(status_in_child([] {
          for (int fd : {0, 1, 2}) ::close(fd);
          const auto done = processes().run(shell("echo out; echo err >&2"));
          return done && done->out == "out\n" && done->err == "err\n" ? 0 : 1;
        }) == 0);
}

TEST_CASE("a child inherits no file that deja has open") {
  const TemporaryFolder folder;
  const auto number = [] { return processes().run(shell("ls /proc/self/fd | wc -l"))->out; };
  const std::string before = number();
  const auto file = native_system().fs.open_random(folder / "file");
  CHECK(number() == before);
}

TEST_CASE("a program left in the background with the pipes open is not waited for") {
  const auto done = processes().run(shell("sleep 60 & echo $!"));
  REQUIRE(done);
  const auto number = text::parse_unsigned(text::trim(done->out));
  REQUIRE(number);
  CHECK(::kill(static_cast<pid_t>(*number), 0) == 0);  // it still runs, and this is reached
  ::kill(static_cast<pid_t>(*number), SIGKILL);
}

TEST_CASE("the exit code is known even where the caller ignores SIGCHLD") {
  CHECK(status_in_child([] {
          std::signal(SIGCHLD, SIG_IGN);
          return processes().run(shell("exit 3"))->exit_code == 3 ? 0 : 1;
        }) == 0);
}

TEST_CASE("SIGTERM, SIGINT and SIGHUP reach the child, and deja outlives it and is told") {
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) {
    CAPTURE(signal);
    CHECK(status_when_signalled(signal, [&](const Command& command) {
            const auto done = processes().run(command);
            return done && done->exit_code == 5 && done->interrupted_by == signal ? 0 : 1;
          }) == 0);
  }
}

TEST_CASE("ignored signals stay ignored, by deja and the child") {
  CHECK(status_in_child([] {
          std::signal(SIGHUP, SIG_IGN);  // as nohup leaves it
          const auto done = processes().run(shell("kill -HUP $PPID; kill -HUP $$; echo alive"));
          return done->out == "alive\n" ? 0 : 1;
        }) == 0);
}

TEST_CASE("after a run, signals do again what they did before") {
  const int status = status_in_child([] {
    std::signal(SIGTERM, SIG_DFL);  // the test's main has a handler
    (void)processes().run(shell("exit 0"));
    ::raise(SIGTERM);
    return 0;
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("die_of ends with that very signal, even a blocked or ignored one") {
  for (int signal : {SIGTERM, SIGSEGV, SIGKILL}) {
    const int status = status_in_child([&] {
      std::signal(signal, SIG_IGN);
      sigset_t all;
      sigfillset(&all);
      ::sigprocmask(SIG_SETMASK, &all, nullptr);
      processes().die_of(signal);
      return 0;
    });
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    CHECK_FALSE(WCOREDUMP(status));
  }
}

TEST_CASE("become is the program: its exit code, its environment") {
  const int status = status_in_child([] {
    Command command = shell("exit $CODE");
    command.environment = {{"CODE", "4"}};
    (void)processes().become(command);
    return 99;
  });
  CHECK(WEXITSTATUS(status) == 4);
  CHECK(processes().become({"/nonexistent/cc", {"cc"}, {}}).error().cause == Cause::not_found);
}

TEST_CASE("become runs a script without #! too") {
  const TemporaryFolder folder;
  write_executable(folder / "cc", "exit $1\n");
  const int status = status_in_child([&] {
    (void)processes().become({folder / "cc", {"cc", "6"}, {}});
    return 99;
  });
  CHECK(WEXITSTATUS(status) == 6);
}

TEST_CASE("who is alive, who we are") {
  CHECK(processes().id() == static_cast<std::uint32_t>(::getpid()));
  CHECK(processes().is_alive(processes().id()));
  CHECK(processes().is_alive(1));
  const pid_t gone = ::fork();
  if (gone == 0) ::_exit(0);
  ::waitpid(gone, nullptr, 0);
  CHECK_FALSE(processes().is_alive(static_cast<std::uint32_t>(gone)));
  CHECK(processes().is_alive(0));           // never "the process group"
  CHECK(processes().is_alive(UINT32_MAX));  // never "every process"
  CHECK(processes().own_path()->ends_with("/deja_tests"));
}

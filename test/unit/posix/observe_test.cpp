// Observed programs: what is seen of them, and that they cannot tell the difference.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>

#include "fake/temporary_folder.h"
#include "sys/posix/observed_calls.h"
#include "unit/posix/child.h"

#ifdef DEJA_CAN_OBSERVE
#include <linux/audit.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstring>

using namespace deja;

namespace {

using Kind = NameUse::Kind;

// Where the tests run in a container that forbids it, only that it is forbidden can be tested.
bool can_observe() {
  const auto seen = processes().run_observed(shell("exit 0"));
  const bool can = seen && seen->incomplete.empty();
  if (!can) MESSAGE("nothing can be observed here: ", seen->incomplete);
  return can;
}

bool has_use(const Observed& seen, Kind kind, const std::string& name, const std::string& to = "") {
  return std::ranges::find(seen.uses, NameUse{kind, name, to}) != seen.uses.end();
}

void put(const std::string& path, std::string_view text, mode_t mode = 0644) {
  REQUIRE(native_system().fs.write_output(path, text));
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

// From now on, in this process and its children, seccomp fails with this.
void forbid_seccomp(std::uint32_t code) {
  sock_filter statements[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | code),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(statements), statements};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
}

// Somebody else listens to this process.
void listen_already() {
  sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const sock_fprog filter{1, &allow};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
}

// What the kernel would do with the call: the filter carried out.
std::uint32_t action_of(const std::vector<sock_filter>& filter, const seccomp_data& call) {
  std::uint32_t loaded = 0;
  for (std::size_t at = 0; at < filter.size(); ++at) {
    const sock_filter& statement = filter[at];
    const auto jump = [&](bool yes) { at += yes ? statement.jt : statement.jf; };
    if (statement.code == (BPF_LD | BPF_W | BPF_ABS))
      std::memcpy(&loaded, reinterpret_cast<const char*>(&call) + statement.k, sizeof loaded);
    else if (statement.code == (BPF_JMP | BPF_JEQ | BPF_K))
      jump(loaded == statement.k);
    else if (statement.code == (BPF_JMP | BPF_JGE | BPF_K))
      jump(loaded >= statement.k);
    else
      return statement.k;
  }
  return 0;
}

bool notifies(int number, std::uint32_t architecture, std::array<std::uint64_t, 6> arguments = {},
              LinkReads links = LinkReads::observed) {
  seccomp_data call{number, architecture, 0, {}};
  std::ranges::copy(arguments, call.args);
  const std::uint32_t action = action_of(posix::observing_filter(links), call);
  REQUIRE((action == SECCOMP_RET_USER_NOTIF || action == SECCOMP_RET_ALLOW));
  return action == SECCOMP_RET_USER_NOTIF;
}

}  // namespace

TEST_CASE(
    "the filter notifies of calls that name files, and lets fstat and its own start through") {
#ifdef __x86_64__
  constexpr std::uint32_t own = AUDIT_ARCH_X86_64, older = AUDIT_ARCH_I386;
  constexpr int older_open = 5, older_read = 3, older_exit_group = 252;
  for (const int number : {SYS_open, SYS_stat, SYS_rename, 0x4000'0000 + SYS_read, -1})
    CHECK(notifies(number, own));
#else
  constexpr std::uint32_t own = AUDIT_ARCH_AARCH64, older = AUDIT_ARCH_ARM;
  constexpr int older_open = 5, older_read = 3, older_exit_group = 248;
#endif
  for (const int number : {SYS_openat, SYS_faccessat, SYS_execve, SYS_execveat, SYS_unlinkat,
                           SYS_linkat, SYS_connect, SYS_chdir, SYS_io_uring_setup})
    CHECK(notifies(number, own));
  for (const int number : {SYS_read, SYS_write, SYS_close, SYS_fstat, SYS_mmap, SYS_exit_group,
                           SYS_clone, SYS_fchdir, SYS_getdents64})
    CHECK_FALSE(notifies(number, own));

  CHECK(notifies(SYS_readlinkat, own));
  CHECK_FALSE(notifies(SYS_readlinkat, own, {}, LinkReads::left_out));

  const auto here = static_cast<std::uint64_t>(AT_FDCWD);
  for (const std::uint64_t high : {std::uint64_t{0}, std::uint64_t{1} << 32}) {
    CHECK_FALSE(notifies(SYS_newfstatat, own, {high | 3, 1, 1, high | AT_EMPTY_PATH}));
    CHECK_FALSE(notifies(SYS_statx, own, {high | 3, 1, high | AT_EMPTY_PATH}));
  }
  CHECK(notifies(SYS_newfstatat, own, {here, 1, 1, AT_EMPTY_PATH}));
  CHECK(notifies(SYS_newfstatat, own, {here & UINT32_MAX, 1, 1, AT_EMPTY_PATH}));
  CHECK(notifies(SYS_newfstatat, own, {3, 1, 1, 0}));
  CHECK(notifies(SYS_newfstatat, own, {3, 1, 1, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW}));
  CHECK(notifies(SYS_statx, own, {here, 1, 0}));

  const auto [first, second] = posix::unobserved_start;
  CHECK_FALSE(notifies(SYS_execve, own, {1, 2, 3, first, second}));
  for (const std::uint64_t other : {std::uint64_t{1}, std::uint64_t{1} << 32}) {
    CHECK(notifies(SYS_execve, own, {1, 2, 3, first ^ other, second}));
    CHECK(notifies(SYS_execve, own, {1, 2, 3, first, second ^ other}));
  }

  // A program for an older processor shows in what every program does, and costs little else.
  CHECK(notifies(older_open, older));
  CHECK(notifies(older_exit_group, older));
  CHECK_FALSE(notifies(older_read, older));
}

TEST_CASE("an observed program runs as any other") {
  for (const char* script :
       {"echo out; echo err >&2; exit 7", "kill -SEGV $$", "kill -KILL $$",
        "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero; echo end >&2",
        "exec 1>&- 2>&-; ls", "grep -E '^(SigBlk|SigCgt|NoNew)' /proc/self/status",
        "ls /proc/self/fd | wc -l", "umask; pwd", "ps -o pgid=,sid=,tty= -p $$ | sed 's/^ *//'",
        "(exit 3) | cat; /nonexistent/x; echo $?"}) {
    CAPTURE(script);
    const auto plain = processes().run(shell(script));
    const auto seen = processes().run_observed(shell(script));
    REQUIRE(plain);
    REQUIRE(seen);
    CHECK(seen->finished.exit_code == plain->exit_code);
    CHECK(seen->finished.signal == plain->signal);
    CHECK(seen->finished.out == plain->out);
    CHECK(seen->finished.err == plain->err);
  }
}

TEST_CASE("an observed program's output is streamed where that is asked for") {
  std::string streamed;
  const auto seen = processes().run_observed(shell("head -c 300000 /dev/zero; echo err >&2"),
                                             [&](std::string_view piece) { streamed += piece; });
  REQUIRE(seen);
  CHECK(streamed.size() == 300'000);
  CHECK(seen->finished.out.empty());
  CHECK(seen->finished.err == "err\n");
}

TEST_CASE("an observed program gets its variables and its input") {
  const TemporaryFolder folder;
  put(folder / "in", "input\n");
  CHECK(status_in_child([&] {
          ::dup2(::open((folder / "in").c_str(), O_RDONLY), 0);
          Command command = shell("cat; echo $DEJA_TEST_NEW ${HOME-gone}");
          command.environment = {{"DEJA_TEST_NEW", "a=b"}, {"HOME", std::nullopt}};
          const bool inherited =
              processes().run_observed(command)->finished.out == "input\na=b gone\n";
          command.input = Command::Input::empty;
          return inherited && processes().run_observed(command)->finished.out == "a=b gone\n" ? 0
                                                                                              : 1;
        }) == 0);
}

TEST_CASE("closed standard streams of the caller do not mix up an observed child's") {
  CHECK(status_in_child([] {
          for (int fd : {0, 1, 2}) ::close(fd);
          const auto seen = processes().run_observed(shell("echo out; echo err >&2"));
          return seen && seen->finished.out == "out\n" && seen->finished.err == "err\n" ? 0 : 1;
        }) == 0);
}

TEST_CASE("names are seen with the directory that the process was in") {
  if (!can_observe()) return;
  const TemporaryFolder folder;
  REQUIRE(native_system().fs.make_directories(folder / "sub/deep"));
  put(folder / "sub/a", "text");
  const auto seen = processes().run_observed(
      shell("cd " + folder.path() +
            "/sub; cat a ../none; cd deep; cat ../a; test -e b; "
            "echo x > new; echo y >> ../a; mkdir made; mv new newer; ln newer twin; "
            "ln -s nowhere link; rm twin; rmdir made; ls .. >../list; "
            "(cd /; test -d tmp); cat < ../list >/dev/null"));
  REQUIRE(seen);
  CHECK(seen->incomplete.empty());
  CHECK(seen->finished.exit_code == 0);
  const std::string sub = folder / "sub";
  const std::string deep = sub + "/deep";
  CHECK(has_use(*seen, Kind::executed, "/bin/sh"));
  CHECK(has_use(*seen, Kind::asked, sub));
  CHECK(has_use(*seen, Kind::read, sub + "/a"));
  CHECK(has_use(*seen, Kind::read, sub + "/../none"));
  CHECK(has_use(*seen, Kind::read, deep + "/../a"));
  CHECK(has_use(*seen, Kind::asked, deep + "/b"));
  CHECK(has_use(*seen, Kind::written, deep + "/new"));
  CHECK_FALSE(has_use(*seen, Kind::read, deep + "/new"));
  CHECK(has_use(*seen, Kind::written, deep + "/../a"));
  CHECK(has_use(*seen, Kind::made_directory, deep + "/made"));
  CHECK(has_use(*seen, Kind::renamed, deep + "/new", deep + "/newer"));
  CHECK(has_use(*seen, Kind::linked, deep + "/newer", deep + "/twin"));
  CHECK(has_use(*seen, Kind::written, deep + "/link"));
  CHECK(has_use(*seen, Kind::removed, deep + "/twin"));
  CHECK(has_use(*seen, Kind::removed, deep + "/made"));
  CHECK(has_use(*seen, Kind::listed, deep + "/.."));
  CHECK(has_use(*seen, Kind::asked, "/tmp"));
  CHECK(seen->calls >= seen->uses.size() / 2);
  for (std::size_t i = 0; i < seen->uses.size(); ++i)
    CHECK(std::find(seen->uses.begin() + static_cast<std::ptrdiff_t>(i) + 1, seen->uses.end(),
                    seen->uses[i]) == seen->uses.end());
}

TEST_CASE("links that are read are seen, unless they are left out") {
  if (!can_observe()) return;
  const TemporaryFolder folder;
  const Command command = shell("cd " + folder.path() + "; ln -s nowhere link; readlink link");
  for (const LinkReads links : {LinkReads::observed, LinkReads::left_out}) {
    const auto seen = processes().run_observed(command, {}, links);
    CHECK(seen->finished.out == "nowhere\n");
    CHECK(seen->incomplete.empty());
    CHECK(has_use(*seen, Kind::link_read, folder / "link") == (links == LinkReads::observed));
    CHECK(::unlink((folder / "link").c_str()) == 0);
  }
}

TEST_CASE("descendants are seen, many at once as well") {
  if (!can_observe()) return;
  const TemporaryFolder folder;
  std::string script;
  for (int i = 0; i < 20; ++i) {
    put(folder / std::to_string(i), "x");
    script += "(exec cat " + folder / std::to_string(i) + ") & ";
  }
  const auto seen = processes().run_observed(shell(script + "wait"));
  REQUIRE(seen);
  CHECK(seen->incomplete.empty());
  CHECK(seen->finished.out == std::string(20, 'x'));
  for (int i = 0; i < 20; ++i) CHECK(has_use(*seen, Kind::read, folder / std::to_string(i)));
}

TEST_CASE("a compiler's missing headers are seen") {
  if (!can_observe() || ::access("/usr/bin/gcc", X_OK) != 0) return;
  const TemporaryFolder folder;
  REQUIRE(native_system().fs.make_directories(folder / "one"));
  REQUIRE(native_system().fs.make_directories(folder / "two"));
  put(folder / "two/h.h", "int h;\n");
  put(folder / "a.c", "#include <h.h>\n");
  const auto seen = processes().run_observed({"/usr/bin/gcc",
                                              {"gcc", "-c", folder / "a.c", "-I" + folder / "one",
                                               "-I" + folder / "two", "-o", folder / "a.o"},
                                              {}});
  REQUIRE(seen);
  CHECK(seen->incomplete.empty());
  CHECK(seen->finished.exit_code == 0);
  const auto place_of = [&](Kind kind, const std::string& name) {
    return std::ranges::find(seen->uses, NameUse{kind, name, {}}) - seen->uses.begin();
  };
  const auto end = std::ssize(seen->uses);
  const auto missing = place_of(Kind::read, folder / "one/h.h");
  const auto found = place_of(Kind::read, folder / "two/h.h");
  CHECK(missing < found);
  CHECK(found < place_of(Kind::written, folder / "a.o"));
  CHECK(place_of(Kind::written, folder / "a.o") < end);
  CHECK(place_of(Kind::read, folder / "a.c") < end);
}

TEST_CASE("an observed program that cannot be started is the same error, a script runs") {
  const TemporaryFolder folder;
  const auto none = processes().run_observed({"/nonexistent/cc", {"cc"}, {}});
  REQUIRE_FALSE(none);
  CHECK(none.error().text() == "run '/nonexistent/cc': No such file or directory");
  CHECK_FALSE(processes().run_observed({"/", {"cc"}, {}}));
  put(folder / "cc", "echo \"$0 $1\"; exit 3\n", 0755);
  const auto seen = processes().run_observed({folder / "cc", {"cc", "a b"}, {}});
  REQUIRE(seen);
  CHECK(seen->finished.exit_code == 3);
  CHECK(seen->finished.out == folder / "cc" + " a b\n");
}

TEST_CASE("where observing is forbidden the program runs, and the reason is told") {
  struct Case {
    std::function<void()> forbid;
    std::string reason;
  };
  const Case cases[] = {
      {[] { forbid_seccomp(EPERM); }, "observe '/bin/sh': Operation not permitted"},
      {[] { forbid_seccomp(ENOSYS); }, "observe '/bin/sh': Function not implemented"},
      {[] { listen_already(); }, "observe '/bin/sh': Device or resource busy"},
  };
  if (!can_observe()) return;
  for (const Case& one : cases) {
    CAPTURE(one.reason);
    CHECK(status_in_child([&] {
            one.forbid();
            const auto seen = processes().run_observed(shell("echo out; exit 3"));
            const bool ran = seen && seen->finished.exit_code == 3 && seen->finished.out == "out\n";
            return ran && seen->incomplete == one.reason && seen->uses.empty() ? 0 : 1;
          }) == 0);
  }
}

TEST_CASE("a set-user-ID program is not observed, and one that is started is told") {
  if (!can_observe()) return;
  const TemporaryFolder folder;
  put(folder / "cc", "#!/bin/sh\necho out\n", 04755);
  const auto alone = processes().run_observed({folder / "cc", {"cc"}, {}});
  CHECK(alone->finished.out == "out\n");
  CHECK(alone->incomplete == "observe '" + folder / "cc" + "': it is a set-user-ID program");
  const auto started = processes().run_observed(shell(folder / "cc"));
  CHECK(started->finished.out == "out\n");
  CHECK(started->incomplete == "a set-user-ID program is started");
}

TEST_CASE("a user without privileges can observe") {
  if (!can_observe() || ::geteuid() != 0) return;
  CHECK(status_in_child([] {
          if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0)
            return 2;
          const auto seen = processes().run_observed(shell("cat /etc/passwd >/dev/null; exit 3"));
          return seen->incomplete.empty() && has_use(*seen, Kind::read, "/etc/passwd") &&
                         seen->finished.exit_code == 3
                     ? 0
                     : 1;
        }) == 0);
}

TEST_CASE("what goes on in the background is not waited for, and goes on working") {
  if (!can_observe()) return;
  const TemporaryFolder folder;
  put(folder / "a", "text\n");
  CHECK(status_in_child([&] {
          ::prctl(PR_SET_CHILD_SUBREAPER, 1);
          const auto seen = processes().run_observed(
              shell("(until test -e " + folder / "go" + "; do sleep 0.01; done; cat " +
                    folder / "a" + " >" + folder / "b" + ") & exit 4"));
          if (!seen || seen->finished.exit_code != 4) return 1;
          if (seen->incomplete != "a program goes on in the background") return 2;
          put(folder / "go", "");
          // The background's end is the keeper's; both have become this process's children.
          while (::waitpid(-1, nullptr, 0) > 0) continue;
          std::string text;
          return native_system().fs.read(folder / "b", text) && text == "text\n" ? 0 : 3;
        }) == 0);
}

TEST_CASE("signals reach an observed child, and deja outlives it and is told") {
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) {
    CAPTURE(signal);
    CHECK(status_when_signalled(signal, [&](const Command& command) {
            const auto seen = processes().run_observed(command);
            return seen && seen->finished.exit_code == 5 && seen->finished.interrupted_by == signal
                       ? 0
                       : 1;
          }) == 0);
  }
}

TEST_CASE("handlers and ignored signals are the caller's again after an observed run") {
  const int status = status_in_child([] {
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGHUP, SIG_IGN);
    const auto seen = processes().run_observed(shell("kill -HUP $PPID; kill -HUP $$; echo alive"));
    if (!seen || seen->finished.out != "alive\n") return 1;
    ::raise(SIGTERM);
    return 0;
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("calls that cannot be followed make the list incomplete") {
  if (!can_observe() || ::access("/usr/bin/gcc", X_OK) != 0) return;
  const TemporaryFolder folder;
  struct Case {
    std::string call;
    std::string reason;
  };
  const Case cases[] = {
      {"chroot(\"/\");", "a program changes what names mean"},
      {"syscall(SYS_io_uring_setup, 0, 0);", "a program opens files without naming them"},
#ifdef __x86_64__
      {"syscall(0x40000000 + SYS_open, \"/\", 0);", "a program for another processor is started"},
#endif
      {"access(\"/none\", 0); open((char*)1, 0); fstat(0, &s); stat(\"\", &s);", ""},
  };
  for (const Case& one : cases) {
    CAPTURE(one.call);
    put(folder / "a.c",
        "#define _GNU_SOURCE\n#include <fcntl.h>\n#include <sys/stat.h>\n"
        "#include <sys/syscall.h>\n#include <unistd.h>\n"
        "int main(void) { struct stat s; (void)s; " +
            one.call + " return 3; }\n");
    const auto built =
        processes().run({"/usr/bin/gcc", {"gcc", folder / "a.c", "-w", "-o", folder / "a"}, {}});
    REQUIRE(built->exit_code == 0);
    const auto seen = processes().run_observed({folder / "a", {"a"}, {}});
    REQUIRE(seen);
    CHECK(seen->finished.exit_code == 3);
    CHECK(seen->incomplete == one.reason);
  }
}

TEST_CASE("what the system opens to execute a program is seen") {
  if (!can_observe()) return;
  const TemporaryFolder folder;
  put(folder / "inner", "#! /bin/sh -e\necho out $2\n", 0755);
  put(folder / "cc", "#!" + folder / "inner" + "\n", 0755);
  for (const Command& command : {Command{folder / "cc", {"cc", "word"}, {}},
                                 shell("cd " + folder.path() + "; ./cc word; ./none")}) {
    const auto seen = processes().run_observed(command);
    REQUIRE(seen);
    CHECK(seen->finished.out == "out word\n");
    CHECK(has_use(*seen, Kind::executed, folder / "inner"));
    CHECK(has_use(*seen, Kind::executed, "/bin/sh"));
    CHECK(std::ranges::any_of(seen->uses, [](const NameUse& use) {
      return use.kind == Kind::executed && use.name.find("/ld") != std::string::npos;
    }));
  }
}

TEST_CASE("a connection to a server is seen") {
  if (!can_observe() || ::access("/usr/bin/perl", X_OK) != 0) return;
  const auto seen = processes().run_observed(
      {"/usr/bin/perl",
       {"perl", "-e",
        "use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un('/none/server'));"},
       {}});
  CHECK(has_use(*seen, Kind::connected, "/none/server"));
}

#endif

// What only POSIX files can be: links, pipes, devices, modes; and account, clock and environment.
#include <doctest/doctest.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <functional>

#include "fake/temporary_folder.h"

using namespace deja;

namespace {

Fs& fs() { return native_system().fs; }

std::string content_at(const std::string& path) {
  std::string bytes;
  const auto facts = fs().read(path, bytes);
  return facts ? bytes : facts.error().text();
}

// For what changes the process: working directory, mask, environment.
bool holds_in_child(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work() ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0;
}

}  // namespace

TEST_CASE("reading a named pipe fails at once and takes nothing out of it") {
  const TemporaryFolder folder;
  const std::string path = folder / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::string bytes;
  CHECK_FALSE(fs().read(path, bytes));
  CHECK_FALSE(fs().read_part(path, 0, 1));
  CHECK_FALSE(fs().open_random(path));
}

TEST_CASE("/dev/null reads as empty, other devices not at all") {
  CHECK(content_at("/dev/null").empty());
  std::string bytes;
  CHECK_FALSE(fs().read("/dev/zero", bytes));
}

TEST_CASE("a file whose size the system does not tell is read to its end") {
  CHECK(content_at("/proc/self/status").find("Name:") == 0);
}

TEST_CASE(
    "write_output writes through to devices and over links, and frees a name from its other "
    "links") {
  const TemporaryFolder folder;
  REQUIRE(fs().write_output(folder / "real", "old and longer"));
  REQUIRE(::symlink("real", (folder / "link").c_str()) == 0);
  REQUIRE(fs().write_output(folder / "link", "new"));
  CHECK(content_at(folder / "real") == "old and longer");
  CHECK(content_at(folder / "link") == "new");
  CHECK(fs().lstat(folder / "link")->kind == FileKind::regular);

  REQUIRE(::symlink("nowhere", (folder / "dangling").c_str()) == 0);
  REQUIRE(fs().write_output(folder / "dangling", "made"));
  CHECK(content_at(folder / "nowhere") == "made");

  REQUIRE(fs().write_output("/dev/null", "x"));
  CHECK(fs().stat("/dev/null")->kind == FileKind::other);
  CHECK(fs().write_output("/dev/full", "x").error().cause == Cause::no_space);

  REQUIRE(::link((folder / "real").c_str(), (folder / "cached").c_str()) == 0);
  CHECK(fs().stat(folder / "real")->links == 2);
  REQUIRE(fs().write_output(folder / "real", "newer"));
  CHECK(content_at(folder / "cached") == "old and longer");
}

TEST_CASE("write_output over links that lead nowhere, and over files that are to be kept") {
  const TemporaryFolder folder;
  REQUIRE(::symlink("nowhere", (folder / "dangling").c_str()) == 0);
  REQUIRE(fs().write_output(folder / "dangling", "made", Existing::replaced));
  CHECK(fs().lstat(folder / "dangling")->kind == FileKind::regular);
  CHECK_FALSE(fs().lstat(folder / "nowhere"));

  REQUIRE(fs().write_output(folder / "kept", "old and longer"));
  REQUIRE(::chmod((folder / "kept").c_str(), 0600) == 0);
  REQUIRE(::link((folder / "kept").c_str(), (folder / "other").c_str()) == 0);
  REQUIRE(::symlink("kept", (folder / "link").c_str()) == 0);
  REQUIRE(fs().write_output(folder / "link", "new", Existing::kept));
  CHECK(content_at(folder / "other") == "new");
  CHECK(fs().lstat(folder / "link")->kind == FileKind::symlink);
  CHECK(fs().stat(folder / "kept")->mode == 0600);
  REQUIRE(fs().write_output(folder / "fresh", "x", Existing::kept));
}

TEST_CASE("outputs have the mode that compilers give them") {
  const TemporaryFolder folder;
  CHECK(holds_in_child([&] {
    native_system().console.set_umask(027);
    return native_system().console.get_umask() == 027 && fs().write_output(folder / "a.o", "x") &&
           fs().stat(folder / "a.o")->mode == 0640;
  }));
}

TEST_CASE("a write that fails leaves no file") {
  const TemporaryFolder folder;
  CHECK(holds_in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10, 10};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string_view text = "more than ten bytes";
    return !fs().create(folder / "a", {&text, 1}) && !fs().write_output(folder / "b", text) &&
           fs().list(folder.path())->empty();
  }));
}

TEST_CASE("lstat and list tell links, stat follows them") {
  const TemporaryFolder folder;
  REQUIRE(::symlink("/", (folder / "link").c_str()) == 0);
  CHECK(fs().lstat(folder / "link")->kind == FileKind::symlink);
  CHECK(fs().stat(folder / "link")->kind == FileKind::directory);
  CHECK((*fs().list(folder.path()))[0].kind == FileKind::symlink);
  CHECK((*fs().list_with_facts(folder.path()))[0].facts.kind == FileKind::symlink);
  CHECK(*fs().real_path(folder / "link") == "/");
  REQUIRE(fs().remove(folder / "link"));
}

TEST_CASE("a path through a file is told apart from a missing one") {
  const TemporaryFolder folder;
  REQUIRE(fs().write_output(folder / "file", "x"));
  CHECK(fs().stat(folder / "file/deeper").error().cause == Cause::not_a_directory);
}

TEST_CASE("the working directory is $PWD where that leads to it, else its real name") {
  const TemporaryFolder folder;
  REQUIRE(fs().make_directories(folder / "real"));
  REQUIRE(::symlink("real", (folder / "link").c_str()) == 0);
  const auto directory_with = [&](const char* pwd) {
    return holds_in_child([&] {
      if (::chdir((folder / "link").c_str()) != 0) return false;
      pwd == nullptr ? ::unsetenv("PWD") : ::setenv("PWD", pwd, 1);
      const std::string expected = pwd != nullptr && std::string(pwd) == folder / "link"
                                       ? folder / "link"
                                       : *fs().real_path(folder / "real");
      return *fs().current_directory() == expected;
    });
  };
  CHECK(directory_with((folder / "link").c_str()));
  CHECK(directory_with("/"));
  CHECK(directory_with("."));
  CHECK(directory_with(""));
  CHECK(directory_with(nullptr));
}

TEST_CASE("the home is $HOME, else the account's") {
  CHECK(holds_in_child([] {
    ::setenv("HOME", "/somewhere", 1);
    return native_system().console.home() == "/somewhere";
  }));
  const passwd* const account = ::getpwuid(::getuid());
  if (account == nullptr) return;
  const std::string expected = account->pw_dir;
  CHECK(holds_in_child([&] {
    ::unsetenv("HOME");
    return native_system().console.home() == expected;
  }));
}

TEST_CASE("the environment as given") {
  ::setenv("DEJA_TEST_VARIABLE", "a=b", 1);
  CHECK(native_system().env.get("DEJA_TEST_VARIABLE") == "a=b");
  CHECK_FALSE(native_system().env.get("DEJA_TEST_UNSET"));
  const auto all = native_system().env.all();
  CHECK(std::find(all.begin(), all.end(), "DEJA_TEST_VARIABLE=a=b") != all.end());
}

TEST_CASE("a file made now is stamped between the file clock before and the clock after") {
  const TemporaryFolder folder;
  Clock& clock = native_system().clock;
  const std::int64_t before = clock.file_now_ns();
  REQUIRE(fs().write_output(folder / "a", "x"));
  const std::int64_t stamp = fs().stat(folder / "a")->mtime_ns;
  CHECK(before <= stamp);
  CHECK(stamp <= clock.now_ns());
}

TEST_CASE("local time is the time zone's") {
  CHECK(holds_in_child([] {
    ::setenv("TZ", "XYZ-2", 1);
    ::tzset();
    const LocalTime time = native_system().clock.local(1'700'000'000'999'999'999);
    return time.year == 2023 && time.month == 11 && time.day == 15 && time.hour == 0 &&
           time.minute == 13 && time.second == 20;
  }));
}

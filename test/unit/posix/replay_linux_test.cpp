// Replay by raw system calls: the same scenes, and what only they can get wrong.
#include <fcntl.h>
#include <unistd.h>

#include "replay/linux_calls.h"
#include "unit/replay_world.h"

namespace deja {

namespace {

replay::Room linux_room;

// Standard output and error go to files meanwhile.
bool serve_on_linux(System&, const replay::Call& call) {
  const int saved[] = {::dup(1), ::dup(2)};
  const int to[] = {::open("stream1", O_WRONLY | O_CREAT | O_TRUNC, 0644),
                    ::open("stream2", O_WRONLY | O_CREAT | O_TRUNC, 0644)};
  for (int i = 0; i < 2; ++i) ::dup2(to[i], i + 1);
  LinuxCalls calls;
  const bool answered = replay::Replay<LinuxCalls>(calls, linux_room).serve(call);
  for (int i = 0; i < 2; ++i) ::dup2(saved[i], i + 1);
  for (int fd : {saved[0], saved[1], to[0], to[1]}) ::close(fd);
  return answered;
}

int open_files() {
  int count = 0;
  for (int fd = 0; fd < 200; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE(
    "replay on Linux: what may change between a compile and its repeat, and no file stays open") {
  const int before = open_files();
  play_replay_changes(serve_on_linux, [before] { CHECK(open_files() == before); });
}

TEST_CASE("replay on Linux: damaged records are passed over") {
  play_damaged_records(serve_on_linux);
}
TEST_CASE("replay on Linux: outputs that are there already are kept") {
  play_kept_outputs(serve_on_linux);
}

TEST_CASE("replay on Linux: streams reach the caller") {
  ReplayWorld world(serve_on_linux);
  world.record();
  CHECK(world.repeat());
  CHECK(world.get("stream1") == "to stdout\n");
  CHECK(world.get("stream2") == "a warning\n");
}

TEST_CASE("replay on Linux: outputs get the mode that umask leaves") {
  ReplayWorld world(serve_on_linux);
  world.record();
  const mode_t before = ::umask(027);
  CHECK(world.repeat());
  ::umask(before);
  CHECK((std::filesystem::status("a.o").permissions() & std::filesystem::perms::all) ==
        std::filesystem::perms(0640));
}

TEST_CASE("replay on Linux: links and devices are left to the ordinary flow") {
  ReplayWorld world(serve_on_linux);
  world.record();
  world.put("target", "precious");
  std::filesystem::create_symlink("target", "a.o");
  CHECK_FALSE(world.repeat());
  CHECK(world.get("target") == "precious");
  std::filesystem::remove("a.o");
  std::filesystem::create_symlink("/dev/null", "a.o");
  CHECK_FALSE(world.repeat());
}

TEST_CASE("replay on Linux: a run is told once and counted once, whoever holds what") {
  play_held_log_and_statistics(serve_on_linux);
}
TEST_CASE(
    "replay on Linux: lines beside the log, and statistics to be folded, are for the ordinary "
    "flow") {
  play_left_to_others(serve_on_linux);
}

TEST_CASE("replay on Linux: facts are those of the system layer, and a touched entry stays warm") {
  ReplayWorld world(serve_on_linux);
  LinuxCalls calls;
  replay::Facts facts;
  REQUIRE(calls.look(AT_FDCWD, "a.c", facts) == replay::Look::found);
  CHECK(facts == replay::facts_of(*native_system().fs.stat("a.c")));
  world.record();
  const auto old = std::filesystem::last_write_time(world.record_path) - std::chrono::hours(2);
  std::filesystem::last_write_time(world.record_path, old);
  std::filesystem::last_write_time("cache/entry", old);
  CHECK(world.repeat());
  CHECK(std::filesystem::last_write_time(world.record_path) > old);
  CHECK(std::filesystem::last_write_time("cache/entry") > old);
}

}  // namespace deja

// The outside world of a flow test: scripted programs, an environment, a terminal, and FakeSystem
// that holds it all.
//   FakeSystem world;
//   world.fs.put("/src/a.c", "int a;");
//   world.processes.on("/usr/bin/cc", [](const Command&, FakeFs& fs) { fs.put_now("/src/a.o",
//   "object"); return Finished{}; }); wrap(world.system, {"cc", "-c", "a.c"});
#pragma once

#include <map>
#include <set>

#include "fake/fake_channels.h"
#include "fake/fake_clock.h"
#include "fake/fake_fs.h"
#include "fake/faulty_fs.h"
#include "sys/system.h"

namespace deja {

class FakeConsole final : public Console {
 public:
  std::string in;   // what is there to be read
  std::string out;  // what was written
  std::string err;
  std::string syslog;  // a line a call
  bool terminal = false;
  bool closed = false;
  std::uint32_t user_id = 0;
  std::optional<std::string> home_directory = "/home/user";
  unsigned mask = 022;

  bool out_is_terminal() override { return terminal; }
  bool err_is_terminal() override { return terminal; }
  bool output_is_closed() override { return closed; }
  Result<std::string> read_in() override { return in; }
  int columns() override { return 80; }
  void write_out(std::string_view bytes) override { out += bytes; }
  void write_err(std::string_view bytes) override { err += bytes; }
  void write_syslog(std::string_view line) override { syslog.append(line).append("\n"); }
  std::uint32_t user() override { return user_id; }
  std::optional<std::string> home() override { return home_directory; }
  void set_umask(unsigned new_mask) override { mask = new_mask; }
  unsigned get_umask() override { return mask; }
};

class FakeEnv final : public Env {
 public:
  std::map<std::string, std::string> variables{{"HOME", "/home/user"}, {"PATH", "/usr/bin"}};

  std::optional<std::string> get(const std::string& name) override;
  std::vector<std::string> all() override;
};

// Programs are functions. A program that is not in the table cannot be started.
class FakeProcesses final : public Processes {
 public:
  using Program = std::function<Finished(const Command&, FakeFs&)>;

  FakeProcesses(FakeFs& fs, FakeConsole& console) : fs_(fs), console_(console) {}

  // Puts an executable file there too, a day old, if there is none.
  void on(const std::string& path, Program program);

  // What the program that runs is seen to do: it is for the program to add to it. Links that it
  // reads are not in the list where they are left out.
  std::vector<NameUse> uses;
  // Why nothing is seen.
  std::string unobserved;
  bool observes = true;

  std::vector<Command> ran;       // by run() and run_observed(), in order
  std::vector<Command> observed;  // by run_observed(), in order
  std::vector<Command> became;    // by become()
  std::vector<Command> detached;  // by start_detached()
  // What a program that was started so does; nothing by default.
  std::function<void(const Command&, const std::string& listen_at)> on_detached;
  std::set<std::uint32_t> alive{1000};
  std::uint32_t own_id = 1000;
  int died_of = 0;
  std::string own = "/usr/bin/deja";

  // The output goes to `on_out` in two pieces, to show that pieces are put together.
  Result<Finished> run(const Command& command,
                       const std::function<void(std::string_view)>& on_out = {}) override;
  bool can_observe() const override { return observes; }
  Result<Observed> run_observed(const Command& command,
                                const std::function<void(std::string_view)>& on_out = {},
                                LinkReads links = LinkReads::observed) override;
  // Runs it, its output going to the console, and returns its exit code: the real one would not
  // return.
  Result<int> become(const Command& command) override;
  Result<void> start_detached(const Command& command, const std::string& listen_at) override {
    detached.push_back(command);
    if (on_detached) on_detached(command, listen_at);
    return {};
  }
  void die_of(int signal) override { died_of = signal; }
  std::uint32_t id() override { return own_id; }
  bool is_alive(std::uint32_t process) override { return alive.contains(process); }
  Result<std::string> own_path() override { return own; }

 private:
  Result<Finished> start(const Command& command);

  FakeFs& fs_;
  FakeConsole& console_;
  std::map<std::string, Program> programs_;
};

struct FakeSystem {
  FakeClock clock;
  FakeFs fs{clock};
  FaultyFs faulty{fs};  // what `system` sees; passes everything on until told otherwise
  FakeEnv env;
  FakeConsole console;
  FakeProcesses processes{fs, console};
  FakeChannels channels{clock};
  System system{faulty, processes, clock, env, console, channels};
};

}  // namespace deja

// Running other programs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace deja {

struct Command {
  std::string program;            // path to run
  std::vector<std::string> argv;  // argv[0] included, as the caller typed it
  // Set (value) or removed (nullopt) for the child only.
  std::vector<std::pair<std::string, std::optional<std::string>>> environment;
  // What a program that only answers a question reads from it, the compiler would miss.
  enum class Input : unsigned char { inherited, empty } input = Input::inherited;
};

struct Finished {
  int exit_code = 0;  // 128 + signal when a signal ended it (POSIX)
  int signal = 0;     // 0 when it exited by itself
  std::string out;    // stdout, unless it was streamed
  std::string err;    // stderr
  // SIGINT, SIGTERM or SIGHUP that reached this process while the program ran; on Windows, or
  // before: SIGINT for Ctrl-C, SIGTERM for a closed console. Nothing is started there any more.
  int interrupted_by = 0;
};

class Processes {
 public:
  virtual ~Processes() = default;

  // Runs to its end, both outputs read through pipes (never a deadlock).
  // With `on_out`, stdout goes there in chunks. SIGINT/SIGTERM that reach deja are passed on to the
  // child while it runs. An error means it could not be started, or what it wrote or how it ended
  // is not known in full: it must be run again.
  virtual Result<Finished> run(const Command& command,
                               const std::function<void(std::string_view)>& on_out = {}) = 0;

  // Becomes the program (POSIX exec; Windows: runs it with everything inherited and returns its
  // exit code). Returns only with an error on POSIX.
  virtual Result<int> become(const Command& command) = 0;

  // Ends this process with the same signal that ended the child, so that the caller sees what it
  // would have seen. Windows: as Ctrl-C ends a program.
  virtual void die_of(int signal) = 0;

  virtual std::uint32_t id() = 0;                    // this process
  virtual bool is_alive(std::uint32_t process) = 0;  // true when unknown
  virtual Result<std::string> own_path() = 0;        // absolute path of this executable
};

}  // namespace deja

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

// What a program, or a program that it started, did with a name. The name is absolute: what the
// process gave, put behind its directory at that moment. `.`, `..` and links are as they were
// given. Whether the call succeeded is not known: what is there is to be asked afterwards.
struct NameUse {
  enum class Kind : unsigned char {
    asked,     // whether there is something, and what it is: stat, access, chdir
    read,      // opened for reading; a directory as well, whose names may then have been read
    listed,    // opened as a directory
    written,   // opened for writing, or created: also by symlink and mknod. One that is not
               // emptied by that counts as read, too: what was in it may have stayed
    executed,  // as well what the system executes with it: a script's interpreter, a loader
    made_directory,
    removed,    // a file or a directory
    renamed,    // to `to`
    linked,     // `to` became one more name of it
    connected,  // to a server that may have read anything: a socket's name, or "" for others
    link_read,  // where a symbolic link leads, or that it is none
  };
  Kind kind = Kind::asked;
  std::string name;
  std::string to;

  bool operator==(const NameUse&) const = default;
};

struct Observed {
  Finished finished;
  std::vector<NameUse> uses;  // each once, in the order of the first time
  // Why there may be more than what is in the list, as text; empty: there is not. A compile that
  // failed while it was observed incompletely may succeed when it is run: a set-user-ID program
  // that it starts may not have become that user.
  std::string incomplete;
  unsigned calls = 0;  // system calls that were looked at
};

// Whether names that are read as symbolic links are in the list. A script that finds its compiler
// by `readlink` uses another one when the link has changed, and nothing else would show it. Of gcc
// and clang, which ask that of every part of their own path, they double the time it takes to
// observe a small compile, and tell nothing new.
enum class LinkReads : unsigned char { left_out, observed };

class Processes {
 public:
  virtual ~Processes() = default;

  // Runs to its end, both outputs read through pipes (never a deadlock).
  // With `on_out`, stdout goes there in chunks. SIGINT/SIGTERM that reach deja are passed on to the
  // child while it runs. An error means it could not be started, or what it wrote or how it ended
  // is not known in full: it must be run again.
  virtual Result<Finished> run(const Command& command,
                               const std::function<void(std::string_view)>& on_out = {}) = 0;

  // Whether run_observed() can tell anything on this kind of system.
  virtual bool can_observe() const { return false; }

  // As `run`, and tells which names the program and all that it starts use while it runs. Where
  // that cannot be observed it is run all the same, and `incomplete` says why. What is inherited,
  // standard input above all, is read unseen. A program that goes on in the background makes the
  // list incomplete.
  virtual Result<Observed> run_observed(const Command& command,
                                        const std::function<void(std::string_view)>& on_out = {},
                                        LinkReads links = LinkReads::observed);

  // Starts a program that goes on when this one ends: in a session of its own, without streams and
  // without anything that this process was given. Where `listen_at` is not empty it gets, as
  // descriptor 3, a socket that listens there; Windows has no such thing, and the program listens
  // itself.
  virtual Result<void> start_detached(const Command& command, const std::string& listen_at) = 0;

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

inline Result<Observed> Processes::run_observed(const Command& command,
                                                const std::function<void(std::string_view)>& on_out,
                                                LinkReads) {
  auto finished = run(command, on_out);
  if (!finished) return finished.error();
  return Observed{std::move(*finished), {}, "not available on this system"};
}

}  // namespace deja

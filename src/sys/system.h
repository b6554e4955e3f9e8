// System: everything of the outside that a run may touch, in one hand, so that a test can put a
// fake in its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sys/channel.h"
#include "sys/fs.h"
#include "sys/process.h"

namespace deja {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now_ns() = 0;  // since 1970
  virtual std::int64_t
  file_now_ns() = 0;  // the clock that stamps files: never ahead of now_ns(), up to some ms behind
  virtual std::int64_t monotonic_ns() = 0;
  virtual LocalTime local(std::int64_t since_1970_ns) = 0;
};

class Env {
 public:
  virtual ~Env() = default;
  virtual std::optional<std::string> get(const std::string& name) = 0;
  virtual std::vector<std::string> all() = 0;  // "NAME=value", as given
};

// The caller's terminal and standard streams, and who the caller is.
class Console {
 public:
  virtual ~Console() = default;
  virtual bool out_is_terminal() = 0;
  virtual bool err_is_terminal() = 0;
  virtual bool output_is_closed() = 0;                 // standard output or error
  virtual Result<std::string> read_in() = 0;           // standard input, to its end
  virtual int columns() = 0;                           // 80 where unknown
  virtual void write_out(std::string_view bytes) = 0;  // all of it; errors are nobody's to handle
  virtual void write_err(std::string_view bytes) = 0;
  virtual void write_syslog(std::string_view line) = 0;
  virtual std::uint32_t user() = 0;               // 0 where there is none
  virtual std::optional<std::string> home() = 0;  // $HOME or the account's; %USERPROFILE%
  virtual void set_umask(unsigned mask) = 0;      // for this process and its children
  virtual unsigned get_umask() = 0;
};

struct System {
  Fs& fs;
  Processes& processes;
  Clock& clock;
  Env& env;
  Console& console;
  Channels& channels;
};

// The real one; lives as long as the process.
System& native_system();

// The words of this process's command line in UTF-8, the program's name first. argv as it is,
// except on Windows, where argv is in a code page that cannot say every name.
std::vector<std::string> native_arguments(int argc, char** argv);

}  // namespace deja

// Clock, environment, console and the words of the command line; and the one System of the process.
#include <array>

#include "base/command_line.h"
#include "sys/system.h"
#include "sys/win32/win32_call.h"
#include "sys/win32/win32_channel.h"
#include "sys/win32/win32_fs.h"
#include "sys/win32/win32_process.h"
#include "sys/win32/win32_time.h"

namespace deja {

namespace win32 {
namespace {

class Win32Clock final : public Clock {
 public:
  std::int64_t now_ns() override {
    FILETIME now;
    GetSystemTimePreciseAsFileTime(&now);
    return since_1970_ns(now);
  }
  // File systems stamp with the time of the last tick.
  std::int64_t file_now_ns() override {
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    return since_1970_ns(now);
  }
  std::int64_t monotonic_ns() override { return win32::monotonic_ns(); }
  LocalTime local(std::int64_t since_1970) override {
    const FILETIME time = file_time(since_1970);
    SYSTEMTIME utc{};
    SYSTEMTIME parts{};
    FileTimeToSystemTime(&time, &utc);
    if (!SystemTimeToTzSpecificLocalTime(nullptr, &utc, &parts)) parts = utc;
    return {parts.wYear, parts.wMonth, parts.wDay, parts.wHour, parts.wMinute, parts.wSecond};
  }
};

class Win32Env final : public Env {
 public:
  std::optional<std::string> get(const std::string& name) override {
    const std::wstring key = wide(name);
    std::wstring value(256, L'\0');
    while (true) {
      SetLastError(0);
      const DWORD size =
          GetEnvironmentVariableW(key.c_str(), value.data(), static_cast<DWORD>(value.size()));
      if (size == 0 && GetLastError() == ERROR_ENVVAR_NOT_FOUND) return std::nullopt;
      const bool fits = size < value.size();
      value.resize(size);
      if (fits) return utf8(value);
    }
  }
  std::vector<std::string> all() override {
    std::vector<std::string> out;
    wchar_t* const block = GetEnvironmentStringsW();
    for (const wchar_t* at = block; at != nullptr && *at != L'\0';
         at += std::wstring_view(at).size() + 1)
      if (*at != L'=') out.push_back(utf8(at));  // "=C:=…" is cmd's own
    if (block != nullptr) FreeEnvironmentStringsW(block);
    return out;
  }
};

bool is_console(DWORD which) {
  DWORD mode = 0;
  return GetConsoleMode(GetStdHandle(which), &mode) != 0;
}

class Win32Console final : public Console {
 public:
  bool out_is_terminal() override { return is_console(STD_OUTPUT_HANDLE); }
  bool err_is_terminal() override { return is_console(STD_ERROR_HANDLE); }
  bool output_is_closed() override { return false; }  // the C library opens them
  Result<std::string> read_in() override {
    std::string out;
    std::array<char, 64 * 1024> buffer;
    for (;;) {
      DWORD got = 0;
      // The end of a pipe is an error here.
      const bool read = ReadFile(GetStdHandle(STD_INPUT_HANDLE), buffer.data(),
                                 static_cast<DWORD>(buffer.size()), &got, nullptr) != 0;
      const DWORD failure = read ? ERROR_SUCCESS : GetLastError();
      if (failure != ERROR_SUCCESS && failure != ERROR_BROKEN_PIPE)
        return error_of("read", "standard input", failure);
      if (failure != ERROR_SUCCESS || got == 0) return out;
      out.append(buffer.data(), got);
    }
  }
  int columns() override {
    CONSOLE_SCREEN_BUFFER_INFO info;
    return GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info)
               ? info.srWindow.Right - info.srWindow.Left + 1
               : 80;
  }
  // Bytes as they are: a replayed compiler's diagnostics must look as they looked from the
  // compiler.
  void write_out(std::string_view bytes) override {
    write_all(GetStdHandle(STD_OUTPUT_HANDLE), bytes);
  }
  void write_err(std::string_view bytes) override {
    write_all(GetStdHandle(STD_ERROR_HANDLE), bytes);
  }
  // No syslog here; a debugger or DebugView shows it.
  void write_syslog(std::string_view line) override { OutputDebugStringW(wide(line).c_str()); }
  std::uint32_t user() override { return 0; }
  std::optional<std::string> home() override { return Win32Env().get("USERPROFILE"); }
  void set_umask(unsigned) override {}
  unsigned get_umask() override { return 0; }
};

}  // namespace
}  // namespace win32

System& native_system() {
  static win32::Win32Fs fs;
  static win32::Win32Processes processes;
  static win32::Win32Clock clock;
  static win32::Win32Env env;
  static win32::Win32Console console;
  static win32::Win32Channels channels;
  static System system{fs, processes, clock, env, console, channels};
  return system;
}

// Not main's argv: that has lost what the code page cannot say, and MinGW's start-up has expanded
// wildcards in it.
std::vector<std::string> native_arguments(int, char**) {
  return split_command_line(win32::utf8(GetCommandLineW()));
}

}  // namespace deja

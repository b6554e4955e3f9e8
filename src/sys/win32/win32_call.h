// The edge to Windows: UTF-8 to UTF-16 and back, paths in the form its calls take, error codes in
// ours.
#pragma once

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#undef _WIN32_WINNT
#undef NTDDI_VERSION
#define _WIN32_WINNT 0x0A00
#define NTDDI_VERSION 0x0A000006  // Windows 10 1809: POSIX-semantics rename and delete
#include <windows.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace deja::win32 {

// What is no UTF-8 is taken as text in the system's code page: so MinGW's compilers write names
// into line markers and dependency files.
std::wstring wide(std::string_view utf8);
std::string utf8(std::wstring_view wide);

// `path` for a Windows call: as given while short, else absolute behind
// \\?\ (\\?\UNC\server\share), where 32767 characters fit and nothing is parsed. A path with a NUL
// in it becomes a name that cannot exist.
std::wstring api_path(std::string_view path);
// Absolute and normal, by the current directory of the process and the drive. Lexical: no link is
// followed.
std::wstring full_path(const std::wstring& path);
// Without \\?\ and \\?\UNC\, as people write it.
std::string plain_path(std::wstring_view path);

// The error that GetLastError() gave, with the cause that code decides on.
Error error_of(std::string action, std::string_view object, DWORD code);

// What mingw's headers lack: FILE_INFO_BY_HANDLE_CLASS of minwinbase.h and codes of winerror.h.
inline constexpr auto file_disposition_info_ex = static_cast<FILE_INFO_BY_HANDLE_CLASS>(21);
inline constexpr auto file_rename_info_ex = static_cast<FILE_INFO_BY_HANDLE_CLASS>(22);
inline constexpr DWORD error_directory_not_supported = 336;
#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 2
#endif
inline constexpr DWORD error_disk_quota_exceeded = 1295;

// Owns a handle; empty is INVALID_HANDLE_VALUE, and null is taken for that too.
class Handle {
 public:
  Handle() = default;
  explicit Handle(HANDLE handle) : handle_(handle ? handle : INVALID_HANDLE_VALUE) {}
  Handle(Handle&& o) noexcept : handle_(std::exchange(o.handle_, INVALID_HANDLE_VALUE)) {}
  Handle& operator=(Handle&& o) noexcept {
    std::swap(handle_, o.handle_);
    return *this;
  }
  ~Handle() { close(); }

  explicit operator bool() const { return handle_ != INVALID_HANDLE_VALUE; }
  HANDLE get() const { return handle_; }
  void close() {
    if (handle_ != INVALID_HANDLE_VALUE) CloseHandle(std::exchange(handle_, INVALID_HANDLE_VALUE));
  }

 private:
  HANDLE handle_ = INVALID_HANDLE_VALUE;
};

std::int64_t monotonic_ns();

// Waits that end: each about twice as long as the one before and uneven, so that waiters do not
// march in step; until the deadline. The first are short, for a holder that is done in a fraction
// of a millisecond; later ones leave the processor to those who work.
class BackOff {
 public:
  explicit BackOff(std::int64_t budget_ns);
  // Sleeps and says whether to try once more.
  bool again();

 private:
  static constexpr std::int64_t first_step_ns = 250'000;
  static constexpr std::int64_t longest_step_ns = 16'000'000;

  std::int64_t deadline_;
  std::int64_t step_ns_ = first_step_ns;
};

// Another program holds the file: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION,
// ERROR_DELETE_PENDING.
bool is_held(DWORD code);

// Runs `operation` (which returns an error code, 0 for success) until it succeeds or fails for
// good. Virus scanners and indexers hold files for moments, so a held file is tried again for half
// a second. ERROR_ACCESS_DENIED can mean a file that is being deleted, but mostly means what it
// says, so it gets a tenth of that.
template <class Operation>
DWORD patiently(Operation&& operation) {
  BackOff held(500'000'000);
  BackOff denied(50'000'000);
  while (true) {
    const DWORD code = operation();
    const bool retry = is_held(code) ? held.again() : code == ERROR_ACCESS_DENIED && denied.again();
    if (!retry) return code;
  }
}

}  // namespace deja::win32

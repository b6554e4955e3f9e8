// Text, paths and errors between deja and Windows.
#include "sys/win32/win32_call.h"

#include <algorithm>
#include <array>

namespace deja::win32 {

namespace {

struct CauseRow {
  DWORD code;
  Cause cause;
};

// System error codes, learn.microsoft.com/windows/win32/debug/system-error-codes.
constexpr std::array causes = std::to_array<CauseRow>({
    {ERROR_FILE_NOT_FOUND, Cause::not_found},
    {ERROR_PATH_NOT_FOUND, Cause::not_found},
    {ERROR_ACCESS_DENIED, Cause::denied},
    {ERROR_INVALID_DRIVE, Cause::not_found},
    {ERROR_WRITE_PROTECT, Cause::denied},
    {ERROR_NOT_READY, Cause::not_found},
    {ERROR_SHARING_VIOLATION, Cause::busy},
    {ERROR_LOCK_VIOLATION, Cause::busy},
    {ERROR_HANDLE_DISK_FULL, Cause::no_space},
    {ERROR_BAD_NETPATH, Cause::not_found},
    {ERROR_BAD_NET_NAME, Cause::not_found},
    {ERROR_FILE_EXISTS, Cause::exists},
    {ERROR_DISK_FULL, Cause::no_space},
    {ERROR_INVALID_NAME, Cause::not_found},
    {ERROR_BUSY, Cause::busy},
    {ERROR_ALREADY_EXISTS, Cause::exists},
    {ERROR_DIRECTORY, Cause::not_a_directory},
    {ERROR_DELETE_PENDING, Cause::busy},
    {error_disk_quota_exceeded, Cause::no_space},
});
static_assert(std::ranges::is_sorted(causes, {}, &CauseRow::code));

std::string system_words(DWORD code) {
  wchar_t text[512];
  const DWORD size = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
                                    nullptr, code, 0, text, std::size(text), nullptr);
  std::wstring_view words(text, size);
  while (!words.empty() && (words.back() == L'\n' || words.back() == L'\r' ||
                            words.back() == L' ' || words.back() == L'.'))
    words.remove_suffix(1);
  return (words.empty() ? "error" : utf8(words)) + " (" + std::to_string(code) + ")";
}

// From here on a directory's name does not fit into the classic 260 characters with an 8.3 name
// below it.
constexpr std::size_t short_enough = 248;

bool is_absolute(std::wstring_view path) {
  return (path.size() > 2 && path[1] == L':') ||
         (path.size() > 1 && (path[0] == L'\\' || path[0] == L'/') &&
          (path[1] == L'\\' || path[1] == L'/'));
}

}  // namespace

std::wstring wide(std::string_view utf8) {
  std::wstring out(utf8.size(),
                   L'\0');  // UTF-16 never has more units than UTF-8 or a code page has bytes
  const auto convert = [&](UINT page, DWORD flags) {
    return MultiByteToWideChar(page, flags, utf8.data(), static_cast<int>(utf8.size()), out.data(),
                               static_cast<int>(out.size()));
  };
  int size = convert(CP_UTF8, MB_ERR_INVALID_CHARS);
  if (size == 0 && !utf8.empty()) size = convert(CP_ACP, 0);
  out.resize(static_cast<std::size_t>(std::max(size, 0)));
  return out;
}

std::string utf8(std::wstring_view wide) {
  std::string out(wide.size() * 3, '\0');
  const int size = WideCharToMultiByte(CP_UTF8, 0, wide.data(), static_cast<int>(wide.size()),
                                       out.data(), static_cast<int>(out.size()), nullptr, nullptr);
  out.resize(static_cast<std::size_t>(std::max(size, 0)));
  return out;
}

std::wstring full_path(const std::wstring& path) {
  std::wstring full(std::size_t{MAX_PATH} + path.size(), L'\0');
  DWORD size =
      GetFullPathNameW(path.c_str(), static_cast<DWORD>(full.size()), full.data(), nullptr);
  if (size >= full.size()) {
    full.resize(size);
    size = GetFullPathNameW(path.c_str(), static_cast<DWORD>(full.size()), full.data(), nullptr);
  }
  full.resize(size);
  return size > 0 ? full : path;
}

std::wstring api_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return L"?";
  std::wstring given = wide(path);
  const std::size_t folder = is_absolute(given) ? 0 : GetCurrentDirectoryW(0, nullptr);
  if (given.size() + folder < short_enough) return given;
  const std::wstring full = full_path(given);
  if (full.starts_with(LR"(\\?\)") || full.starts_with(LR"(\\.\)")) return full;
  std::wstring out = LR"(\\?\)";
  const bool share = full.starts_with(LR"(\\)");
  return out.append(share ? L"UNC" : L"").append(full, share ? 1 : 0);
}

std::string plain_path(std::wstring_view path) {
  if (path.starts_with(LR"(\\?\UNC\)")) return std::string("\\").append(utf8(path.substr(7)));
  if (path.starts_with(LR"(\\?\)")) return utf8(path.substr(4));
  return utf8(path);
}

Error error_of(std::string action, std::string_view object, DWORD code) {
  const auto row = std::ranges::lower_bound(causes, code, {}, &CauseRow::code);
  const bool known = row != causes.end() && row->code == code;
  return {std::move(action), std::string(object), system_words(code),
          known ? row->cause : Cause::other};
}

std::int64_t monotonic_ns() {
  static const std::int64_t per_second = [] {
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    return frequency.QuadPart;
  }();
  LARGE_INTEGER now;
  QueryPerformanceCounter(&now);
  return now.QuadPart / per_second * 1'000'000'000 +
         now.QuadPart % per_second * 1'000'000'000 / per_second;
}

namespace {

// Sleep() takes whole ticks, up to 16 ms. False before Windows 10 1803.
bool sleep_precisely(std::int64_t ns) {
  const Handle timer(CreateWaitableTimerExW(nullptr, nullptr, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION,
                                            TIMER_MODIFY_STATE | SYNCHRONIZE));
  LARGE_INTEGER due;
  due.QuadPart = -std::max<std::int64_t>(ns / 100, 1);  // ticks of 100 ns from now
  return timer && SetWaitableTimer(timer.get(), &due, 0, nullptr, nullptr, FALSE) &&
         WaitForSingleObject(timer.get(), INFINITE) == WAIT_OBJECT_0;
}

}  // namespace

BackOff::BackOff(std::int64_t budget_ns) : deadline_(monotonic_ns() + budget_ns) {}

bool BackOff::again() {
  const std::int64_t now = monotonic_ns();
  if (now >= deadline_) return false;
  const std::int64_t uneven = step_ns_ / 2 + (now / 64 + GetCurrentProcessId() * 7919) % step_ns_;
  const std::int64_t pause = std::min(uneven, deadline_ - now);
  step_ns_ = std::min(2 * step_ns_, longest_step_ns);
  if (pause < 1'000'000 && sleep_precisely(pause)) return true;
  Sleep(static_cast<DWORD>((pause + 999'999) / 1'000'000));
  return true;
}

bool is_held(DWORD code) {
  return code == ERROR_SHARING_VIOLATION || code == ERROR_LOCK_VIOLATION ||
         code == ERROR_DELETE_PENDING;
}

}  // namespace deja::win32

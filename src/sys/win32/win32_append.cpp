// The appender: many processes, one file, no line lost or torn, never a wait beyond the deadline.
// See docs/concurrency.md.
#include "sys/win32/win32_fs.h"

namespace deja::win32 {

namespace {

// Far past any data: locks are mandatory here, and one on bytes that others write would make their
// writes fail.
constexpr std::uint64_t lock_offset = std::uint64_t{1} << 62;

OVERLAPPED lock_position() {
  OVERLAPPED at{};
  at.OffsetHigh = static_cast<DWORD>(lock_offset >> 32);
  return at;
}

// Other programs hold the file for moments: backup, virus scanners, editors, another version of
// deja, a file about to be deleted.
bool may_pass(DWORD code) { return is_held(code) || code == ERROR_ACCESS_DENIED; }

// Runs `attempt` until it returns 0, fails for good, or the back-off ends.
template <class Attempt>
DWORD until_deadline(BackOff& wait, Attempt&& attempt) {
  while (true) {
    const DWORD code = attempt();
    if (code == 0 || !may_pass(code) || !wait.again()) return code;
  }
}

// An open file; closing it also gives up its lock, as does the end of the process, however it ends.
struct Target {
  Handle file;
  std::uint64_t size = 0;  // once locked; 0 for what is no file
};

// FILE_APPEND_DATA without FILE_WRITE_DATA: every write goes to the end, wherever that is by then.
DWORD open_target(const std::wstring& name, Target& target) {
  target.file = Handle(CreateFileW(
      name.c_str(), FILE_APPEND_DATA | FILE_READ_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
      share_all, nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!target.file) {
    const DWORD code = GetLastError();
    const DWORD attributes =
        code == ERROR_ACCESS_DENIED ? GetFileAttributesW(name.c_str()) : INVALID_FILE_ATTRIBUTES;
    // A folder or a read-only file stays what it is: nothing to wait for.
    if (attributes == INVALID_FILE_ATTRIBUTES) return code;
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) return error_directory_not_supported;
    return (attributes & FILE_ATTRIBUTE_READONLY) != 0 ? ERROR_WRITE_PROTECT : code;
  }
  return 0;
}

DWORD try_lock(HANDLE file) {
  OVERLAPPED at = lock_position();
  return LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
             ? 0
             : GetLastError();
}

// False when the name was given to another file, or to none, since this one was opened.
bool still_named(const std::wstring& name, HANDLE target) {
  const Handle file(CreateFileW(name.c_str(), FILE_READ_ATTRIBUTES, share_all, nullptr,
                                OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  return file && index_of(file.get()) == index_of(target);
}

Error failed(const std::string& path, std::string action, DWORD code) {
  Error error = error_of(std::move(action), path, code);
  if (may_pass(code)) error.cause = Cause::busy;
  return error;
}

Result<Target> sized(Target target, const std::string& path) {
  LARGE_INTEGER size{};
  if (!GetFileSizeEx(target.file.get(), &size)) return failed(path, "stat", GetLastError());
  target.size = static_cast<std::uint64_t>(size.QuadPart);
  return target;
}

Result<Target> open_locked(const std::string& path, BackOff& wait, bool follow_rename) {
  const std::wstring name = api_path(path);
  while (true) {
    Target target;
    DWORD code = until_deadline(wait, [&] { return open_target(name, target); });
    if (code != 0) return failed(path, "open", code);
    code = until_deadline(wait, [&] { return try_lock(target.file.get()); });
    // Network drives without locks: appending alone must do there.
    const bool lockable = code != ERROR_NOT_SUPPORTED && code != ERROR_INVALID_FUNCTION;
    if (code != 0 && GetFileType(target.file.get()) != FILE_TYPE_DISK)
      return target;  // NUL, a pipe
    if (code != 0 && lockable) return failed(path, "lock", code);
    if (!follow_rename || still_named(name, target.file.get()))
      return sized(std::move(target), path);
    if (!wait.again()) return failed(path, "lock", ERROR_LOCK_VIOLATION);
  }
}

// 0, or why the last byte could not be read: another program may hold a lock on all of the file.
DWORD read_last_byte(const Target& target, char& last) {
  if (target.size == 0) return 0;
  OVERLAPPED at{};
  at.Offset = static_cast<DWORD>(target.size - 1);
  at.OffsetHigh = static_cast<DWORD>((target.size - 1) >> 32);
  DWORD got = 0;
  return ReadFile(target.file.get(), &last, 1, &got, &at) ? 0 : GetLastError();
}

}  // namespace

Result<void> Win32Fs::append(const std::string& path, std::string_view record,
                             const AppendOptions& options) {
  BackOff wait(options.deadline_ns);
  const auto target = open_locked(path, wait, options.follow_rename);
  if (!target) return target.error();
  std::string repaired;
  if (options.text) {
    char last = '\n';
    const DWORD code = until_deadline(wait, [&] { return read_last_byte(*target, last); });
    if (code != 0) return failed(path, "read", code);
    if (last != '\n') {
      repaired.reserve(record.size() + 1);
      repaired.append("\n").append(record);
      record = repaired;
    }
  }
  // A write that meets another program's lock writes nothing, so it is tried again as a whole. A
  // part of a record on a full disk stays without its newline, and the next writer begins a new
  // line.
  const DWORD code = until_deadline(wait, [&] { return write_all(target->file.get(), record); });
  return code == 0 ? Result<void>() : failed(path, "write", code);
}

Result<void> Win32Fs::with_append_lock(const std::string& path, std::int64_t deadline_ns,
                                       const std::function<Result<void>()>& work) {
  BackOff wait(deadline_ns);
  const auto target = open_locked(path, wait, true);
  if (!target) return target.error();
  return work();
}

}  // namespace deja::win32

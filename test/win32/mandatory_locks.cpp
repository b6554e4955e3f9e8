// Linked into a test program, makes Wine keep Windows' word: reading or writing bytes that another
// handle has locked fails.
//
// On Windows a range lock is mandatory (LockFileEx: "the locked region … other processes fail if
// they attempt to access it", with ERROR_LOCK_VIOLATION); Wine only keeps other locks away. The
// table of locks lies in memory that all processes of a test share. The calls are taken over by
// their import symbols, which this object defines before the import library would.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <winternl.h>

#include <atomic>
#include <cstdint>
#include <cstring>

namespace {

struct Lock {
  DWORD process;
  HANDLE handle;
  std::uint64_t file;
  std::uint64_t begin, end;  // end is one past the last byte
};

constexpr LONG capacity = 4096;

struct Table {
  LONG used;
  Lock locks[capacity];
};

template <class Function>
Function real(const char* name) {
  FARPROC found = GetProcAddress(GetModuleHandleA("kernel32.dll"), name);
  Function function;
  std::memcpy(&function, &found, sizeof function);
  return function;
}

Table* shared_table() {
  static Table* const table = [] {
    HANDLE mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0,
                                        sizeof(Table), "deja-test-locks");
    return static_cast<Table*>(MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, 0));
  }();
  return table;
}

// Holds the table for as long as it lives.
class Held {
 public:
  Held() { WaitForSingleObject(mutex(), INFINITE); }
  ~Held() { ReleaseMutex(mutex()); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  static HANDLE mutex() {
    static HANDLE const handle = CreateMutexA(nullptr, FALSE, "deja-test-locks-mutex");
    return handle;
  }
};

bool is_alive(DWORD process) {
  HANDLE handle = OpenProcess(SYNCHRONIZE, FALSE, process);
  if (handle == nullptr) return false;
  const bool alive = WaitForSingleObject(handle, 0) == WAIT_TIMEOUT;
  real<BOOL(WINAPI*)(HANDLE)>("CloseHandle")(handle);
  return alive;
}

// The number of a file on its volume; one volume is enough for a test, and asking for its name
// would cost more than all the rest.
std::uint64_t file_of(HANDLE handle) {
  FILE_INTERNAL_INFORMATION internal{};
  IO_STATUS_BLOCK status{};
  if (GetFileType(handle) != FILE_TYPE_DISK ||
      NtQueryInformationFile(handle, &status, &internal, sizeof internal, FileInternalInformation) <
          0)
    return 0;
  return static_cast<std::uint64_t>(internal.IndexNumber.QuadPart);
}

// Locks of this process, so that the many other handles are closed without asking the others.
std::atomic<int> own_locks = 0;

void forget_at(LONG index) {
  Table& table = *shared_table();
  table.locks[index] = table.locks[--table.used];
}

void forget(HANDLE handle, const std::uint64_t* begin) {
  if (own_locks == 0) return;
  const Held held;
  Table& table = *shared_table();
  for (LONG i = table.used; i-- > 0;) {
    const Lock& lock = table.locks[i];
    if (lock.process != GetCurrentProcessId() || lock.handle != handle ||
        (begin && lock.begin != *begin))
      continue;
    forget_at(i);
    --own_locks;
  }
}

void remember(HANDLE handle, std::uint64_t begin, std::uint64_t size) {
  const std::uint64_t end = begin + size < begin ? UINT64_MAX : begin + size;
  const Held held;
  Table& table = *shared_table();
  ++own_locks;
  if (table.used < capacity)
    table.locks[table.used++] = {GetCurrentProcessId(), handle, file_of(handle), begin, end};
}

bool is_locked_by_another(HANDLE handle, std::uint64_t begin, std::uint64_t size) {
  const std::uint64_t file = file_of(handle);
  if (file == 0 || size == 0) return false;
  const Held held;
  Table& table = *shared_table();
  for (LONG i = table.used; i-- > 0;) {
    const Lock& lock = table.locks[i];
    if (lock.file != file || lock.begin >= begin + size || lock.end <= begin) continue;
    if (lock.process == GetCurrentProcessId() && lock.handle == handle) continue;
    if (is_alive(lock.process)) return true;
    forget_at(i);  // Windows unlocks what a dead process had locked
  }
  return false;
}

std::uint64_t offset_of(const OVERLAPPED& at) {
  return std::uint64_t{at.OffsetHigh} << 32 | at.Offset;
}

bool appends_only(HANDLE handle) {
  ACCESS_MASK access = 0;  // all that FILE_ACCESS_INFORMATION holds
  IO_STATUS_BLOCK status{};
  return NtQueryInformationFile(handle, &status, &access, sizeof access, FileAccessInformation) >=
             0 &&
         (access & FILE_APPEND_DATA) != 0 && (access & FILE_WRITE_DATA) == 0;
}

std::uint64_t position_of(HANDLE handle, const OVERLAPPED* at, bool writing) {
  LARGE_INTEGER position{};
  if (writing && appends_only(handle)) {
    GetFileSizeEx(handle, &position);
    return static_cast<std::uint64_t>(position.QuadPart);
  }
  if (at != nullptr) return offset_of(*at);
  SetFilePointerEx(handle, LARGE_INTEGER{}, &position, FILE_CURRENT);
  return static_cast<std::uint64_t>(position.QuadPart);
}

BOOL refuse(DWORD* count) {
  if (count != nullptr) *count = 0;
  SetLastError(ERROR_LOCK_VIOLATION);
  return FALSE;
}

BOOL WINAPI write_file(HANDLE handle, const void* bytes, DWORD size, DWORD* put, OVERLAPPED* at) {
  static const auto write = real<decltype(&write_file)>("WriteFile");
  if (GetFileType(handle) == FILE_TYPE_DISK &&
      is_locked_by_another(handle, position_of(handle, at, true), size))
    return refuse(put);
  return write(handle, bytes, size, put, at);
}

BOOL WINAPI read_file(HANDLE handle, void* bytes, DWORD size, DWORD* got, OVERLAPPED* at) {
  static const auto read = real<decltype(&read_file)>("ReadFile");
  if (GetFileType(handle) == FILE_TYPE_DISK &&
      is_locked_by_another(handle, position_of(handle, at, false), size))
    return refuse(got);
  return read(handle, bytes, size, got, at);
}

BOOL WINAPI lock_file_ex(HANDLE handle, DWORD flags, DWORD reserved, DWORD low, DWORD high,
                         OVERLAPPED* at) {
  static const auto lock = real<decltype(&lock_file_ex)>("LockFileEx");
  const BOOL locked = lock(handle, flags, reserved, low, high, at);
  if (locked && (flags & LOCKFILE_EXCLUSIVE_LOCK) != 0)
    remember(handle, offset_of(*at), std::uint64_t{high} << 32 | low);
  return locked;
}

BOOL WINAPI unlock_file_ex(HANDLE handle, DWORD reserved, DWORD low, DWORD high, OVERLAPPED* at) {
  static const auto unlock = real<decltype(&unlock_file_ex)>("UnlockFileEx");
  const std::uint64_t begin = offset_of(*at);
  forget(handle, &begin);
  return unlock(handle, reserved, low, high, at);
}

BOOL WINAPI lock_file(HANDLE handle, DWORD low, DWORD high, DWORD size_low, DWORD size_high) {
  OVERLAPPED at{};
  at.Offset = low;
  at.OffsetHigh = high;
  return lock_file_ex(handle, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, size_low,
                      size_high, &at);
}

BOOL WINAPI unlock_file(HANDLE handle, DWORD low, DWORD high, DWORD size_low, DWORD size_high) {
  OVERLAPPED at{};
  at.Offset = low;
  at.OffsetHigh = high;
  return unlock_file_ex(handle, 0, size_low, size_high, &at);
}

BOOL WINAPI close_handle(HANDLE handle) {
  static const auto close = real<decltype(&close_handle)>("CloseHandle");
  forget(handle, nullptr);
  return close(handle);
}

}  // namespace

extern "C" {
extern const decltype(&write_file) __imp_WriteFile;
extern const decltype(&read_file) __imp_ReadFile;
extern const decltype(&lock_file_ex) __imp_LockFileEx;
extern const decltype(&unlock_file_ex) __imp_UnlockFileEx;
extern const decltype(&lock_file) __imp_LockFile;
extern const decltype(&unlock_file) __imp_UnlockFile;
extern const decltype(&close_handle) __imp_CloseHandle;

const decltype(&write_file) __imp_WriteFile = write_file;
const decltype(&read_file) __imp_ReadFile = read_file;
const decltype(&lock_file_ex) __imp_LockFileEx = lock_file_ex;
const decltype(&unlock_file_ex) __imp_UnlockFileEx = unlock_file_ex;
const decltype(&lock_file) __imp_LockFile = lock_file;
const decltype(&unlock_file) __imp_UnlockFile = unlock_file;
const decltype(&close_handle) __imp_CloseHandle = close_handle;
}

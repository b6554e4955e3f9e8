// Holds a file as other programs do, for a time:   hold_file none|reading|locked MILLISECONDS FILE
//   none     open, shared with nobody
//   reading  open for reading, shared with readers only
//   locked   open, shared with all, every byte locked
// FILE.held is there while it does.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string how = argv[1];
  const std::string file = argv[3];
  const DWORD access = how == "reading" ? GENERIC_READ : GENERIC_READ | GENERIC_WRITE;
  const DWORD share = how == "none"      ? 0
                      : how == "reading" ? FILE_SHARE_READ
                                         : FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  HANDLE handle = CreateFileA(file.c_str(), access, share, nullptr, OPEN_ALWAYS,
                              FILE_ATTRIBUTE_NORMAL, nullptr);
  OVERLAPPED start{};
  if (handle == INVALID_HANDLE_VALUE) return 1;
  if (how == "locked" &&
      !LockFileEx(handle, LOCKFILE_EXCLUSIVE_LOCK, 0, MAXDWORD, MAXDWORD, &start))
    return 1;
  HANDLE sign = CreateFileA((file + ".held").c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS,
                            FILE_FLAG_DELETE_ON_CLOSE, nullptr);
  Sleep(static_cast<DWORD>(std::atoi(argv[2])));
  CloseHandle(sign);
  CloseHandle(handle);
  return 0;
}

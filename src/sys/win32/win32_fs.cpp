// Whole-file operations. The appender has its own file.
#define _CRT_RAND_S  // rand_s: the system's random numbers
#include "sys/win32/win32_fs.h"

#include <fmt/format.h>
#include <winternl.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/path.h"
#include "sys/win32/win32_time.h"

namespace deja::win32 {

namespace {

struct Opened {
  Handle file;
  DWORD code = 0;  // why not
};

Opened open_file(const std::string& path, DWORD access, DWORD disposition,
                 DWORD flags = FILE_ATTRIBUTE_NORMAL) {
  Opened out;
  const std::wstring name = api_path(path);
  out.code = patiently([&]() -> DWORD {
    out.file =
        Handle(CreateFileW(name.c_str(), access, share_all, nullptr, disposition, flags, nullptr));
    return out.file ? 0 : GetLastError();
  });
  return out;
}

Result<FileFacts> facts_at(const std::string& path, DWORD flags) {
  const std::wstring name = api_path(path);
  // Reading attributes alone is never refused for sharing, so there is nothing to be patient about.
  const Handle file(CreateFileW(name.c_str(), FILE_READ_ATTRIBUTES, share_all, nullptr,
                                OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | flags, nullptr));
  if (!file) return error_of("stat", path, GetLastError());
  return facts_of(file.get(), path);
}

// True when the system (before Windows 10) or the drive (FAT, network drives, Wine) knows no POSIX
// semantics.
bool is_unsupported(DWORD code) {
  return code == ERROR_INVALID_PARAMETER || code == ERROR_NOT_SUPPORTED ||
         code == ERROR_INVALID_FUNCTION || code == ERROR_CALL_NOT_IMPLEMENTED;
}

// Marks an open file (or empty directory) as deleted. POSIX semantics: the name is free at once,
// whoever else has the file open.
DWORD mark_deleted(HANDLE file) {
  FILE_DISPOSITION_INFO_EX at_once{FILE_DISPOSITION_FLAG_DELETE |
                                   FILE_DISPOSITION_FLAG_POSIX_SEMANTICS};
  if (SetFileInformationByHandle(file, file_disposition_info_ex, &at_once, sizeof at_once))
    return 0;
  const DWORD code = GetLastError();
  if (!is_unsupported(code)) return code;
  FILE_DISPOSITION_INFO when_closed{TRUE};  // FAT, network drives, Wine
  return SetFileInformationByHandle(file, FileDispositionInfo, &when_closed, sizeof when_closed)
             ? 0
             : GetLastError();
}

// A directory, and no link to one.
bool is_folder(const std::string& path) {
  const DWORD attributes = GetFileAttributesW(api_path(path).c_str());
  constexpr DWORD kind = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT;
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & kind) == FILE_ATTRIBUTE_DIRECTORY;
}

DWORD remove_at(const std::string& path) {
  const std::wstring name = api_path(path);
  return patiently([&]() -> DWORD {
    const Handle file(CreateFileW(name.c_str(), DELETE, share_all, nullptr, OPEN_EXISTING,
                                  FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS,
                                  nullptr));
    return file ? mark_deleted(file.get()) : GetLastError();
  });
}

// A rename that frees or takes the name at once, even while others have either file open.
DWORD rename_open_file(HANDLE file, const std::wstring& to, Overwrite overwrite) {
  const std::size_t size = offsetof(FILE_RENAME_INFO, FileName) + (to.size() + 1) * sizeof(wchar_t);
  std::vector<std::uint64_t> room(size / sizeof(std::uint64_t) + 1);  // aligned for the structure
  auto* info = reinterpret_cast<FILE_RENAME_INFO*>(room.data());
  info->Flags = FILE_RENAME_FLAG_POSIX_SEMANTICS |
                (overwrite == Overwrite::yes ? FILE_RENAME_FLAG_REPLACE_IF_EXISTS : 0);
  info->FileNameLength = static_cast<DWORD>(to.size() * sizeof(wchar_t));
  std::copy(to.begin(), to.end(), info->FileName);
  return SetFileInformationByHandle(file, file_rename_info_ex, info, static_cast<DWORD>(size))
             ? 0
             : GetLastError();
}

DWORD rename_once(const std::wstring& from, const std::wstring& to, Overwrite overwrite) {
  const Handle file(
      CreateFileW(from.c_str(), DELETE | SYNCHRONIZE, share_all, nullptr, OPEN_EXISTING,
                  FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  if (!file) return GetLastError();
  const DWORD code = rename_open_file(file.get(), to, overwrite);
  if (!is_unsupported(code)) return code;
  return MoveFileExW(from.c_str(), to.c_str(),
                     overwrite == Overwrite::yes ? MOVEFILE_REPLACE_EXISTING : 0)
             ? 0
             : GetLastError();
}

// Where a file that others have open cannot be replaced, it can still be moved aside: for a moment
// its name leads nowhere.
DWORD replace_in_use(const std::wstring& from, const std::wstring& to, const std::wstring& aside) {
  if (!MoveFileExW(to.c_str(), aside.c_str(), 0)) return GetLastError();
  const DWORD code = rename_once(from, to, Overwrite::yes);
  if (code != 0) {
    MoveFileExW(aside.c_str(), to.c_str(), 0);
    return code;
  }
  const Handle old(CreateFileW(aside.c_str(), DELETE, share_all, nullptr, OPEN_EXISTING,
                               FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  if (old) mark_deleted(old.get());
  return 0;
}

// Writes into a file this call has just created; a failure leaves nothing behind.
Result<void> fill_new_file(HANDLE file, const std::string& path,
                           std::span<const std::string_view> pieces) {
  for (std::string_view piece : pieces) {
    const DWORD code = write_all(file, piece);
    if (code == 0) continue;
    remove_at(path);
    return error_of("write", path, code);
  }
  return {};
}

// 0 or an error code; a short answer is the end of the file. A pipe whose writer has gone is at its
// end too.
DWORD read_some(HANDLE file, char* into, std::size_t size, OVERLAPPED* at, std::size_t& got) {
  DWORD bytes = 0;
  const auto wanted = static_cast<DWORD>(std::min<std::size_t>(size, 1 << 30));
  const DWORD code = ReadFile(file, into, wanted, &bytes, at) ? 0 : GetLastError();
  got = bytes;
  return code == ERROR_HANDLE_EOF || code == ERROR_BROKEN_PIPE ? 0 : code;
}

OVERLAPPED position(std::uint64_t offset) {
  OVERLAPPED at{};
  at.Offset = static_cast<DWORD>(offset);
  at.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return at;
}

class Win32RandomFile final : public RandomFile {
 public:
  Win32RandomFile(Handle file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) override {
    std::string out(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      OVERLAPPED at = position(offset + have);
      std::size_t got = 0;
      const DWORD code = read_some(file_.get(), out.data() + have, size - have, &at, got);
      if (code != 0) return error_of("read", path_, code);
      if (got == 0) break;
      have += got;
    }
    out.resize(have);
    return out;
  }

  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      OVERLAPPED at = position(offset);
      DWORD put = 0;
      const auto wanted = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), 1 << 30));
      if (!WriteFile(file_.get(), bytes.data(), wanted, &put, &at))
        return error_of("write", path_, GetLastError());
      bytes.remove_prefix(put);
      offset += put;
    }
    return {};
  }

 private:
  Handle file_;
  std::string path_;
};

FileKind kind_of_entry(const WIN32_FIND_DATAW& entry) {
  const bool link = (entry.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
                    (entry.dwReserved0 == IO_REPARSE_TAG_SYMLINK ||
                     entry.dwReserved0 == IO_REPARSE_TAG_MOUNT_POINT);
  if (link) return FileKind::symlink;
  return (entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? FileKind::directory
                                                                  : FileKind::regular;
}

// Only asked when the name was opened without following it: a link of another kind (cloud files,
// deduplication) is a plain file.
bool is_link(HANDLE file) {
  FILE_ATTRIBUTE_TAG_INFO tag{};
  return GetFileInformationByHandleEx(file, FileAttributeTagInfo, &tag, sizeof tag) &&
         (tag.ReparseTag == IO_REPARSE_TAG_SYMLINK || tag.ReparseTag == IO_REPARSE_TAG_MOUNT_POINT);
}

std::uint64_t serial_of(HANDLE file) {
  DWORD serial = 0;
  GetVolumeInformationByHandleW(file, nullptr, 0, &serial, nullptr, nullptr, nullptr, 0);
  return serial;
}

// The volume's serial number, asked for once a drive letter: it is the dearest part of a stat. A
// folder where another volume is mounted gets its drive's number; index and times tell its files
// apart.
std::uint64_t device_of(HANDLE file, std::string_view path) {
  static std::array<std::atomic<std::uint64_t>, 27> known{};  // A to Z, and what is relative
  const bool separator = !path.empty() && path::is_separator(path[0]);
  if (separator && path.size() > 1 && path::is_separator(path[1]))
    return serial_of(file);  // a share
  const bool has_drive = path.size() > 1 && path[1] == ':';
  const char letter = has_drive ? static_cast<char>(path[0] | 0x20) : 'a';
  if (letter < 'a' || letter > 'z') return serial_of(file);
  std::atomic<std::uint64_t>& serial =
      known[has_drive ? static_cast<std::size_t>(letter - 'a') : 26];
  if (serial == 0) serial = serial_of(file);
  return serial;
}

}  // namespace

std::uint64_t index_of(HANDLE file) {
  FILE_INTERNAL_INFORMATION internal{};
  IO_STATUS_BLOCK status{};
  NtQueryInformationFile(file, &status, &internal, sizeof internal, FileInternalInformation);
  return static_cast<std::uint64_t>(internal.IndexNumber.QuadPart);
}

// Index and serial number as GetFileInformationByHandle tells them, but the latter is asked for
// once a drive.
Result<FileFacts> facts_of(HANDLE file, std::string_view path) {
  FileFacts facts;
  if (GetFileType(file) != FILE_TYPE_DISK) {
    facts.kind = FileKind::other;
    return facts;
  }
  FILE_BASIC_INFO basic{};
  FILE_STANDARD_INFO standard{};
  if (!GetFileInformationByHandleEx(file, FileBasicInfo, &basic, sizeof basic) ||
      !GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof standard))
    return error_of("stat", path, GetLastError());
  facts.device = device_of(file, path);
  facts.inode = index_of(file);
  facts.size = static_cast<std::uint64_t>(standard.EndOfFile.QuadPart);
  facts.disk_size = static_cast<std::uint64_t>(standard.AllocationSize.QuadPart);
  facts.mtime_ns = since_1970_ns(basic.LastWriteTime.QuadPart);
  facts.atime_ns = since_1970_ns(basic.LastAccessTime.QuadPart);
  facts.ctime_ns = basic.ChangeTime.QuadPart == 0
                       ? 0
                       : since_1970_ns(basic.ChangeTime.QuadPart);  // FAT keeps none
  facts.links = standard.NumberOfLinks;
  if (standard.Directory) {
    facts.kind = FileKind::directory;
    facts.size = 0;
  }
  if ((basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && is_link(file))
    facts.kind = FileKind::symlink;
  return facts;
}

DWORD write_all(HANDLE file, std::string_view bytes) {
  while (!bytes.empty()) {
    DWORD put = 0;
    const auto wanted = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), 1 << 30));
    if (!WriteFile(file, bytes.data(), wanted, &put, nullptr)) return GetLastError();
    if (put == 0) return ERROR_HANDLE_DISK_FULL;
    bytes.remove_prefix(put);
  }
  return 0;
}

Result<FileFacts> Win32Fs::stat(const std::string& path) { return facts_at(path, 0); }

Result<FileFacts> Win32Fs::lstat(const std::string& path) {
  return facts_at(path, FILE_FLAG_OPEN_REPARSE_POINT);
}

Result<FileFacts> Win32Fs::read(const std::string& path, std::string& into, std::uint64_t limit) {
  into.clear();
  const Opened opened = open_file(path, GENERIC_READ, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN);
  if (!opened.file) return error_of("open", path, opened.code);
  HANDLE file = opened.file.get();
  auto facts = facts_of(file, path);
  if (!facts) return facts;
  const DWORD type = GetFileType(file);
  if (facts->kind == FileKind::directory || type == FILE_TYPE_PIPE)
    return Error{"read", path, "not a regular file"};
  if (type == FILE_TYPE_CHAR) return facts;  // NUL: empty
  if (facts->size > limit) return Error{"read", path, "larger than expected", Cause::too_large};
  // A byte more than the size, so that a short answer is the end.
  into.resize(static_cast<std::size_t>(facts->size) + 1);
  std::size_t have = 0;
  for (std::size_t got = 1; got > 0 && (have != facts->size || have == 0); have += got) {
    if (have == into.size()) into.resize(2 * have + 4096);
    const DWORD code = patiently(
        [&] { return read_some(file, into.data() + have, into.size() - have, nullptr, got); });
    if (code != 0) return error_of("read", path, code);
    if (have + got > limit) return Error{"read", path, "larger than expected", Cause::too_large};
  }
  into.resize(have);
  // It changed under the read. The later facts carry the change's time, so nobody trusts them as
  // old.
  if (have != facts->size) facts = facts_of(file, path);
  return facts;
}

std::string Win32Fs::unused_name_beside(const std::string& path) {
  return temporary_name(std::string(path::directory(path)), path::file_name(path));
}

// Frees a name even where there is no delete with POSIX semantics, and the name of an open file
// stays taken until the last close.
DWORD Win32Fs::clear_name(const std::string& path) {
  if (is_folder(path)) return ERROR_ACCESS_DENIED;
  const std::string away = unused_name_beside(path);
  const std::wstring name = api_path(path);
  const std::wstring new_name = api_path(away);
  if (!MoveFileExW(name.c_str(), new_name.c_str(), 0)) return remove_at(path);
  const DWORD code = remove_at(away);
  if (code != 0) MoveFileExW(new_name.c_str(), name.c_str(), 0);  // read-only: as it was
  return code;
}

Result<FileFacts> Win32Fs::read_stored(const std::string& path, std::string& into,
                                       const Accept& accept) {
  const auto beginning = read_part(path, 0, static_cast<std::size_t>(most_of_beginning));
  if (!beginning) return beginning.error();
  const auto facts = lstat(path);
  if (!facts) return facts;
  if (facts->kind != FileKind::regular || !accept(*beginning, facts->size))
    return not_accepted(path);
  return read(path, into, facts->size);
}

// Windows: who may read a file is its directory's business.
Result<void> Win32Fs::create(const std::string& path, std::span<const std::string_view> pieces,
                             Access) {
  const Opened opened = open_file(path, GENERIC_WRITE, CREATE_NEW);
  if (!opened.file) return error_of("create", path, opened.code);
  return fill_new_file(opened.file.get(), path, pieces);
}

Result<void> Win32Fs::write_output(const std::string& path, std::string_view bytes, Existing) {
  const std::wstring name = api_path(path);
  // In a fresh build nothing is there, and the first open is all. A second turn follows a delete, a
  // third a race for the name.
  for (int turn = 0; turn < 3; ++turn) {
    const Handle created(CreateFileW(name.c_str(), GENERIC_WRITE, share_all, nullptr, CREATE_NEW,
                                     FILE_ATTRIBUTE_NORMAL, nullptr));
    if (created) return fill_new_file(created.get(), path, {&bytes, 1});
    const DWORD code = GetLastError();
    const auto found = lstat(path);
    if (!found && found.error().cause != Cause::not_found) return error_of("create", path, code);
    if (!found && code != ERROR_FILE_EXISTS && code != ERROR_ACCESS_DENIED)
      return error_of("create", path, code);
    if (found && (found->kind == FileKind::symlink || found->kind == FileKind::other)) {
      const Opened through = open_file(path, GENERIC_WRITE, OPEN_ALWAYS);
      if (!through.file) return error_of("open", path, through.code);
      const bool shortened = found->kind == FileKind::other || SetEndOfFile(through.file.get());
      const DWORD failure = shortened ? write_all(through.file.get(), bytes) : GetLastError();
      return failure == 0 ? Result<void>() : error_of("write", path, failure);
    }
    const DWORD failure = found ? clear_name(path) : 0;
    if (failure != 0 && failure != ERROR_FILE_NOT_FOUND) return error_of("remove", path, failure);
  }
  return error_of("create", path, ERROR_FILE_EXISTS);
}

// Of a clone only ReFS knows.
Result<void> Win32Fs::share(const std::string& from, const std::string& to, Share how) {
  if (how == Share::clone) return error_of("clone", to, ERROR_NOT_SUPPORTED);
  const bool made = CreateHardLinkW(api_path(to).c_str(), api_path(from).c_str(), nullptr) != 0;
  return made ? Result<void>() : error_of("link", to, GetLastError());
}

Result<void> Win32Fs::rename(const std::string& from, const std::string& to, Overwrite overwrite) {
  const std::wstring source = api_path(from);
  const std::wstring target = api_path(to);
  const DWORD code = patiently([&] {
    const DWORD once = rename_once(source, target, overwrite);
    const bool in_use = once == ERROR_ACCESS_DENIED || is_held(once);
    return in_use && overwrite == Overwrite::yes && !is_folder(to)
               ? replace_in_use(source, target, api_path(unused_name_beside(to)))
               : once;
  });
  return code == 0 ? Result<void>() : error_of("rename", to, code);
}

Result<void> Win32Fs::remove(const std::string& path) {
  const DWORD code = is_folder(path) ? error_directory_not_supported : remove_at(path);
  return code == 0 ? Result<void>() : error_of("remove", path, code);
}

Result<void> Win32Fs::remove_directory(const std::string& path) {
  if (RemoveDirectoryW(api_path(path).c_str())) return {};
  return error_of("remove", path, GetLastError());
}

Result<void> Win32Fs::make_directories(const std::string& path) {
  if (CreateDirectoryW(api_path(path).c_str(), nullptr)) return {};
  const DWORD code = GetLastError();
  if (code == ERROR_ALREADY_EXISTS ||
      code == ERROR_ACCESS_DENIED) {  // a drive's root is denied, not there already
    const auto found = stat(path);
    if (found && found->kind == FileKind::directory) return {};
    return error_of("create", path, found ? ERROR_DIRECTORY : code);
  }
  const std::string parent(path::directory(path));
  if (code != ERROR_PATH_NOT_FOUND || parent == path || path.empty())
    return error_of("create", path, code);
  if (auto made = make_directories(parent); !made) return made;
  // Another process may have been as quick.
  if (!CreateDirectoryW(api_path(path).c_str(), nullptr) && GetLastError() != ERROR_ALREADY_EXISTS)
    return error_of("create", path, GetLastError());
  return {};
}

Result<std::vector<DirectoryItem>> Win32Fs::list(const std::string& path) {
  WIN32_FIND_DATAW entry;
  const std::wstring pattern = api_path(path::join(path, "*"));
  HANDLE search = FindFirstFileExW(pattern.c_str(), FindExInfoBasic, &entry, FindExSearchNameMatch,
                                   nullptr, FIND_FIRST_EX_LARGE_FETCH);
  if (search == INVALID_HANDLE_VALUE) return error_of("list", path, GetLastError());
  std::vector<DirectoryItem> out;
  do {
    const std::wstring_view name = entry.cFileName;
    if (name != L"." && name != L"..") out.push_back({utf8(name), kind_of_entry(entry)});
  } while (FindNextFileW(search, &entry));
  const DWORD code = GetLastError();
  FindClose(search);
  if (code != ERROR_NO_MORE_FILES) return error_of("list", path, code);
  return out;
}

Result<void> Win32Fs::touch(const std::string& path) {
  FILETIME now;
  GetSystemTimeAsFileTime(&now);
  return set_mtime(path, since_1970_ns(now));
}

Result<void> Win32Fs::set_mtime(const std::string& path, std::int64_t mtime_ns) {
  const Opened opened =
      open_file(path, FILE_WRITE_ATTRIBUTES, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  if (!opened.file) return error_of("touch", path, opened.code);
  const FILETIME time = file_time(mtime_ns);
  if (!SetFileTime(opened.file.get(), nullptr, &time, &time))
    return error_of("touch", path, GetLastError());
  return {};
}

Result<std::vector<ListedFile>> Win32Fs::list_with_facts(const std::string& path) {
  // A search alone tells neither index nor change time.
  auto items = list(path);
  if (!items) return items.error();
  std::vector<ListedFile> out;
  for (DirectoryItem& item : *items)
    if (auto facts = lstat(path::join(path, item.name)))
      out.push_back({std::move(item.name), *facts});
  return out;
}

Result<std::string> Win32Fs::read_part(const std::string& path, std::uint64_t offset,
                                       std::size_t size) {
  Opened opened = open_file(path, GENERIC_READ, OPEN_EXISTING);
  if (!opened.file) return error_of("open", path, opened.code);
  return Win32RandomFile(std::move(opened.file), path).read_at(offset, size);
}

Result<std::unique_ptr<RandomFile>> Win32Fs::open_random(const std::string& path) {
  Opened opened =
      open_file(path, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS, FILE_FLAG_RANDOM_ACCESS);
  if (!opened.file) return error_of("open", path, opened.code);
  if (GetFileType(opened.file.get()) != FILE_TYPE_DISK)
    return Error{"open", path, "not a regular file"};
  return std::unique_ptr<RandomFile>(
      std::make_unique<Win32RandomFile>(std::move(opened.file), path));
}

std::string Win32Fs::temporary_name(const std::string& folder, std::string_view prefix) {
  // The process id and the counter make it unique here, the random bits everywhere else and in
  // advance.
  unsigned high = 0;
  unsigned low = 0;
  if (rand_s(&high) != 0 || rand_s(&low) != 0) high = static_cast<unsigned>(monotonic_ns());
  return path::join(folder, fmt::format("{}.{}.{}-{:08x}{:08x}", prefix, GetCurrentProcessId(),
                                        names_given_++, high, low));
}

Result<std::string> Win32Fs::current_directory() {
  std::wstring name(MAX_PATH, L'\0');
  DWORD size = GetCurrentDirectoryW(static_cast<DWORD>(name.size()), name.data());
  if (size > name.size()) {
    name.resize(size);
    size = GetCurrentDirectoryW(static_cast<DWORD>(name.size()), name.data());
  }
  if (size == 0 || size > name.size()) return error_of("find", ".", GetLastError());
  name.resize(size);
  return plain_path(name);
}

Result<std::string> Win32Fs::real_path(const std::string& path) {
  const Opened opened =
      open_file(path, FILE_READ_ATTRIBUTES, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  if (!opened.file) return error_of("resolve", path, opened.code);
  std::wstring name(1024, L'\0');
  DWORD size =
      GetFinalPathNameByHandleW(opened.file.get(), name.data(), static_cast<DWORD>(name.size()), 0);
  if (size > name.size()) {
    name.resize(size);
    size = GetFinalPathNameByHandleW(opened.file.get(), name.data(),
                                     static_cast<DWORD>(name.size()), 0);
  }
  // Some drives' drivers cannot tell, nor can Wine for long names.
  if (size == 0 || size > name.size()) return plain_path(full_path(wide(path)));
  name.resize(size);
  return plain_path(name);
}

}  // namespace deja::win32

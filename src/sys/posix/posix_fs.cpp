// Whole-file operations. The appender has its own file.
#include "sys/posix/posix_fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/sysmacros.h>

#ifdef __linux__
#include <linux/fs.h>  // FICLONE
#endif

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/path.h"
#include "sys/posix/posix_call.h"

namespace deja::posix {

namespace {

constexpr mode_t plain_mode = 0666;  // & ~umask, as compilers create files
constexpr mode_t owner_mode = 0600;

// The one device that is worth reading: CCACHE_CONFIGPATH=/dev/null, `cc -xc -c /dev/null`.
bool is_dev_null(const struct stat& found) {
  return S_ISCHR(found.st_mode) && found.st_rdev == makedev(1, 3);
}

// Whether what has the name `path` is taken away for a new file. Of a plain file of our own nobody
// can tell that it was.
bool gives_way(const std::string& path, const struct stat& found, Existing existing) {
  const bool is_file = S_ISREG(found.st_mode);
  if (existing == Existing::kept)
    return is_file && found.st_nlink == 1 && found.st_uid == ::geteuid() &&
           (found.st_mode & 07777) == (plain_mode & ~current_umask());
  if (!S_ISLNK(found.st_mode)) return is_file;
  struct stat target;
  return ::stat(path.c_str(), &target) == 0 ? S_ISREG(target.st_mode)
                                            : existing == Existing::replaced;
}

// Writes into a file this call has just created; a failure leaves nothing behind.
Result<void> fill_new_file(const Fd& file, const std::string& path,
                           std::span<const std::string_view> pieces) {
  const int failure = write_all(file.get(), pieces);
  if (failure == 0) return {};
  ::unlink(path.c_str());
  return os_error("write", path, failure);
}

Result<std::string> read_at_most(const Fd& file, const std::string& path, std::uint64_t offset,
                                 std::size_t size) {
  std::string out(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = retried([&] {
      return ::pread(file.get(), out.data() + have, size - have, static_cast<off_t>(offset + have));
    });
    if (got < 0) return os_error("read", path, errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  out.resize(have);
  return out;
}

class PosixRandomFile final : public RandomFile {
 public:
  PosixRandomFile(Fd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) override {
    return read_at_most(file_, path_, offset, size);
  }

  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = retried([&] {
        return ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      });
      if (put < 0) return os_error("write", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    }
    return {};
  }

 private:
  Fd file_;
  std::string path_;
};

// Reads to the end of the file. The usual file needs one read(): a byte more is asked for than stat
// said, so a short answer is the end.
Result<void> read_to_end(const Fd& file, const std::string& path, std::uint64_t expected,
                         std::uint64_t limit, std::string& into) {
  std::size_t have = 0;
  into.resize(static_cast<std::size_t>(expected) + 1);
  for (;;) {
    const ssize_t got =
        retried([&] { return ::read(file.get(), into.data() + have, into.size() - have); });
    if (got < 0) return os_error("read", path, errno);
    have += static_cast<std::size_t>(got);
    if (have > limit) return Error{"read", path, "larger than expected", Cause::too_large};
    if (got == 0 || (have == expected && have > 0)) break;
    if (have == into.size()) into.resize(2 * have + 4096);
  }
  into.resize(have);
  return {};
}

// d_type where the file system fills it in.
FileKind kind_of_entry(int folder, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG:
      return FileKind::regular;
    case DT_DIR:
      return FileKind::directory;
    case DT_LNK:
      return FileKind::symlink;
    case DT_UNKNOWN: {
      struct stat found;
      return ::fstatat(folder, entry.d_name, &found, AT_SYMLINK_NOFOLLOW) == 0
                 ? facts_of(found).kind
                 : FileKind::other;
    }
    default:
      return FileKind::other;
  }
}

// Calls `use(folder's descriptor, entry)` for each name but . and ..
template <class Use>
Result<void> each_entry(const std::string& path, Use&& use) {
  DIR* const folder = ::opendir(path.c_str());
  if (folder == nullptr) return os_error("list", path, errno);
  errno = 0;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") use(::dirfd(folder), *entry);
    errno = 0;
  }
  const int failure = errno;
  ::closedir(folder);
  if (failure != 0) return os_error("list", path, failure);
  return {};
}

}  // namespace

Result<FileFacts> PosixFs::stat(const std::string& path) {
  struct stat found;
  if (::stat(path.c_str(), &found) != 0) return os_error("stat", path, errno);
  return facts_of(found);
}

Result<FileFacts> PosixFs::lstat(const std::string& path) {
  struct stat found;
  if (::lstat(path.c_str(), &found) != 0) return os_error("stat", path, errno);
  return facts_of(found);
}

Result<FileFacts> PosixFs::read(const std::string& path, std::string& into, std::uint64_t limit) {
  into.clear();
  // O_NONBLOCK: a named pipe must neither hang this process nor lose bytes that the compiler is to
  // read.
  const Fd file = open_fd(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file) return os_error("open", path, errno);
  struct stat found;
  if (::fstat(file.get(), &found) != 0) return os_error("stat", path, errno);
  if (S_ISDIR(found.st_mode)) return os_error("read", path, EISDIR);
  if (is_dev_null(found)) return facts_of(found);
  if (!S_ISREG(found.st_mode)) return Error{"read", path, "not a regular file"};
  FileFacts facts = facts_of(found);
  if (facts.size > limit) return Error{"read", path, "larger than expected", Cause::too_large};
  if (auto done = read_to_end(file, path, facts.size, limit, into); !done) return done.error();
  if (into.size() != facts.size) {
    // It changed under the read (or is one of /proc's). The later facts carry the change's time, so
    // nobody trusts them as old.
    if (::fstat(file.get(), &found) != 0) return os_error("stat", path, errno);
    facts = facts_of(found);
  }
  return facts;
}

Result<FileFacts> PosixFs::read_stored(const std::string& path, std::string& into,
                                       const Accept& accept) {
  into.clear();
  const Fd file = open_fd(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
  if (!file) return os_error("open", path, errno);
  struct stat found;
  if (::fstat(file.get(), &found) != 0) return os_error("stat", path, errno);
  if (!S_ISREG(found.st_mode)) return Error{"read", path, "not a regular file", Cause::corrupt};
  const FileFacts facts = facts_of(found);
  const auto fill_up_to = [&](std::size_t size) {
    std::size_t have = into.size();
    into.resize(size);
    for (ssize_t got = 1; have < size && got > 0; have += static_cast<std::size_t>(got)) {
      got = retried([&] { return ::read(file.get(), into.data() + have, size - have); });
      if (got < 0) return errno;
    }
    into.resize(have);
    return 0;
  };
  const std::uint64_t beginning = std::min(facts.size, most_of_beginning);
  if (const int failure = fill_up_to(static_cast<std::size_t>(beginning)); failure != 0)
    return os_error("read", path, failure);
  if (!accept(into, facts.size)) return not_accepted(path);
  if (const int failure = fill_up_to(static_cast<std::size_t>(facts.size)); failure != 0)
    return os_error("read", path, failure);
  return facts;
}

Result<void> PosixFs::create(const std::string& path, std::span<const std::string_view> pieces,
                             Access access) {
  const Fd file = open_fd(path, O_WRONLY | O_CREAT | O_EXCL,
                          access == Access::owner_only ? owner_mode : plain_mode);
  if (!file) return os_error("create", path, errno);
  return fill_new_file(file, path, pieces);
}

Result<void> PosixFs::write_output(const std::string& path, std::string_view bytes,
                                   Existing existing) {
  // In a fresh build nothing is there, and the first open is all. A second turn follows an unlink,
  // a third a race for the name.
  for (int turn = 0; turn < 3; ++turn) {
    const Fd created = open_fd(path, O_WRONLY | O_CREAT | O_EXCL, plain_mode);
    if (created) return fill_new_file(created, path, {&bytes, 1});
    if (errno != EEXIST) return os_error("create", path, errno);
    struct stat found;
    if (::lstat(path.c_str(), &found) != 0) {
      if (errno == ENOENT) continue;
      return os_error("stat", path, errno);
    }
    if (!gives_way(path, found, existing)) {
      const Fd through = open_fd(path, O_WRONLY | O_CREAT | O_TRUNC, plain_mode);
      if (!through) return os_error("open", path, errno);
      const int failure = write_all(through.get(), bytes);
      return failure == 0 ? Result<void>() : os_error("write", path, failure);
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return os_error("remove", path, errno);
  }
  return os_error("create", path, EEXIST);
}

Result<void> PosixFs::rename(const std::string& from, const std::string& to, Overwrite overwrite) {
  if (overwrite == Overwrite::yes) {
    if (::rename(from.c_str(), to.c_str()) != 0) return os_error("rename", to, errno);
    return {};
  }
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno != EINVAL && errno != ENOSYS) return os_error("rename", to, errno);
  // File systems without RENAME_NOREPLACE: a hard link refuses an existing name just as well.
  if (::link(from.c_str(), to.c_str()) != 0) return os_error("rename", to, errno);
  ::unlink(from.c_str());
  return {};
}

namespace {

// 0 or errno.
int clone_file([[maybe_unused]] int from, [[maybe_unused]] int to) {
#ifdef FICLONE
  return ::ioctl(to, FICLONE, from) == 0 ? 0 : errno;
#else
  return ENOTSUP;
#endif
}

}  // namespace

Result<void> PosixFs::share(const std::string& from, const std::string& to, Share how) {
  if (how == Share::link) {
    if (::link(from.c_str(), to.c_str()) != 0) return os_error("link", to, errno);
    return {};
  }
  const int source = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (source < 0) return os_error("open", from, errno);
  const int target = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, plain_mode);
  int failure = target < 0 ? errno : 0;
  if (target >= 0) failure = clone_file(source, target);
  if (target >= 0) ::close(target);
  ::close(source);
  if (failure == 0) return {};
  if (target >= 0) ::unlink(to.c_str());
  return os_error("clone", to, failure);
}

Result<void> PosixFs::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return os_error("remove", path, errno);
  return {};
}

Result<void> PosixFs::remove_directory(const std::string& path) {
  if (::rmdir(path.c_str()) != 0) return os_error("remove", path, errno);
  return {};
}

Result<void> PosixFs::make_directories(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) == 0) return {};
  const int failure = errno;
  struct stat found;
  if (failure != ENOENT && ::stat(path.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) return {};
    return os_error("create", path, ENOTDIR);
  }
  const std::string parent(path::directory(path));
  if (failure != ENOENT || parent == path || path.empty()) return os_error("create", path, failure);
  if (auto made = make_directories(parent); !made) return made;
  // Another process may have been as quick.
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) return os_error("create", path, errno);
  return {};
}

Result<std::vector<DirectoryItem>> PosixFs::list(const std::string& path) {
  std::vector<DirectoryItem> out;
  auto done = each_entry(path, [&](int folder, const dirent& entry) {
    out.push_back({entry.d_name, kind_of_entry(folder, entry)});
  });
  if (!done) return done.error();
  return out;
}

Result<std::vector<ListedFile>> PosixFs::list_with_facts(const std::string& path) {
  std::vector<ListedFile> out;
  auto done = each_entry(path, [&](int folder, const dirent& entry) {
    struct stat found;
    if (::fstatat(folder, entry.d_name, &found, AT_SYMLINK_NOFOLLOW) == 0)
      out.push_back({entry.d_name, facts_of(found)});
  });
  if (!done) return done.error();
  return out;
}

Result<std::string> PosixFs::read_part(const std::string& path, std::uint64_t offset,
                                       std::size_t size) {
  const Fd file = open_fd(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file) return os_error("open", path, errno);
  struct stat found;
  if (::fstat(file.get(), &found) != 0) return os_error("stat", path, errno);
  if (!S_ISREG(found.st_mode)) return Error{"read", path, "not a regular file"};
  return read_at_most(file, path, offset, size);
}

Result<void> PosixFs::set_mtime(const std::string& path, std::int64_t mtime_ns) {
  const timespec time{static_cast<std::time_t>(mtime_ns / 1'000'000'000),
                      static_cast<decltype(timespec::tv_nsec)>(mtime_ns % 1'000'000'000)};
  const timespec both[] = {time, time};
  if (::utimensat(AT_FDCWD, path.c_str(), both, 0) != 0)
    return os_error("set times of", path, errno);
  return {};
}

Result<void> PosixFs::touch(const std::string& path) {
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) != 0) return os_error("touch", path, errno);
  return {};
}

Result<std::unique_ptr<RandomFile>> PosixFs::open_random(const std::string& path) {
  Fd file = open_fd(path, O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, plain_mode);
  if (!file) return os_error("open", path, errno);
  struct stat found;
  if (::fstat(file.get(), &found) != 0) return os_error("stat", path, errno);
  if (!S_ISREG(found.st_mode)) return Error{"open", path, "not a regular file"};
  return std::unique_ptr<RandomFile>(std::make_unique<PosixRandomFile>(std::move(file), path));
}

std::string PosixFs::temporary_name(const std::string& folder, std::string_view prefix) {
  // The process id and the counter make it unique here, the random bits everywhere else and in
  // advance.
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof random)) {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    random = static_cast<std::uint64_t>(now.tv_nsec) * 0x9e3779b97f4a7c15 +
             static_cast<std::uint64_t>(now.tv_sec);
  }
  return path::join(folder,
                    fmt::format("{}.{}.{}-{:016x}", prefix, ::getpid(), names_given_++, random));
}

Result<std::string> PosixFs::current_directory() {
  // The rule of compilers and shells: $PWD may go through links, as long as it leads here.
  struct stat here;
  struct stat named;
  const char* const pwd = std::getenv("PWD");
  if (pwd != nullptr && pwd[0] == '/' && ::stat(pwd, &named) == 0 && ::stat(".", &here) == 0 &&
      named.st_dev == here.st_dev && named.st_ino == here.st_ino)
    return std::string(pwd);
  char* const found = ::getcwd(nullptr, 0);
  if (found == nullptr) return os_error("find", ".", errno);
  std::string out(found);
  std::free(found);
  return out;
}

Result<std::string> PosixFs::real_path(const std::string& path) {
  char* const found = ::realpath(path.c_str(), nullptr);
  if (found == nullptr) return os_error("resolve", path, errno);
  std::string out(found);
  std::free(found);
  return out;
}

}  // namespace deja::posix

// The errno table, stat's fields, and the write loop.
#include "sys/posix/posix_call.h"

#include <poll.h>

#include <cstring>

namespace deja::posix {

namespace {

struct CauseRow {
  int code;
  Cause cause;
};

constexpr CauseRow causes[] = {
    {ENOENT, Cause::not_found},
    {EEXIST, Cause::exists},
    {ENOTEMPTY, Cause::exists},
    {EACCES, Cause::denied},
    {EPERM, Cause::denied},
    {EROFS, Cause::denied},
    {ENOSPC, Cause::no_space},
    {EDQUOT, Cause::no_space},
    {EFBIG, Cause::no_space},  // the caller's limit on file sizes
    {EAGAIN, Cause::busy},
    {EBUSY, Cause::busy},
    {ETXTBSY, Cause::busy},
    {EDEADLK, Cause::busy},
    {ENOTDIR, Cause::not_a_directory},
    {EFBIG, Cause::too_large},
};

FileKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::regular;
  if (S_ISDIR(mode)) return FileKind::directory;
  if (S_ISLNK(mode)) return FileKind::symlink;
  return FileKind::other;
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Error os_error(std::string_view action, std::string_view object, int code) {
  Cause cause = Cause::other;
  for (const CauseRow& row : causes)
    if (row.code == code) cause = row.cause;
  return {std::string(action), std::string(object), std::strerror(code), cause};
}

FileFacts facts_of(const struct stat& found) {
  FileFacts out;
  out.device = found.st_dev;
  out.inode = found.st_ino;
  out.size = static_cast<std::uint64_t>(found.st_size);
  out.mtime_ns = nanoseconds(found.st_mtim);
  out.atime_ns = nanoseconds(found.st_atim);
  out.ctime_ns = nanoseconds(found.st_ctim);
  out.disk_size = static_cast<std::uint64_t>(found.st_blocks) * 512;
  out.owner = found.st_uid;
  out.mode = found.st_mode & 07777;
  out.links = static_cast<std::uint32_t>(found.st_nlink);
  out.kind = kind_of(found.st_mode);
  return out;
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // A terminal or pipe that its other owner made non-blocking: wait for room.
      pollfd room{fd, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int write_all(int fd, std::span<const std::string_view> pieces) {
  for (std::string_view piece : pieces)
    if (const int failure = write_all(fd, piece)) return failure;
  return 0;
}

}  // namespace deja::posix

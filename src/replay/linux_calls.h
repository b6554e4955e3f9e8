// What a replay asks of Linux, by system calls and nothing else: no C library, no errno, no
// allocation. x86-64 and aarch64.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <string_view>

#include "replay/fast_path.h"
#include "replay/record.h"

// Everything here belongs to the file that includes it: the linker must never put in another file's
// copy, compiled with other options.
namespace {

namespace linux_kernel {

// The result, or -errno.
#if defined(__x86_64__)
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}
#endif

template <class T>
inline long address(T* pointer) {
  return reinterpret_cast<long>(pointer);
}
inline int open(int at, const char* path, int flags, int mode = 0) {
  return static_cast<int>(call(SYS_openat, at, address(path), flags | O_CLOEXEC, mode));
}
inline void close(int fd) { call(SYS_close, fd); }

inline std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

inline deja::replay::Facts facts_of(const struct stat& found) {
  return {found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size),
          nanoseconds(found.st_mtim), nanoseconds(found.st_ctim)};
}

// An open file that closes itself.
class File {
 public:
  File(int at, const char* path, int flags, int mode = 0) : fd_(open(at, path, flags, mode)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  bool is_standard_stream() const { return fd_ <= 2; }

  bool stat(struct stat& found) const { return call(SYS_fstat, fd_, address(&found)) == 0; }
  // Bytes read, 0 at the end, negative on an error.
  long read(std::span<char> into) const {
    return call(SYS_read, fd_, address(into.data()), static_cast<long>(into.size()));
  }
  long read_at(std::span<char> into, std::uint64_t offset) const {
    return call(SYS_pread64, fd_, address(into.data()), static_cast<long>(into.size()),
                static_cast<long>(offset));
  }
  // Bytes written; fewer than asked when it failed.
  std::size_t write(std::string_view bytes) const {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const long put = call(SYS_write, fd_, address(bytes.data() + done),
                            static_cast<long>(bytes.size() - done));
      if (put <= 0 && put != -EINTR) break;
      if (put > 0) done += static_cast<std::size_t>(put);
    }
    return done;
  }
  // The appender's lock (docs/concurrency.md): one byte far past any data; it goes with the file. 0
  // or -errno.
  long lock() const {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = off_t{1} << 62;
    lock.l_len = 1;
    return call(SYS_fcntl, fd_, F_OFD_SETLK, address(&lock));
  }
  void truncate(std::uint64_t size) const { call(SYS_ftruncate, fd_, static_cast<long>(size)); }
  long list(std::span<char> into) const {
    return call(SYS_getdents64, fd_, address(into.data()), static_cast<long>(into.size()));
  }

 private:
  int fd_;
};

}  // namespace linux_kernel

class LinuxCalls {
 public:
  using Directory = int;
  using Facts = deja::replay::Facts;
  using Look = deja::replay::Look;

  std::int64_t now_ns() {
    timespec now{};
    linux_kernel::call(SYS_clock_gettime, CLOCK_REALTIME, linux_kernel::address(&now));
    return linux_kernel::nanoseconds(now);
  }
  std::uint32_t process() { return static_cast<std::uint32_t>(linux_kernel::call(SYS_getpid)); }
  std::uint32_t user() { return static_cast<std::uint32_t>(linux_kernel::call(SYS_geteuid)); }
  bool err_is_terminal() {
    char settings[256];
    return linux_kernel::call(SYS_ioctl, 2, TCGETS, linux_kernel::address(settings)) == 0;
  }
  // Absolute; "" when it cannot be told.
  std::string_view working_directory(std::span<char> into) {
    const long size = linux_kernel::call(SYS_getcwd, linux_kernel::address(into.data()),
                                         static_cast<long>(into.size()));
    if (size <= 1 || into.front() != '/') return {};
    return {into.data(), static_cast<std::size_t>(size) - 1};
  }

  // Bytes of a record from `offset` on, as many as there are and fit, or a negative number: where
  // it is no regular file, belongs to somebody else than `user` or could have been written by
  // others, and where the caller has closed a standard stream, whose number the file would get. A
  // name that has become another file meanwhile shows by the record's checksums.
  std::int64_t read_record(const char* path, std::uint32_t user, std::span<char> into,
                           std::uint64_t offset, Facts& facts) {
    const linux_kernel::File file(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    struct stat found;
    if (!file || file.is_standard_stream() || !file.stat(found) || !S_ISREG(found.st_mode))
      return -1;
    constexpr mode_t others_write = 022;
    if (found.st_uid != user || (found.st_mode & others_write) != 0) return -1;
    facts = linux_kernel::facts_of(found);
    return file.read_at(into, offset);
  }

  // From here on a write beyond the caller's limit on file sizes is an error, not the end.
  void ignore_size_signal() {
    // The kernel's struct sigaction: handler, flags, restorer, mask; SIG_IGN is 1.
    const unsigned long ignore[] = {1, 0, 0, 0};
    linux_kernel::call(SYS_rt_sigaction, SIGXFSZ, linux_kernel::address(ignore),
                       linux_kernel::address(size_signal_before_), 8);
  }
  // For the ordinary flow, which tells the compiler what the caller wanted.
  void restore_size_signal() {
    linux_kernel::call(SYS_rt_sigaction, SIGXFSZ, linux_kernel::address(size_signal_before_), 0, 8);
  }

  // "" is the working directory. A directory that cannot be opened makes every look() say what open
  // said.
  Directory enter(const char* path) {
    return *path == '\0' ? AT_FDCWD : linux_kernel::open(AT_FDCWD, path, O_PATH | O_DIRECTORY);
  }
  void leave(Directory at) {
    if (at >= 0) linux_kernel::close(at);
  }
  Look look(Directory at, const char* name, Facts& facts) {
    struct stat found;
    const long result = at < 0 && at != AT_FDCWD
                            ? at
                            : linux_kernel::call(SYS_newfstatat, at, linux_kernel::address(name),
                                                 linux_kernel::address(&found), 0);
    if (result == 0) facts = linux_kernel::facts_of(found);
    return result == 0                               ? Look::found
           : result == -ENOENT || result == -ENOTDIR ? Look::absent
                                                     : Look::unknown;
  }

  // Hands over the `size` bytes of a file in pieces; false when it has fewer or more, or cannot be
  // read.
  template <class Take>
  bool read_through(Directory at, const char* name, std::uint64_t size, std::span<char> work,
                    Take take) {
    const linux_kernel::File file(at, name, O_RDONLY | O_NONBLOCK);
    if (!file) return false;
    for (;;) {
      const long got = file.read(work);
      if (got < 0 || static_cast<std::uint64_t>(got) > size) return false;
      if (got == 0) return size == 0;
      take(std::string_view(work.data(), static_cast<std::size_t>(got)));
      size -= static_cast<std::uint64_t>(got);
    }
  }

  // Every name in a directory but . and .. ; false when it could not be listed to its end.
  template <class Take>
  bool each_name(Directory at, const char* name, std::span<char> work, Take take) {
    const linux_kernel::File directory(at, name, O_RDONLY | O_DIRECTORY);
    if (!directory) return false;
    for (;;) {
      const long got = directory.list(work);
      if (got <= 0) return got == 0;
      // An item: inode and offset (8 bytes each), its length (2 bytes), type (1 byte), the name
      // ended by a zero byte.
      for (std::size_t i = 0; i < static_cast<std::size_t>(got);) {
        std::uint16_t length;
        std::memcpy(&length, work.data() + i + 16, sizeof length);
        const std::string_view found = work.data() + i + 19;
        constexpr char folder = 4;  // DT_DIR; where the file system does not tell, no folder is
                                    // one, and the sums do not agree
        if (found != "." && found != "..") take(found, work[i + 18] == folder);
        i += length;
      }
    }
  }

  // True when nothing or a file like the one to be written is there: other modes, further names,
  // links and devices are for the ordinary flow, which knows what this compiler does with them.
  bool replaceable(const char* path) {
    struct stat found;
    const long result = linux_kernel::call(SYS_newfstatat, AT_FDCWD, linux_kernel::address(path),
                                           linux_kernel::address(&found), AT_SYMLINK_NOFOLLOW);
    if (result != 0) return result == -ENOENT;
    const long mask = linux_kernel::call(SYS_umask, 022);
    linux_kernel::call(SYS_umask, mask);
    return S_ISREG(found.st_mode) && found.st_nlink == 1 && found.st_uid == user() &&
           (found.st_mode & 07777) == (0666 & ~mask);
  }
  void remove(const char* path) {
    linux_kernel::call(SYS_unlinkat, AT_FDCWD, linux_kernel::address(path), 0);
  }

  bool write_output(const char* path, std::string_view bytes) {
    remove(path);
    const linux_kernel::File file(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    return file && file.write(bytes) == bytes.size();
  }
  // Writes the bytes at `offset` in the file `from`; false, with a damaged output left behind, when
  // their checksum is another.
  bool copy_output(const char* path, const char* from, std::uint64_t offset, std::uint64_t size,
                   std::uint64_t checksum, std::span<char> work) {
    const linux_kernel::File entry(AT_FDCWD, from, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (!entry) return false;
    remove(path);
    const linux_kernel::File file(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (!file) return false;
    deja::replay::Hash64Stream hash;
    for (std::uint64_t done = 0; done < size;) {
      const long got = entry.read_at(
          work.first(size - done < work.size() ? size - done : work.size()), offset + done);
      if (got <= 0) return false;
      const std::string_view piece(work.data(), static_cast<std::size_t>(got));
      hash.add(piece);
      if (file.write(piece) != piece.size()) return false;
      done += piece.size();
    }
    return hash.finish() == checksum;
  }

  // Adds a record to a file that exists, under the appender's lock; false when it is not free for
  // some milliseconds, or larger than `limit`.
  bool append(const char* path, std::string_view record, std::uint64_t limit) {
    for (int attempt = 0; attempt < 3; ++attempt) {
      const linux_kernel::File file(AT_FDCWD, path, O_RDWR | O_APPEND | O_NONBLOCK | O_NOCTTY);
      struct stat found;
      if (!file || !wait_for_lock(file) || !file.stat(found) || !S_ISREG(found.st_mode))
        return false;
      Facts named;
      const Facts own = linux_kernel::facts_of(found);
      // Folding may have put another file there meanwhile.
      if (look(AT_FDCWD, path, named) != Look::found || named.device != own.device ||
          named.inode != own.inode)
        continue;
      if (limit != deja::replay::no_limit && own.size > limit) return false;
      char last = '\n';
      if (limit == deja::replay::no_limit && own.size != 0) file.read_at({&last, 1}, own.size - 1);
      if (last != '\n' && file.write("\n") != 1) return false;
      if (file.write(record) == record.size()) return true;
      file.truncate(own.size);  // a full disk
      return false;
    }
    return false;
  }

  bool writable(const char* path) {
    constexpr long for_writing = 2;  // W_OK
    return linux_kernel::call(SYS_faccessat, AT_FDCWD, linux_kernel::address(path), for_writing) ==
           0;
  }
  void overwrite(const char* path, std::string_view bytes) {
    const linux_kernel::File file(AT_FDCWD, path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
    if (file) file.write(bytes);
  }
  bool touch(const char* path) {
    return linux_kernel::call(SYS_utimensat, AT_FDCWD, linux_kernel::address(path), 0, 0) == 0;
  }
  void write_stream(int stream, std::string_view bytes) {
    while (!bytes.empty()) {
      const long put = linux_kernel::call(SYS_write, stream, linux_kernel::address(bytes.data()),
                                          static_cast<long>(bytes.size()));
      if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
      if (put == -EAGAIN) pause(1'000'000);
      if (put <= 0 && put != -EINTR && put != -EAGAIN) return;
    }
  }

 private:
  void pause(std::int64_t time_ns) {
    const timespec time{0, time_ns};
    linux_kernel::call(SYS_nanosleep, linux_kernel::address(&time), 0);
  }
  // Where the file system has no locks O_APPEND alone must do.
  bool wait_for_lock(const linux_kernel::File& file) {
    for (int pauses = 0; pauses < 100; ++pauses) {
      const long failure = file.lock();
      if (failure != -EAGAIN && failure != -EACCES) return true;
      pause(50'000 + process() % 64 * 1'000);
    }
    return false;
  }

  unsigned long size_signal_before_[4] = {};
};

}  // namespace

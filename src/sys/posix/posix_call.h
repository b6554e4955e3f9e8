// What every file in this folder needs: errno mapped once, descriptors that close themselves,
// writes that finish.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "sys/fs.h"

namespace deja::posix {

// The failed call as an Error; `code` is errno right after it.
Error os_error(std::string_view action, std::string_view object, int code);

// Repeats a system call that a signal interrupted.
template <class Call>
auto retried(Call&& call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

// An open descriptor, or none.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~Fd() { reset(); }

  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// open() with O_CLOEXEC, repeated after signals; errno is left as open set it.
inline Fd open_fd(const std::string& path, int flags, mode_t mode = 0) {
  return Fd(retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); }));
}

inline mode_t current_umask() {
  const mode_t mask = ::umask(022);
  ::umask(mask);
  return mask;
}

FileFacts facts_of(const struct stat& found);

// Writes all of `pieces`, short writes finished; 0 or the errno of the failure.
int write_all(int fd, std::span<const std::string_view> pieces);
int write_all(int fd, std::string_view bytes);

}  // namespace deja::posix

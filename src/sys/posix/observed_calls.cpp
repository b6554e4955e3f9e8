// The table of observed system calls, the filter, and the reader of their arguments.
#include "sys/posix/observed_calls.h"

#ifdef DEJA_CAN_OBSERVE

#include <linux/audit.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstring>
#include <optional>

#include "sys/posix/interpreter.h"
#include "sys/posix/posix_call.h"

namespace deja::posix {

namespace {

enum class Does : unsigned char {
  ask,
  read_link,
  open,      // flags behind the name
  open_how,  // a HowToOpen behind the name
  create,
  change,  // writes a part of a file
  execute,
  make_directory,
  remove,
  rename,
  link,
  connect,
  change_view,  // names mean something else afterwards
  evade,        // further calls would not be seen
};

// Where in a call's arguments a name is: relative to a directory that is an argument, too, or to
// the process's own.
constexpr signed char own = -1;
constexpr signed char nowhere = -1;
struct NamePlace {
  signed char directory = own;
  signed char text = nowhere;
};

struct CallRow {
  unsigned number;
  Does does;
  NamePlace name = {};
  NamePlace to = {};
};

// Calls that the C library's headers may not know; such numbers are the same everywhere.
constexpr unsigned number_of_move_mount = 429;
constexpr unsigned number_of_openat2 = 437;
constexpr unsigned number_of_faccessat2 = 439;
struct HowToOpen {
  std::uint64_t flags, mode, resolve;
};
constexpr std::uint64_t resolve_in_root = 0x10;

constexpr CallRow call_rows[] = {
#ifdef SYS_open  // the older calls, which newer processors' systems do not have
    {SYS_open, Does::open, {own, 0}},
    {SYS_creat, Does::create, {own, 0}},
    {SYS_stat, Does::ask, {own, 0}},
    {SYS_lstat, Does::ask, {own, 0}},
    {SYS_access, Does::ask, {own, 0}},
    {SYS_readlink, Does::read_link, {own, 0}},
    {SYS_mkdir, Does::make_directory, {own, 0}},
    {SYS_rmdir, Does::remove, {own, 0}},
    {SYS_unlink, Does::remove, {own, 0}},
    {SYS_rename, Does::rename, {own, 0}, {own, 1}},
    {SYS_link, Does::link, {own, 0}, {own, 1}},
    {SYS_symlink, Does::create, {own, 1}},
    {SYS_mknod, Does::create, {own, 0}},
#endif
    {SYS_openat, Does::open, {0, 1}},
    {number_of_openat2, Does::open_how, {0, 1}},
    {SYS_newfstatat, Does::ask, {0, 1}},
    {SYS_statx, Does::ask, {0, 1}},
    {SYS_faccessat, Does::ask, {0, 1}},
    {number_of_faccessat2, Does::ask, {0, 1}},
    {SYS_readlinkat, Does::read_link, {0, 1}},
    {SYS_chdir, Does::ask, {own, 0}},
    {SYS_execve, Does::execute, {own, 0}},
    {SYS_execveat, Does::execute, {0, 1}},
    {SYS_truncate, Does::change, {own, 0}},
    {SYS_mkdirat, Does::make_directory, {0, 1}},
    {SYS_unlinkat, Does::remove, {0, 1}},
    {SYS_renameat, Does::rename, {0, 1}, {2, 3}},
    {SYS_renameat2, Does::rename, {0, 1}, {2, 3}},
    {SYS_linkat, Does::link, {0, 1}, {2, 3}},
    {SYS_symlinkat, Does::create, {1, 2}},
    {SYS_mknodat, Does::create, {0, 1}},
    {SYS_connect, Does::connect},
    {SYS_chroot, Does::change_view},
    {SYS_pivot_root, Does::change_view},
    {SYS_mount, Does::change_view},
    {number_of_move_mount, Does::change_view},
    {SYS_setns, Does::change_view},
    {SYS_open_by_handle_at, Does::evade},
    {SYS_io_uring_setup, Does::evade},
};

// Programs for an older processor of the family run, too, with other numbers. Of those only calls
// that every program makes are looked at, to know that there was one: open, openat, execve,
// exit_group.
#if defined(__x86_64__)
constexpr std::uint32_t own_architecture = AUDIT_ARCH_X86_64;
constexpr unsigned foreign_numbers[] = {5, 295, 11, 252};
constexpr std::uint32_t first_x32_number = 0x4000'0000;
#else
constexpr std::uint32_t own_architecture = AUDIT_ARCH_AARCH64;
constexpr unsigned foreign_numbers[] = {5, 322, 11, 248};
constexpr std::uint32_t first_x32_number = UINT32_MAX;  // there is none
#endif

// Of the argument's two halves: both processors are little-endian.
constexpr std::uint32_t low_half(unsigned argument) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * argument);
}
constexpr std::uint32_t high_half(unsigned argument) { return low_half(argument) + 4; }

// --- the filter ---------------------------------------------------------------------------------

constexpr bool depends_on_arguments(unsigned number) {
  return number == SYS_execve || number == SYS_newfstatat || number == SYS_statx;
}

class FilterWriter {
 public:
  void load(std::uint32_t offset) { add(BPF_LD | BPF_W | BPF_ABS, offset); }
  void end(std::uint32_t action) { add(BPF_RET | BPF_K, action); }
  // Skips the next `count` statements if the loaded value is this one.
  void skip_if(std::uint32_t value, unsigned char count) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, count, 0);
  }
  void notify_if(std::uint32_t value) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
    end(SECCOMP_RET_USER_NOTIF);
  }
  void notify_from(std::uint32_t value) {
    add(BPF_JMP | BPF_JGE | BPF_K, value, 0, 1);
    end(SECCOMP_RET_USER_NOTIF);
  }
  void notify_unless(std::uint32_t value) {
    skip_if(value, 1);
    end(SECCOMP_RET_USER_NOTIF);
  }
  // fstat is stat with an open file, an empty name and AT_EMPTY_PATH alone in the C library of
  // Linux: two fifths of what gcc asks. The filter cannot see that the name is empty. To give the
  // flag with a name that is not makes no sense, and no compiler does.
  void notify_unless_open_file(std::uint32_t number, unsigned flags_argument) {
    add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 7);
    load(low_half(0));
    notify_from(0x8000'0000);  // AT_FDCWD is negative
    load(low_half(flags_argument));
    notify_unless(AT_EMPTY_PATH);
    end(SECCOMP_RET_ALLOW);
  }
  std::vector<sock_filter> take() { return std::move(statements_); }

 private:
  void add(unsigned code, std::uint32_t value, unsigned char yes = 0, unsigned char no = 0) {
    statements_.push_back({static_cast<std::uint16_t>(code), yes, no, value});
  }

  std::vector<sock_filter> statements_;
};

// --- reading from the process -------------------------------------------------------------------

enum class Got : unsigned char { all, nothing, forbidden };

Got read_memory(pid_t process, std::uint64_t address, void* to, std::size_t size) {
  const iovec here_is{to, size};
  const iovec there_is{reinterpret_cast<void*>(address), size};
  const ssize_t got = ::process_vm_readv(process, &here_is, 1, &there_is, 1, 0);
  if (got == static_cast<ssize_t>(size)) return Got::all;
  // No name, which fails the call as well; or a process that is gone, whose call nobody counts.
  constexpr std::uint64_t first_page = 4096;
  return address < first_page || (got < 0 && errno == ESRCH) ? Got::nothing : Got::forbidden;
}

// A text up to its NUL. It may end where the mapped memory ends, so no read crosses a page.
Got read_text(pid_t process, std::uint64_t address, std::string& out) {
  constexpr std::size_t page = 4096;
  char room[page];
  out.clear();
  while (out.size() < PATH_MAX) {
    const std::size_t size = page - address % page;
    if (const Got got = read_memory(process, address, room, size); got != Got::all) return got;
    const std::size_t length = ::strnlen(room, size);
    out.append(room, length);
    if (length < size) return Got::all;
    address += size;
  }
  return Got::nothing;  // too long for any call
}

Got read_link(const std::string& name, std::string& out) {
  char room[PATH_MAX];
  const ssize_t size = ::readlink(name.c_str(), room, sizeof room);
  if (size < 0) return errno == ENOENT || errno == ESRCH ? Got::nothing : Got::forbidden;
  out.assign(room, static_cast<std::size_t>(size));
  return Got::all;
}

// The directory that a relative name starts from; for an empty name the descriptor's own file.
Got read_directory(pid_t process, int descriptor, std::string& out) {
  const std::string of = "/proc/" + std::to_string(process);
  if (descriptor == AT_FDCWD) return read_link(of + "/cwd", out);
  return read_link(of + "/fd/" + std::to_string(descriptor), out);
}

int directory_argument(const seccomp_notif& call, NamePlace place) {
  if (place.directory == own) return AT_FDCWD;
  return static_cast<int>(call.data.args[static_cast<std::size_t>(place.directory)]);
}

// The name as the call means it; none where the call is bound to fail, or where it asks what an
// open file is.
std::optional<std::string> read_name(const seccomp_notif& call, Does does, NamePlace place,
                                     Seen& seen) {
  std::string name;
  const auto process = static_cast<pid_t>(call.pid);
  Got got = read_text(process, call.data.args[static_cast<std::size_t>(place.text)], name);
  if (got == Got::all && name.empty() && (does == Does::ask || does == Does::read_link))
    return std::nullopt;
  if (got == Got::all && !name.starts_with('/')) {
    std::string directory;
    got = read_directory(process, directory_argument(call, place), directory);
    if (!name.empty() && directory != "/") directory += '/';
    name.insert(0, directory);
  }
  if (got == Got::forbidden) seen.incomplete = "the names that a program uses cannot be read";
  if (got != Got::all) return std::nullopt;
  return name;
}

// --- what calls do ------------------------------------------------------------------------------

using Using = NameUse::Kind;

constexpr std::string_view other_view = "a program changes what names mean";

void see_open(std::uint64_t flags, std::string name, Seen& seen) {
  const auto has = [&](std::uint64_t wanted) { return (flags & wanted) == wanted; };
  if (has(O_PATH) || has(O_TMPFILE)) {
    seen.uses.push_back({Using::asked, std::move(name), {}});
    return;
  }
  if (has(O_DIRECTORY)) {
    seen.uses.push_back({Using::listed, std::move(name), {}});
    return;
  }
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || has(O_CREAT) || has(O_TRUNC);
  const bool empties = has(O_TRUNC) || has(O_CREAT | O_EXCL);
  if (!writes || !empties) seen.uses.push_back({Using::read, name, {}});
  if (writes) seen.uses.push_back({Using::written, std::move(name), {}});
}

void see_connect(const seccomp_notif& call, Seen& seen) {
  sockaddr_un address{};
  const std::size_t size = std::min<std::uint64_t>(call.data.args[2], sizeof address);
  const Got got = read_memory(static_cast<pid_t>(call.pid), call.data.args[1], &address, size);
  if (got == Got::nothing) return;
  if (got == Got::forbidden) address = {};
  std::string name;
  if (address.sun_family == AF_UNIX)
    name.assign(address.sun_path, ::strnlen(address.sun_path, sizeof address.sun_path));
  seen.uses.push_back({Using::connected, std::move(name), {}});
}

void see_pair(Using kind, const seccomp_notif& call, const CallRow& row, Seen& seen) {
  auto name = read_name(call, row.does, row.name, seen);
  auto to = read_name(call, row.does, row.to, seen);
  if (name && to) seen.uses.push_back({kind, std::move(*name), std::move(*to)});
}

void see(const seccomp_notif& call, const CallRow& row, Seen& seen) {
  std::optional<std::string> name;
  if (row.name.text != nowhere) name = read_name(call, row.does, row.name, seen);
  if (row.name.text != nowhere && !name) return;
  const auto add = [&](Using kind) { seen.uses.push_back({kind, *name, {}}); };
  const auto behind_name = static_cast<std::size_t>(row.name.text + 1);
  switch (row.does) {
    case Does::ask:
      return add(Using::asked);
    case Does::read_link:
      return add(Using::link_read);
    case Does::open:
      return see_open(call.data.args[behind_name], std::move(*name), seen);
    case Does::open_how: {
      HowToOpen how{};
      const auto process = static_cast<pid_t>(call.pid);
      if (read_memory(process, call.data.args[behind_name], &how, sizeof how) != Got::all) return;
      if ((how.resolve & resolve_in_root) != 0) seen.incomplete = other_view;
      return see_open(how.flags, std::move(*name), seen);
    }
    case Does::create:
      return add(Using::written);
    case Does::change:
      add(Using::read);
      return add(Using::written);
    case Does::execute:
      return see_program(static_cast<pid_t>(call.pid), std::move(*name), seen);
    case Does::make_directory:
      return add(Using::made_directory);
    case Does::remove:
      return add(Using::removed);
    case Does::rename:
      return see_pair(Using::renamed, call, row, seen);
    case Does::link:
      return see_pair(Using::linked, call, row, seen);
    case Does::connect:
      return see_connect(call, seen);
    case Does::change_view:
      seen.incomplete = other_view;
      return;
    case Does::evade:
      seen.incomplete = "a program opens files without naming them";
      return;
  }
}

}  // namespace

std::vector<sock_filter> observing_filter(LinkReads links) {
  FilterWriter filter;
  filter.load(offsetof(seccomp_data, arch));
  filter.skip_if(own_architecture, 2 + 2 * std::size(foreign_numbers));
  filter.load(offsetof(seccomp_data, nr));
  for (const unsigned number : foreign_numbers) filter.notify_if(number);
  filter.end(SECCOMP_RET_ALLOW);

  filter.load(offsetof(seccomp_data, nr));
  filter.notify_from(first_x32_number);
  for (const CallRow& row : call_rows) {
    const bool left_out = row.does == Does::read_link && links == LinkReads::left_out;
    if (!left_out && !depends_on_arguments(row.number)) filter.notify_if(row.number);
  }
  filter.notify_unless_open_file(SYS_newfstatat, 3);
  filter.notify_unless_open_file(SYS_statx, 2);
  filter.skip_if(SYS_execve, 1);
  filter.end(SECCOMP_RET_ALLOW);
  for (unsigned i = 0; i < unobserved_start.size(); ++i) {
    filter.load(low_half(3 + i));
    filter.notify_unless(static_cast<std::uint32_t>(unobserved_start[i]));
    filter.load(high_half(3 + i));
    filter.notify_unless(static_cast<std::uint32_t>(unobserved_start[i] >> 32));
  }
  filter.end(SECCOMP_RET_ALLOW);
  return filter.take();
}

void see_program(pid_t process, std::string file, Seen& seen) {
  constexpr int deepest = 5;  // scripts whose interpreter is a script; the system follows no more
  for (int depth = 0; depth < deepest && !file.empty(); ++depth) {
    if (!file.starts_with('/')) {
      std::string directory;
      if (read_directory(process, AT_FDCWD, directory) != Got::all) return;
      file.insert(0, directory + "/");
    }
    struct stat found {};
    // Such a program does not become the other user where the filter could be installed only after
    // that was given up, and its memory cannot be read where it does.
    if (::stat(file.c_str(), &found) == 0 && (found.st_mode & (S_ISUID | S_ISGID)) != 0)
      seen.incomplete = "a set-user-ID program is started";
    std::string next = S_ISREG(found.st_mode) ? interpreter_of(file) : std::string();
    seen.uses.push_back({NameUse::Kind::executed, std::move(file), {}});
    file = std::move(next);
  }
}

void read_call(const seccomp_notif& notification, Seen& out) {
  out.uses.clear();
  out.incomplete = {};
  const auto number = static_cast<std::uint32_t>(notification.data.nr);
  if (notification.data.arch != own_architecture || number >= first_x32_number) {
    out.incomplete = "a program for another processor is started";
    return;
  }
  for (const CallRow& row : call_rows)
    if (row.number == number) return see(notification, row, out);
}

}  // namespace deja::posix

#endif

// Which system calls an observer looks at, and what they say: a table, the filter made from it, and
// the reader of a call's arguments. Linux on x86-64 and aarch64.
#pragma once

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#include <linux/filter.h>
#include <linux/seccomp.h>
#endif

#ifdef SECCOMP_USER_NOTIF_FLAG_CONTINUE  // headers of Linux 5.5 or later
#define DEJA_CAN_OBSERVE 1

#include <sys/types.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sys/process.h"

namespace deja::posix {

// An execve with these as its fourth and fifth argument, which the system ignores, is not notified:
// the observer itself waits for it and could not answer.
inline constexpr std::array<std::uint64_t, 2> unobserved_start = {0x6a65'645f'7274'7374,
                                                                  0x72'6576'7265'7362};

// A filter that notifies of all calls in the table and allows the others. For those the kernel
// remembers that they are allowed and does not run it.
std::vector<sock_filter> observing_filter(LinkReads links);

// What one call does.
struct Seen {
  std::vector<NameUse> uses;
  std::string_view incomplete;  // as in Observed
};

// Reads the call's arguments from the process, which stands still in it. What was read is what the
// process said only if the notification is still valid afterwards.
void read_call(const seccomp_notif& notification, Seen& out);

// A process executes a file. What the system opens for that, a script's interpreter and a dynamic
// program's loader, is no call of anybody, and is found here.
void see_program(pid_t process, std::string file, Seen& out);

}  // namespace deja::posix

#endif

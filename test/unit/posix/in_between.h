// Two processes in every order: the steps of one, and the other between any two of them. Timing has
// no part in it.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "fake/faulty_fs.h"
#include "fake/temporary_folder.h"

namespace deja {

// Keys of one shard, where two processes meet.
inline constexpr unsigned meeting_shard = 7;
inline Digest key_of(unsigned char number) {
  Digest key{};
  key.bytes = {meeting_shard, number};
  return key;
}

// Whether `work`, in a process of its own, returns true.
inline bool holds_in_another_process(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work() ? 0 : 1);
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

// Whether `work` returns true in each of `count` processes that run at once; it gets the number of
// its process.
inline bool holds_in_all_at_once(int count, const std::function<bool(int)>& work) {
  std::vector<pid_t> processes;
  for (int i = 0; i < count; ++i) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work(i) ? 0 : 1);
    processes.push_back(child);
  }
  bool all = true;
  for (const pid_t process : processes) {
    int status = 0;
    all = process > 0 && ::waitpid(process, &status, 0) == process && status == 0 && all;
  }
  return all;
}

// What is shared lies in a folder, a new one for each order.
struct TwoProcesses {
  std::function<void(System&, const std::string& folder)> before = [](System&, const std::string&) {
  };
  std::function<void(System&, const std::string& folder)> one;  // its steps are its file operations
  std::function<bool(System&, const std::string& folder)> other;  // true: it saw nothing wrong
  std::function<bool(System&, const std::string& folder)> after;  // true: nothing was lost
};

struct Orders {
  int all = 0;
  int wrong = 0;
};

// Listings change nothing and can be many: nobody comes in before one.
inline Orders in_every_order(const TwoProcesses& processes) {
  System& native = native_system();
  Orders orders;
  for (bool came_in = true; came_in;) {
    const TemporaryFolder folder;
    processes.before(native, folder.path());
    FaultyFs steps(native.fs);
    System system{steps,      native.processes, native.clock,
                  native.env, native.console,   native.channels};
    bool right = true;
    came_in = false;
    int step = 0;
    steps.before = [&](std::string_view action) {
      if (action == "list_with_facts" || step++ != orders.all) return;
      came_in = true;
      right = holds_in_another_process([&] { return processes.other(native, folder.path()); });
    };
    processes.one(system, folder.path());
    if (!came_in) continue;  // all steps had their turn
    ++orders.all;
    right = processes.after(native, folder.path()) && right;
    orders.wrong += right ? 0 : 1;
  }
  CHECK(orders.all > 0);
  return orders;
}

}  // namespace deja

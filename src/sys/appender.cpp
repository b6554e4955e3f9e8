// No two locks are held at once, and a process may be killed between any two lines here: what it
// leaves is a fallback that is listed, or lines that are in the log twice, never lines that are
// lost.
#include "sys/appender.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace deja {

namespace {

// Much more than a log's fallback ever is; a larger file is somebody else's.
constexpr std::uint64_t largest_fallback = 64 << 20;
// What is left for the fallback, whose lock is held for moments, when the log was waited for in
// vain.
constexpr std::int64_t fallback_share_ns = append_budget_ns / 5;

// Of the processes that left something aside, as many are looked at in one call.
constexpr std::size_t most_listed = 256;

using ProcessId = std::uint32_t;

// One call of append_record().
class Appending {
 public:
  Appending(System& system, const std::string& path)
      : system_(system),
        fs_(system.fs),
        path_(path),
        list_(path + ".fallbacks"),
        self_(system.processes.id()),
        own_(fallback_of(self_)),
        end_ns_(system.clock.monotonic_ns() + append_budget_ns) {}

  Result<void> append(std::string_view record) {
    // Somebody else's directory, or a link: nothing in it is believed, and nothing removed.
    if (!list_is_ours()) {
      auto done = fs_.append(path_, record, {.deadline_ns = log_time()});
      return done || !calls_for_fallback(done.error()) ? done : put_aside(record);
    }
    const std::vector<ProcessId> all = listed();
    self_is_listed_ = std::ranges::find(all, self_) != all.end();
    const std::vector<ProcessId> ended = ended_of(all);
    auto done = append_after_own(record);
    if (done) {
      fold(ended);
      if (self_is_listed_ && !fs_.lstat(own_)) unlist(self_);
      if (all.empty()) (void)fs_.remove_directory(list_);  // a process was killed before it could
    } else if (calls_for_fallback(done.error())) {
      // Where the log can never be written, each process continues its forerunner's file: they do
      // not pile up.
      if (!fs_.lstat(own_)) adopt_one_of(ended);
      done = put_aside(record);
    }
    return done;
  }

 private:
  static bool calls_for_fallback(const Error& error) {
    return error.cause == Cause::busy || error.cause == Cause::denied;
  }

  std::string fallback_of(ProcessId process) const { return path_ + "." + std::to_string(process); }

  bool is_fallback(const std::string& file) {
    const auto facts = fs_.lstat(file);
    return facts && facts->kind == FileKind::regular;
  }

  std::int64_t time_left() {
    return std::max<std::int64_t>(0, end_ns_ - system_.clock.monotonic_ns());
  }
  std::int64_t log_time() { return std::max<std::int64_t>(0, time_left() - fallback_share_ns); }

  std::string mark_of(ProcessId process) const { return list_ + "/" + std::to_string(process); }

  bool list_is_ours() {
    const auto facts = fs_.lstat(list_);
    return facts && facts->kind == FileKind::directory && facts->owner == system_.console.user();
  }

  // The lowest numbers, where there are too many to look at each.
  std::vector<ProcessId> listed() {
    std::vector<ProcessId> out;
    for (const DirectoryItem& item : fs_.list(list_).value_or({}))
      if (const auto number = text::parse_unsigned(item.name); number && *number <= UINT32_MAX)
        out.push_back(static_cast<ProcessId>(*number));
    std::ranges::sort(out);
    if (out.size() > most_listed) out.resize(most_listed);
    return out;
  }

  std::vector<ProcessId> ended_of(std::vector<ProcessId> processes) {
    std::erase_if(processes, [&](ProcessId process) {
      return process == self_ || system_.processes.is_alive(process);
    });
    return processes;
  }

  // Needs no lock. The folder may vanish in between, when another process has taken the last mark
  // out of it.
  bool list_self() {
    for (int turn = 0; turn < 10 && !self_is_listed_; ++turn) {
      if (!fs_.make_directories(list_) || !list_is_ours()) return false;
      const auto made = fs_.create(mark_of(self_), {});
      self_is_listed_ = made || made.error().cause == Cause::exists;
    }
    return self_is_listed_;
  }

  // Called only when the process has no fallback and will make none. The folder goes with the last
  // mark.
  void unlist(ProcessId process) {
    (void)fs_.remove(mark_of(process));
    (void)fs_.remove_directory(list_);
  }

  // The record goes to this process's own file. Listed first: nobody would find a file that a
  // process did not live to list.
  Result<void> put_aside(std::string_view record) {
    if (auto facts = fs_.lstat(own_); facts && facts->kind != FileKind::regular)
      return Error{"open", own_, "not a regular file"};
    list_self();  // should that fail, the lines are in the fallback all the same
    auto done = fs_.append(own_, record, {.deadline_ns = fallback_share_ns});
    // An earlier process of the same number may have been taken off the list just now.
    self_is_listed_ = self_is_listed_ && fs_.lstat(mark_of(self_));
    if (done) list_self();
    return done;
  }

  // Lines that were put aside come before the record, so that a process's lines stay in order. Who
  // has waited once does not wait again.
  Result<void> append_after_own(std::string_view record) {
    std::string lines;
    if (!is_fallback(own_) || !fs_.read(own_, lines, largest_fallback))
      return fs_.append(path_, record, {.deadline_ns = log_time()});
    const std::size_t from_own = lines.size();
    lines += record;
    if (auto done = fs_.append(path_, lines, {.deadline_ns = 0}); !done) return done;
    drop_own(from_own);
    return {};
  }

  // Removes the own file, unless it has grown since it was read: another machine or container may
  // know us by the same number.
  void drop_own(std::size_t size) {
    (void)fs_.with_append_lock(own_, time_left(), [&]() -> Result<void> {
      const auto facts = fs_.stat(own_);
      return facts && facts->size == size ? fs_.remove(own_) : Result<void>();
    });
  }

  // Makes the file of a process that has ended this process's own. Only one of many succeeds, and
  // under the file's lock no writer is in the middle: the appender follows the name, so nothing can
  // reach the file after its renaming. Where the lock is held, another one is at it.
  bool adopt(ProcessId ended) {
    const std::string file = fallback_of(ended);
    const auto facts = fs_.lstat(file);
    if (!facts && facts.error().cause == Cause::not_found) unlist(ended);
    if (!facts || facts->kind != FileKind::regular || !list_self()) return false;
    if (!fs_.with_append_lock(file, 0, [&] { return fs_.rename(file, own_, Overwrite::no); }))
      return false;
    unlist(ended);
    return true;
  }

  void adopt_one_of(const std::vector<ProcessId>& ended) {
    for (ProcessId process : ended)
      if (adopt(process)) return;
  }

  void fold(const std::vector<ProcessId>& ended) {
    for (ProcessId process : ended)
      if (time_left() == 0 || (adopt(process) && !append_after_own({}))) return;
  }

  System& system_;
  Fs& fs_;
  const std::string& path_;
  const std::string list_;
  const ProcessId self_;
  const std::string own_;
  const std::int64_t end_ns_;
  bool self_is_listed_ = false;
};

}  // namespace

Result<void> append_record(System& system, const std::string& path, std::string_view record) {
  return Appending(system, path).append(record);
}

}  // namespace deja

// What a replay asks of the system, on top of System: for Windows and other systems, for builds
// without the fast start, for tests on fakes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/path.h"
#include "replay/fast_path.h"
#include "sys/system.h"

namespace deja::replay {

inline Facts facts_of(const FileFacts& found) {
  return {found.device, found.inode, found.size, found.mtime_ns, found.ctime_ns};
}

// A call as this process got it, with the texts it refers to. Not to be copied.
class CallText {
 public:
  CallText(System& system, const std::vector<std::string>& words)
      : environment_(system.env.all()),
        directory_(system.fs.real_path(".").value_or("")),
        word_pointers_(pointers_to(words)),
        environment_pointers_(pointers_to(environment_)),
        call_{word_pointers_, environment_pointers_, directory_, system.console.user(),
              system.console.err_is_terminal()} {}
  CallText(const CallText&) = delete;
  CallText& operator=(const CallText&) = delete;

  const Call& call() const { return call_; }

 private:
  static std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<const char*> out;
    for (const std::string& text : texts) out.push_back(text.c_str());
    return out;
  }

  std::vector<std::string> environment_;
  std::string directory_;
  std::vector<const char*> word_pointers_, environment_pointers_;
  Call call_;
};

class SystemCalls {
 public:
  using Directory = std::string;

  explicit SystemCalls(System& system) : system_(system) {}

  std::int64_t now_ns() { return system_.clock.now_ns(); }
  std::uint32_t process() { return system_.processes.id(); }

  // The facts are told with the first piece. Only a record that nobody but `user` can have written.
  std::int64_t read_record(const char* path, std::uint32_t user, std::span<char> into,
                           std::uint64_t offset, Facts& facts) {
    std::string bytes;
    if (offset == 0) {
      const auto found = system_.fs.read(path, bytes, largest_record);
      constexpr std::uint32_t others_write = 022;
      if (!found || found->owner != user || (found->mode & others_write) != 0) return -1;
      facts = facts_of(*found);
    } else {
      auto rest = system_.fs.read_part(path, offset, into.size());
      if (!rest) return -1;
      bytes = std::move(*rest);
    }
    return static_cast<std::int64_t>(bytes.copy(into.data(), into.size()));
  }
  void ignore_size_signal() {}  // it is ignored already
  void restore_size_signal() {}

  Directory enter(const char* path) { return path; }
  void leave(const Directory&) {}
  Look look(const Directory& at, const char* name, Facts& facts) {
    const auto found = system_.fs.stat(joined(at, name));
    if (found) facts = facts_of(*found);
    if (found) return Look::found;
    const Cause cause = found.error().cause;
    return cause == Cause::not_found || cause == Cause::not_a_directory ? Look::absent
                                                                        : Look::unknown;
  }
  template <class Take>
  bool read_through(const Directory& at, const char* name, std::uint64_t size, std::span<char>,
                    Take take) {
    std::string bytes;
    if (!system_.fs.read(joined(at, name), bytes, size) || bytes.size() != size) return false;
    take(std::string_view(bytes));
    return true;
  }
  template <class Take>
  bool each_name(const Directory& at, const char* name, std::span<char>, Take take) {
    const auto items = system_.fs.list(joined(at, name));
    if (!items) return false;
    for (const DirectoryItem& item : *items)
      take(std::string_view(item.name), item.kind == FileKind::directory);
    return true;
  }

  bool replaceable(const char* path) {
    const auto found = system_.fs.lstat(path);
    if (!found) return found.error().cause == Cause::not_found;
    const bool plain_mode =
        native_style == PathStyle::windows || found->mode == (0666 & ~system_.console.get_umask());
    return found->kind == FileKind::regular && found->links == 1 && plain_mode;
  }
  void remove(const char* path) { (void)system_.fs.remove(path); }
  bool write_output(const char* path, std::string_view bytes) {
    return static_cast<bool>(system_.fs.write_output(path, bytes));
  }
  bool copy_output(const char* path, const char* from, std::uint64_t offset, std::uint64_t size,
                   std::uint64_t checksum, std::span<char>) {
    const auto bytes = system_.fs.read_part(from, offset, static_cast<std::size_t>(size));
    return bytes && bytes->size() == size && hash64(*bytes) == checksum &&
           write_output(path, *bytes);
  }
  bool append(const char* path, std::string_view record, std::uint64_t limit) {
    AppendOptions options;
    options.text = limit == no_limit;
    options.deadline_ns = 20'000'000;  // the ordinary flow, which has other ways, waits longer
    if (!options.text)
      if (const auto found = system_.fs.stat(path); !found || found->size > limit) return false;
    return static_cast<bool>(system_.fs.append(path, record, options));
  }
  bool writable(const char* path) {
    AppendOptions options;
    options.text = false;
    options.deadline_ns = 0;
    const auto done = system_.fs.append(path, "", options);
    return done || done.error().cause == Cause::busy;  // somebody else's turn
  }
  void overwrite(const char* path, std::string_view bytes) {
    const std::string to = path;
    const std::string temporary =
        system_.fs.temporary_name(std::string(path::directory(to)), "replay");
    const std::string_view pieces[] = {bytes};
    if (system_.fs.create(temporary, pieces) && !system_.fs.rename(temporary, to, Overwrite::yes))
      remove(temporary.c_str());
  }
  bool touch(const char* path) { return static_cast<bool>(system_.fs.touch(path)); }
  void write_stream(int stream, std::string_view bytes) {
    if (bytes.empty()) return;
    stream == 1 ? system_.console.write_out(bytes) : system_.console.write_err(bytes);
  }

 private:
  static std::string joined(const Directory& at, const char* name) {
    if (at.empty()) return name;
    return at.ends_with('/') ? at + name : at + "/" + name;
  }
  System& system_;
};

}  // namespace deja::replay

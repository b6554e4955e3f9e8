// The fast path: an exact repeat of a compile is answered from its record. Whatever it does not
// recognise falls through, with nothing changed that the ordinary flow would not do again. `Calls`
// are the few things it asks the system for: linux_calls.h (before the C library starts, raw system
// calls) or system_calls.h (anywhere, on top of System). Nothing here allocates, throws or needs
// the C library.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/cache_names.h"
#include "replay/call.h"
#include "replay/log_text.h"
#include "replay/record.h"
#include "replay/stats_record.h"

namespace deja::replay {

enum class Look : unsigned char { found, absent, unknown };

inline constexpr std::size_t first_read =
    16 * 1024;  // bytes of a record: the hot part of one with some 300 headers
inline constexpr std::uint64_t largest_rehash = 1 << 20;  // bytes of one file whose times changed
inline constexpr std::uint64_t largest_rehash_sum = 8 << 20;  // bytes of all of them
inline constexpr std::int64_t touch_after_ns =
    3'600'000'000'000;  // how old an entry's mtime, which tells eviction when it was last used, may
                        // grow

inline constexpr std::uint64_t largest_stats =
    1 << 20;  // bytes; then the ordinary flow, which folds the records, has its turn
inline constexpr std::uint64_t no_limit =
    0;  // of a text file, whose last line may have to be ended first

// All the memory there is. Only the pages that are used become resident.
struct Room {
  alignas(64) std::array<char, largest_record> record;
  alignas(64) std::array<char, 64 * 1024> work;
};

// What Replay asks of the system. Facts, bytes and names come by reference; a call that fails says
// false, unknown or nothing, and the ordinary flow takes over.
template <class Calls>
concept ReplayCalls = requires(Calls& calls, typename Calls::Directory& at, const char* path,
                               std::span<char> into, std::string_view bytes, Facts& facts) {
  { calls.now_ns() } -> std::same_as<std::int64_t>;
  { calls.process() } -> std::same_as<std::uint32_t>;
  {
    calls.read_record(path, std::uint32_t{}, into, std::size_t{}, facts)
    } -> std::same_as<std::int64_t>;
  { calls.enter(path) } -> std::same_as<typename Calls::Directory>;
  calls.leave(at);
  { calls.look(at, path, facts) } -> std::same_as<Look>;
  { calls.replaceable(path) } -> std::same_as<bool>;
  { calls.write_output(path, bytes) } -> std::same_as<bool>;
  { calls.append(path, bytes, std::uint64_t{}) } -> std::same_as<bool>;
  { calls.touch(path) } -> std::same_as<bool>;
  { calls.writable(path) } -> std::same_as<bool>;
  calls.remove(path);
  calls.write_stream(int{}, bytes);
  calls.ignore_size_signal();
  calls.restore_size_signal();
};

template <ReplayCalls Calls>
class Replay {
 public:
  Replay(Calls& calls, Room& room) : calls_(calls), room_(room) {}

  // True when the call has been answered: outputs and streams written, counted and logged. The exit
  // code is then 0.
  bool serve(const Call& call) {
    started_ns_ = calls_.now_ns();
    user_ = call.user;
    cache_dir_ = cache_dir_of(call.environment);
    if (!key_of(call, key_) || !read_record() || !log_can_be_told() || !unchanged() ||
        !outputs_replaceable(call))
      return false;
    calls_.ignore_size_signal();
    // Until the log has been told the ordinary flow can still take over: it writes the same outputs
    // again.
    if (!write_outputs() || !tell_log() || !count()) {
      calls_.restore_size_signal();
      return false;
    }
    calls_.write_stream(1, record_.text(record_.header->out));
    calls_.write_stream(2, record_.text(record_.header->err));
    keep_warm();
    return true;
  }

 private:
  bool read_record() {
    path_ = record_path(cache_dir_, key_);
    return have(first_read, record_facts_) &&
           record_.begin(room_.record.data(), there_, record_facts_.size, key_) &&
           have(record_.header->hot) && record_.open();
  }

  // Reads on until `size` bytes of the record are there, or all of a shorter one.
  bool have(std::size_t size, Facts& facts) {
    if (there_ >= size) return true;
    const std::int64_t got =
        calls_.read_record(path_.c_str(), user_,
                           std::span(room_.record).subspan(there_, size - there_), there_, facts);
    if (got > 0) there_ += static_cast<std::size_t>(got);
    return got > 0;
  }
  bool have(std::size_t size) {
    Facts facts;
    return have(size, facts) && there_ >= size;
  }

  // What the dependency is to be judged by now that its facts have changed, or null when that
  // cannot be read.
  const Content* content_of(const Dependency& dependency) {
    if (record_.contents.empty() && !(have(record_.header->size) && record_.open_cold()))
      return nullptr;
    return &record_.contents[static_cast<std::size_t>(&dependency - record_.dependencies.data())];
  }

  // --- does everything stand as it stood? ---
  bool unchanged() {
    std::size_t next = 0;
    for (const Group& group : record_.groups) {
      const std::span<Dependency> dependencies = record_.dependencies.subspan(next, group.count);
      next += group.count;
      if (!unchanged_in(record_.text(group.directory), dependencies)) return false;
    }
    return true;
  }

  bool unchanged_in(const char* directory, std::span<Dependency> dependencies) {
    typename Calls::Directory at = calls_.enter(directory);
    bool same = true;
    for (Dependency& dependency : dependencies) {
      same = unchanged(at, dependency);
      if (!same) break;
    }
    calls_.leave(at);
    return same;
  }

  bool unchanged(const typename Calls::Directory& at, Dependency& dependency) {
    Facts now;
    const char* name = record_.text(dependency.name);
    const Look look = calls_.look(at, name, now);
    if (look != Look::found) return look == Look::absent && dependency.kind == Kind::absent;
    if (dependency.kind == Kind::absent) return false;
    if (fingerprint_of(now) == dependency.fingerprint) return true;
    const Content* const content = content_of(dependency);
    if (content == nullptr) return false;
    const bool is_file = dependency.kind == Kind::file;
    if (!(is_file ? same_content(at, name, *content, now)
                  : same_names(at, name, content->hash, now)))
      return false;
    // Next time the facts alone will do. A directory that this very call creates files in will have
    // changed again by then.
    if (now.settled_at(started_ns_)) {
      dependency.fingerprint = fingerprint_of(now);
      (!is_file && (content->hash.low & ~is_shared) == listed_and_written ? folder_refreshed_
                                                                          : refreshed_) = true;
    }
    return true;
  }

  // Touched, or checked out again: read it, when it is small enough to be worth it.
  bool same_content(const typename Calls::Directory& at, const char* name, const Content& content,
                    const Facts& now) {
    if (!content.hash.known() || now.size != content.size || now.size > largest_rehash)
      return false;
    rehashed_ += now.size;
    if (rehashed_ > largest_rehash_sum) return false;
    Hash128Stream hash;
    return calls_.read_through(at, name, now.size, piece(), [&](std::string_view bytes) {
      hash.add(bytes);
    }) && hash.finish() == content.hash;
  }

  // Files came or went (objects, in a build inside the source tree): do they bear a name that
  // #include could find?
  bool same_names(const typename Calls::Directory& at, const char* name, const Hash128& listing,
                  const Facts& now) {
    if (listing.low == not_listed) return false;
    NameSum sum(record_.names);
    return calls_.each_name(at, name, room_.work, [&](std::string_view found, bool is_folder) {
      sum.add(found, is_folder);
    }) && sum.sum() + ((listing.low & is_shared) != 0 ? identity_of(now) : 0) == listing.high;
  }

  // --- the answer ---
  // Asked of the call's words, too: what an output is called follows from them, unless they stand
  // in a file.
  bool outputs_replaceable(const Call& call) {
    for (const Output& output : record_.outputs) {
      const char* path = record_.text(output.path);
      if (!is_named_by(call.words, path) || !calls_.replaceable(path)) return false;
    }
    return true;
  }

  bool write_outputs() {
    for (std::size_t i = 0; i < record_.outputs.size(); ++i) {
      if (kept(record_.outputs[i]) || write(record_.outputs[i])) continue;
      for (std::size_t written = 0; written <= i; ++written)
        calls_.remove(record_.text(record_.outputs[written].path));
      return false;
    }
    return true;
  }

  // The object of the last run is mostly still there: giving it this moment's time costs a fifth of
  // writing it again.
  bool kept(const Output& output) {
    const char* path = record_.text(output.path);
    const typename Calls::Directory here = calls_.enter("");
    Facts there;
    if (calls_.look(here, path, there) != Look::found || there.size != output.size) return false;
    Hash64Stream hash;
    const bool read = calls_.read_through(here, path, output.size, piece(),
                                          [&](std::string_view bytes) { hash.add(bytes); });
    if (!read || hash.finish() != output.checksum || !calls_.touch(path)) return false;
    ++kept_;
    return true;
  }

  bool write(const Output& output) {
    const char* path = record_.text(output.path);
    if (output.in_copy != 0)
      return calls_.copy_output(path, hot_copy_path(path_).c_str(), output.offset, output.size,
                                output.checksum, piece());
    return calls_.write_output(path, {record_.text(0) + output.offset, output.size});
  }

  bool has_copy() const {
    for (const Output& output : record_.outputs)
      if (output.in_copy != 0) return true;
    return false;
  }

  // --- what a run leaves behind besides ---
  bool has_log() const { return *record_.text(record_.header->log_file) != '\0'; }

  // Asked first, since nothing falls through once the log has been told. Lines that lie beside it,
  // and statistics that want folding, are for the ordinary flow.
  bool log_can_be_told() {
    if (!has_log()) return true;
    if (started_ns_ >= record_.header->local_until_ns) return false;
    Facts facts;
    PathText beside;
    beside.add(record_.text(record_.header->log_file)).add(".fallbacks");
    if (look_at(beside, facts) != Look::absent) return false;
    if (record_.header->counted == 0) return true;
    // In a cache that cannot be written the ordinary flow says so.
    const PathText stats = stats_path();
    return look_at(stats, facts) == Look::found && facts.size <= largest_stats &&
           calls_.writable(stats.c_str());
  }

  Look look_at(const PathText& path, Facts& facts) {
    return calls_.look(calls_.enter(""), path.c_str(), facts);
  }

  PathText stats_path() const {
    PathText path = cache_dir_;
    path.add("/").add(statistics_name);
    return path;
  }

  // The lines of the record, and a last one of our own, at this moment's time.
  bool tell_log() {
    if (!has_log()) return true;
    const char* const file = record_.text(record_.header->log_file);
    const std::int64_t now = calls_.now_ns();
    LogText log(room_.work, now + record_.header->utc_offset_s * std::int64_t{1'000'000'000},
                calls_.process());
    log.add_lines(record_.text(record_.header->log));
    log.begin_line();
    log.add("Done in ");
    log.add_thousandths((now - started_ns_) / 1000);
    log.add(" ms, replayed\n");
    return log.whole() && calls_.append(file, log.text(), no_limit);
  }

  // What the log has told is not told again by the ordinary flow: the record then goes into a file
  // aside, as the ordinary flow's own would (store/stats.cpp), and on a full disk nowhere.
  bool count() {
    if (record_.header->counted == 0) return true;
    PathText path = stats_path();
    const StatsRecord record(started_ns_);
    if (calls_.append(path.c_str(), record.bytes(), largest_stats)) return true;
    if (!has_log()) return false;
    path.add(".").add(calls_.process()).add(".").add(static_cast<std::uint64_t>(started_ns_));
    calls_.write_output(path.c_str(), record.bytes());
    return true;
  }

  // Tells eviction that the entry is in use, and keeps what was found out about touched files. A
  // torn write is caught by the checksum.
  void keep_warm() {
    if (refreshed_ || (folder_refreshed_ && kept_ == record_.outputs.size())) {
      record_.header->checksum = record_.hot_checksum();
      calls_.overwrite(path_.c_str(),
                       {room_.record.data(),
                        record_.header->size});  // all of it is there: something had changed
    }
    if (record_facts_.mtime_ns + touch_after_ns > started_ns_) return;
    calls_.touch(path_.c_str());
    if (has_copy()) calls_.touch(hot_copy_path(path_).c_str());
    if (*record_.text(record_.header->entry_file) != '\0')
      calls_.touch(record_.text(record_.header->entry_file));
  }

  // What files go through. A read costs a tenth of the first touch of a page, so the pages are few.
  std::span<char> piece() { return std::span<char>(room_.work).first(16 * 1024); }

  Calls& calls_;
  Room& room_;
  std::int64_t started_ns_ = 0;
  std::uint32_t user_ = 0;
  PathText cache_dir_, path_;
  Hash128 key_;
  std::size_t there_ = 0;  // bytes of the record that have been read
  Facts record_facts_;
  Record record_;
  std::uint64_t rehashed_ = 0;  // bytes
  std::size_t kept_ = 0;        // outputs that had their bytes already
  bool refreshed_ = false, folder_refreshed_ = false;
};

}  // namespace deja::replay

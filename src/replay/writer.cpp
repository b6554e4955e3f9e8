// From a finished compile to its replay record.
#include "replay/writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/path.h"
#include "inputs/relevant_names.h"
#include "replay/call.h"
#include "replay/record.h"
#include "replay/system_calls.h"

namespace deja {

namespace {

using replay::Kind;
using replay::TextRange;

constexpr std::size_t grouped_from = 8;  // so many names in one directory are worth opening it
constexpr std::size_t largest_written =
    replay::largest_record - 4096;                   // bytes; leaves room for what the store adds
constexpr const char* zone_file = "/etc/localtime";  // the log tells local time
constexpr std::int64_t rest_ns =
    3'600'000'000'000;  // a directory that did not change for an hour rests
constexpr std::int64_t day_ns = 86'400'000'000'000;

Error refused(const std::string& object, const char* reason) {
  return {"record a replay", object, reason, Cause::other};
}

// Whether a replay has room for the lines, with the time and the process before each.
bool log_fits(const std::vector<std::string>& lines) {
  constexpr std::size_t prefix = 48;
  std::size_t size = 2 * prefix;
  for (const std::string& line : lines)
    size += line.size() +
            prefix * (1 + static_cast<std::size_t>(std::count(line.begin(), line.end(), '\n')));
  return size <= sizeof(replay::Room::work);
}

// Digest is in canonical (big-endian) byte order.
replay::Hash128 hash_of(const Digest& digest) {
  replay::Hash128 out;
  for (unsigned i = 0; i < 8; ++i) {
    out.high = out.high << 8 | digest.bytes[i];
    out.low = out.low << 8 | digest.bytes[i + 8];
  }
  return out;
}

Digest digest_of(const replay::Hash128& hash) {
  Digest out;
  for (unsigned i = 0; i < 8; ++i) {
    out.bytes[i] = static_cast<unsigned char>(hash.high >> (56 - 8 * i));
    out.bytes[i + 8] = static_cast<unsigned char>(hash.low >> (56 - 8 * i));
  }
  return out;
}

// The end of a record: texts that the rest refers to.
class Heap {
 public:
  std::uint32_t path(std::string_view text) { return add(text, true).offset; }
  TextRange bytes(std::string_view text) { return add(text, false); }
  // Ends with the zero byte that makes every text in it a C string.
  std::string_view finished() {
    if (bytes_.empty() || bytes_.back() != '\0') bytes_.push_back('\0');
    return bytes_;
  }

 private:
  TextRange add(std::string_view text, bool ended) {
    const TextRange out{static_cast<std::uint32_t>(bytes_.size()),
                        static_cast<std::uint32_t>(text.size())};
    bytes_.append(text);
    if (ended) bytes_.push_back('\0');
    return out;
  }
  std::string bytes_;
};

// What is known of a dependency, before it is laid out.
struct Known {
  Kind kind = Kind::file;
  replay::Facts facts = {};
  bool settled = false;  // its facts will do to tell that it is the same
  replay::Hash128 content = {};
};

// What a record depends on, gathered by path, with the first reason to refuse one.
class Dependencies {
 public:
  Dependencies(Fs& fs, std::int64_t started_ns) : fs_(fs), started_ns_(started_ns) {}

  void add_file(const ReplayFile& file) {
    if (refusal_ || !usable(file.path)) return;
    const auto facts = file.facts ? Result<FileFacts>(*file.facts) : fs_.stat(file.path);
    if (!facts) return refuse(file.path, "it is gone");
    Known out;
    out.facts = replay::facts_of(*facts);
    if (file.content) out.content = hash_of(*file.content);
    // No stat agrees with a file that is too young: the first replays read it, until it is old
    // enough.
    out.settled = out.facts.settled_at(started_ns_);
    if (!out.settled && !file.content)
      return refuse(file.path, "it is too new to tell whether it changes");
    const auto [known, is_new] = found_.emplace(file.path, out);
    if (!is_new && !file.content) known->second.content = {};
  }

  void add_absent(const std::string& path) {
    if (refusal_ || !usable(path)) return;
    const auto facts = fs_.stat(path);
    if (facts) return refuse(path, "it exists now");
    if (facts.error().cause != Cause::not_found && facts.error().cause != Cause::not_a_directory)
      return refuse(path, "whether it exists is unknown");
    found_.emplace(path, Known{.kind = Kind::absent});
  }

  // A directory in which a name may not appear, or that may not appear itself. `sum` knows the
  // names that matter; `written`: an output lies there; `shared`: another path leads to it, too.
  void add_directory(const std::string& path, const replay::NameSum& sum, bool written,
                     bool shared) {
    if (refusal_ || !usable(path)) return;
    const auto facts = fs_.stat(path);
    if (!facts) return add_absent(path);
    Known out{.kind = Kind::directory, .facts = replay::facts_of(*facts), .settled = true};
    // Of a directory that rests the facts will do. One that changed lately will change again, or be
    // checked out again, so its names are summed up.
    if (std::max(facts->mtime_ns, facts->ctime_ns) > started_ns_ - rest_ns) {
      const auto names = sum_of_names(path, sum);
      if (!names) return;
      out.content = {*names, written ? replay::listed_and_written : replay::listed};
      if (shared) out.content.high += replay::identity_of(out.facts);
      if (shared) out.content.low |= replay::is_shared;
      out.settled = out.facts.settled_at(started_ns_);
    }
    found_.emplace(path, out);
  }

  const std::optional<Error>& refusal() const { return refusal_; }
  const std::map<std::string, Known>& found() const { return found_; }

 private:
  void refuse(const std::string& object, const char* reason) { refusal_ = refused(object, reason); }
  bool usable(const std::string& path) {
    if (path.empty() || path.find('\0') != std::string::npos) refuse(path, "not a path");
    return !refusal_;
  }

  // A name that matters and was not there when the run began may have been missed by the compile:
  // then there is no record.
  std::optional<std::uint64_t> sum_of_names(const std::string& folder, replay::NameSum sum) {
    const auto items = fs_.list(folder);
    if (!items) refusal_ = items.error();
    if (!items) return std::nullopt;
    for (const DirectoryItem& item : *items) {
      const std::uint64_t before = sum.sum();
      sum.add(item.name, item.kind == FileKind::directory);
      if (sum.sum() == before) continue;
      const std::string path = folder == "." ? item.name : path::join(folder, item.name);
      if (found_.contains(path)) continue;
      const auto facts = fs_.lstat(path);
      // A folder changes with what is put into it; that is seen where it is watched itself.
      if (facts &&
          (facts->kind == FileKind::directory || replay::facts_of(*facts).settled_at(started_ns_)))
        continue;
      refuse(path, "it is too new to tell whether the compile saw it");
      return std::nullopt;
    }
    return sum.sum();
  }

  Fs& fs_;
  std::int64_t started_ns_;
  std::map<std::string, Known> found_;
  std::optional<Error> refusal_;
};

// The hashes of all names under which a header could appear, sorted, each once.
std::vector<std::uint64_t> names_that_matter(const ReplayCall& call) {
  std::vector<std::uint64_t> hashes;
  std::string last_directory;
  const auto add = [&](std::string_view name) { hashes.push_back(replay::hash_of_name(name)); };
  for (const ReplayFile& file : call.included) add_relevant_names(file.path, last_directory, add);
  for (const std::string& name : call.probed_names) add_relevant_names(name, last_directory, add);
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  return hashes;
}

Dependencies gather(System& system, const ReplayCall& call,
                    const std::vector<std::uint64_t>& names) {
  Dependencies out(system.fs, call.started_ns);
  for (const ReplayFile& file : call.included) out.add_file(file);
  for (const ReplayFile& file : call.files) out.add_file(file);
  for (const std::string& path : call.absent) out.add_absent(path);
  if (!call.log_file.empty())
    system.fs.stat(zone_file) ? out.add_file({zone_file}) : out.add_absent(zone_file);
  std::set<std::string_view> written;
  for (const ReplayOutput& output : call.outputs) written.insert(path::directory(output.path));
  std::map<std::pair<std::uint64_t, std::uint64_t>, int> paths_of;
  const auto identity = [&](const std::string& path) {
    const auto facts = system.fs.stat(path);
    return facts ? std::pair(facts->device, facts->inode)
                 : std::pair<std::uint64_t, std::uint64_t>();
  };
  for (const std::string& path : call.watched_directories) ++paths_of[identity(path)];
  for (const std::string& path : call.watched_directories)
    out.add_directory(path, replay::NameSum(names), written.contains(path),
                      paths_of[identity(path)] > 1);
  return out;
}

// When a dependency changed last, as far as that is known: what changed lately is likely to change
// again.
std::int64_t last_change(const Known& known) {
  if (known.settled) return known.facts.ctime_ns;
  return known.kind == Kind::file ? INT64_MAX : 0;
}

using Named = std::pair<std::string, Known>;  // the name in its directory, or a whole path

struct Folder {
  std::string path;  // "" for whole paths
  std::vector<Named> members;
  std::int64_t last_change = 0;
};

// The latest changes first, so that a replay in vain, after an edit, is over soon.
void sort_by_change(std::vector<Folder>& folders) {
  const auto is_later = [](const Named& a, const Named& b) {
    return last_change(a.second) > last_change(b.second);
  };
  for (Folder& folder : folders) {
    std::ranges::stable_sort(folder.members, is_later);
    if (!folder.members.empty()) folder.last_change = last_change(folder.members.front().second);
  }
  std::ranges::stable_sort(
      folders, [](const Folder& a, const Folder& b) { return a.last_change > b.last_change; });
}

// Dependencies by directory; those that have few neighbours under "", with their whole path.
std::vector<Folder> by_folder(const std::map<std::string, Known>& found) {
  std::map<std::string_view, std::vector<Named>> all;
  for (const auto& [path, known] : found) {
    std::string_view name = path;
    while (name.size() > 1 && path::is_separator(name.back())) name.remove_suffix(1);
    const std::string_view file = path::file_name(name);
    const bool whole = file.empty() || file.size() == name.size();
    all[whole ? "" : name.substr(0, name.size() - file.size())].emplace_back(whole ? name : file,
                                                                             known);
  }
  std::vector<Folder> out;
  Folder single;
  for (auto& [folder, members] : all) {
    if (!folder.empty() && members.size() >= grouped_from) {
      out.push_back({std::string(folder), std::move(members)});
      continue;
    }
    for (auto& [name, known] : members)
      single.members.emplace_back(std::string(folder).append(name), known);
  }
  out.push_back(std::move(single));
  return out;
}

// The dependencies as a record has them.
struct Rows {
  std::vector<replay::Group> groups;
  std::vector<replay::Dependency> dependencies;
  std::vector<replay::Content> contents;
};

Rows arrange(const std::map<std::string, Known>& found, Heap& heap) {
  Rows out;
  std::vector<Folder> folders = by_folder(found);
  sort_by_change(folders);
  for (const Folder& folder : folders) {
    out.groups.push_back(
        {heap.path(folder.path), static_cast<std::uint32_t>(folder.members.size())});
    for (const auto& [name, known] : folder.members) {
      out.dependencies.push_back(
          {heap.path(name), known.kind,
           known.settled ? replay::fingerprint_of(known.facts) : replay::no_fingerprint});
      out.contents.push_back({known.facts.size, known.content});
    }
  }
  return out;
}

// Large outputs go to the end of `copy`.
std::vector<replay::Output> outputs_of(const ReplayCall& call, Heap& heap, std::string& copy) {
  std::vector<replay::Output> out;
  for (const ReplayOutput& output : call.outputs) {
    replay::Output row;
    row.path = heap.path(output.path);
    row.size = output.bytes.size();
    row.checksum = replay::hash64(output.bytes);
    row.in_copy = output.bytes.size() > replay::largest_inline ? 1 : 0;
    row.offset = row.in_copy != 0 ? copy.size() : heap.bytes(output.bytes).offset;
    if (row.in_copy != 0) copy.append(output.bytes);
    out.push_back(row);
  }
  return out;
}

std::int64_t seconds_since_1970(const LocalTime& t) {
  // Days from the civil calendar, years beginning in March.
  const std::int64_t year = t.month <= 2 ? t.year - 1 : t.year;
  const std::int64_t month = t.month <= 2 ? t.month + 9 : t.month - 3;
  const std::int64_t days =
      365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + t.day - 1 - 719468;
  return ((days * 24 + t.hour) * 60 + t.minute) * 60 + t.second;
}

// What local time is ahead of UTC, in seconds.
std::int64_t utc_offset(Clock& clock, std::int64_t now_ns) {
  return seconds_since_1970(clock.local(now_ns)) - now_ns / 1'000'000'000;
}

template <class T>
void append_rows(std::string& out, const std::vector<T>& rows) {
  out.append(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(T));
}

std::string log_text(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out.append(line).push_back('\n');
  return out;
}

std::optional<Error> refusal_of(const ReplayCall& call) {
  if (call.started_ns == 0) return refused("", "the run's start is unknown");
  if (call.log_file == "syslog") return refused("", "the log goes to syslog");
  if (!call.log_file.empty() && !log_fits(call.log_lines))
    return refused("", "the log would be too long");
  if (call.log_file.find('\0') != std::string::npos ||
      call.entry_file.find('\0') != std::string::npos)
    return refused("", "not a path");
  for (const ReplayOutput& output : call.outputs)
    if (output.path.empty() || output.path.find('\0') != std::string::npos)
      return refused(output.path, "not a path");
  return std::nullopt;
}

}  // namespace

bool replay_possible(System& system, const std::vector<std::string>& words,
                     const std::string& cache_dir) {
  const replay::CallText text(system, words);
  replay::Hash128 key;
  if (text.call().working_directory.empty() || !replay::key_of(text.call(), key)) return false;
  // The configuration's is absolute and normal.
  const replay::PathText own = replay::cache_dir_of(text.call().environment);
  const auto here = system.fs.current_directory();
  return own.usable() && here &&
         path::normal(path::join(*here, own.view())) == path::normal(cache_dir);
}

Result<ReplayRecord> make_replay_record(System& system, const ReplayCall& call) {
  if (const auto refusal = refusal_of(call)) return *refusal;
  replay::Header header;
  const replay::CallText text(system, call.words);
  if (!replay_possible(system, call.words, call.cache_dir) ||
      !replay::key_of(text.call(), header.key))
    return refused("", "the environment or the place of the cache does not allow it");

  if (!call.log_file.empty()) {
    const std::int64_t now = system.clock.now_ns();
    if (utc_offset(system.clock, now) != utc_offset(system.clock, now + day_ns))
      return refused(zone_file, "the clocks change within a day");
    header.utc_offset_s = static_cast<std::int32_t>(utc_offset(system.clock, now));
    header.local_until_ns = now + day_ns;
  }
  const std::vector<std::uint64_t> names = names_that_matter(call);
  const Dependencies dependencies = gather(system, call, names);
  if (dependencies.refusal()) return *dependencies.refusal();

  Heap heap;
  const Rows rows = arrange(dependencies.found(), heap);
  header.entry_file = heap.path(call.entry_file);
  header.log_file = heap.path(call.log_file);
  std::string copy;
  const std::vector<replay::Output> outputs = outputs_of(call, heap, copy);
  header.out = heap.bytes(call.out);
  header.err = heap.bytes(call.err);
  header.log = heap.bytes(log_text(call.log_lines));
  header.counted = call.counted ? 1 : 0;
  header.groups = static_cast<std::uint32_t>(rows.groups.size());
  header.dependencies = static_cast<std::uint32_t>(rows.dependencies.size());
  header.names = static_cast<std::uint32_t>(names.size());
  header.outputs = static_cast<std::uint32_t>(outputs.size());

  std::string bytes(sizeof header, '\0');
  append_rows(bytes, rows.groups);
  append_rows(bytes, rows.dependencies);
  append_rows(bytes, outputs);
  bytes.append(heap.finished());
  bytes.resize((bytes.size() + alignof(replay::Header) - 1) / alignof(replay::Header) *
               alignof(replay::Header));
  const std::size_t hot = bytes.size();
  append_rows(bytes, rows.contents);
  append_rows(bytes, names);
  if (bytes.size() > largest_written) return refused("", "it would be too large");
  header.hot = static_cast<std::uint32_t>(hot);
  header.size = static_cast<std::uint32_t>(bytes.size());
  header.cold_checksum = replay::hash64(std::string_view(bytes).substr(hot));
  std::memcpy(bytes.data(), &header, sizeof header);
  header.checksum = replay::hash64(
      std::string_view(bytes).substr(replay::checksum_start, hot - replay::checksum_start));
  std::memcpy(bytes.data(), &header, sizeof header);
  return ReplayRecord{digest_of(header.key), std::move(bytes), std::move(copy)};
}

bool is_replay_record(std::string_view bytes, const Digest& key) {
  std::vector<std::uint64_t> aligned(bytes.size() / sizeof(std::uint64_t) + 1);
  std::memcpy(aligned.data(), bytes.data(), bytes.size());
  replay::Record record;
  return record.begin(reinterpret_cast<char*>(aligned.data()), bytes.size(), bytes.size(),
                      hash_of(key)) &&
         record.open() && record.open_cold();
}

}  // namespace deja

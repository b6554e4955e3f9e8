// Work on single files and shards of the store. Other processes put, read and remove meanwhile: a
// file that vanished is never an error.
#include "store/shard_files.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/bytes.h"
#include "base/path.h"

namespace deja {

namespace {

constexpr std::int64_t stale_ns = 3'600'000'000'000;  // an hour: no put takes that long
constexpr std::uint64_t max_rewrite = std::uint64_t{1} << 31;

std::string path_of(const Maintenance& on, const StoredFile& file) {
  return stored_path(on.cache_dir, file.name);
}

bool is_stale_temporary(const ListedFile& file, std::int64_t now_ns) {
  return file.facts.kind == FileKind::regular && file.name.starts_with(temporary_prefix) &&
         file.name.size() > temporary_prefix.size() && file.name[temporary_prefix.size()] == '.' &&
         file.facts.mtime_ns < now_ns - stale_ns;
}

}  // namespace

void each_of(const Maintenance& on, unsigned count,
             const std::function<void(unsigned number)>& work) {
  std::atomic<unsigned> next = 0;
  std::atomic<unsigned> done = 0;
  const auto run = [&] {
    for (unsigned number = next++; number < count; number = next++) {
      work(number);
      const unsigned now_done = ++done;
      if (on.progress) on.progress(now_done, count);
    }
  };
  on.workers ? on.workers(run) : run();
}

ShardWork list_shard(const Maintenance& on, unsigned shard) {
  ShardWork work;
  work.change.shard = shard;
  const std::string folder = shard_folder(on.cache_dir, shard);
  auto listed = on.system.fs.list_with_facts(folder);
  if (!listed) {
    if (listed.error().cause != Cause::not_found) ++work.report.files_failed;
    return work;
  }
  const std::int64_t now_ns = on.system.clock.now_ns();
  for (const ListedFile& file : *listed) {
    if (is_stale_temporary(file, now_ns)) {
      (void)on.system.fs.remove(path::join(folder, file.name));
    } else if (const auto name = parse_stored_name(shard, file.name);
               name && file.facts.kind == FileKind::regular) {
      work.files.push_back({*name, file.facts.mtime_ns, file.facts.size});
    }
  }
  return work;
}

void remove_stale_temporaries(const Maintenance& on, const std::string& folder) {
  const std::int64_t now_ns = on.system.clock.now_ns();
  for (const ListedFile& file : on.system.fs.list_with_facts(folder).value_or({}))
    if (is_stale_temporary(file, now_ns)) (void)on.system.fs.remove(path::join(folder, file.name));
}

void remove_file(const Maintenance& on, const StoredFile& file, ShardWork& work) {
  const auto removed = on.system.fs.remove(path_of(on, file));
  if (!removed) {
    if (removed.error().cause != Cause::not_found) ++work.report.files_failed;
    return;
  }
  ++work.report.files_removed;
  work.report.bytes_removed += file.bytes();
  work.change.bytes -= file.bytes();
  work.change.files -= counted_files(file.name.kind);
  if (is_hot(file.name.kind)) work.change.hot -= file.bytes();
}

void remove_files_if(const Maintenance& on, ShardWork& work,
                     const std::function<bool(const StoredFile&)>& doomed) {
  std::erase_if(work.files, [&](const StoredFile& file) {
    if (!doomed(file)) return false;
    const std::int64_t failed = work.report.files_failed;
    remove_file(on, file, work);
    return work.report.files_failed == failed;
  });
}

std::string namespace_of(const Maintenance& on, const StoredFile& file) {
  const std::uint64_t size =
      std::min<std::uint64_t>(file.size, longest_namespace + namespace_tail_size);
  const auto ending =
      on.system.fs.read_part(path_of(on, file), file.size - size, static_cast<std::size_t>(size));
  return ending ? std::string(split_namespace(*ending).name) : std::string();
}

Result<EntryInfo> peek(const Maintenance& on, const StoredFile& file) {
  const auto beginning = on.system.fs.read_part(path_of(on, file), 0, max_entry_header);
  if (!beginning) return beginning.error();
  return inspect_entry(*beginning, std::min(file.size, claimed_entry_size(*beginning)));
}

void rewrite(const Maintenance& on, StoredFile& file, std::optional<int> level, ShardWork& work) {
  Fs& fs = on.system.fs;
  const std::string path = path_of(on, file);
  std::string bytes;
  const auto facts = fs.read(path, bytes, max_rewrite);
  if (!facts) {
    if (facts.error().cause != Cause::not_found) ++work.report.files_failed;
    return;
  }
  const NamespaceSplit split = split_namespace(bytes);
  const auto packed = recompress_entry(split.bytes, level);
  if (!packed) {
    ++work.report.files_failed;
    return;
  }
  if (*packed == split.bytes) return;
  const std::string trailer = namespace_trailer(split.name);
  const std::array<std::string_view, 2> pieces{*packed, trailer};
  const std::string temporary =
      fs.temporary_name(std::string(path::directory(path)), temporary_prefix);
  // An entry that was evicted meanwhile may come back by this rename; it is whole, and the next
  // clean-up finds it.
  const bool replaced = fs.create(temporary, pieces) && fs.set_mtime(temporary, facts->mtime_ns) &&
                        fs.rename(temporary, path, Overwrite::yes);
  if (!replaced) {
    (void)fs.remove(temporary);
    ++work.report.files_failed;
    return;
  }
  ++work.report.files_rewritten;
  const std::int64_t before = file.bytes();
  file.size = packed->size() + trailer.size();
  work.change.bytes += file.bytes() - before;
}

}  // namespace deja

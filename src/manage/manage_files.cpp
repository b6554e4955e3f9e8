// Options for single files: checksums, a look into an entry, its outputs taken out; and trimming of
// a file-storage folder.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/path.h"
#include "base/text.h"
#include "compiler/outputs.h"
#include "inputs/manifest.h"
#include "manage/manage_actions.h"
#include "manage/tables.h"
#include "store/entry.h"
#include "store/local_store.h"
#include "store/packed.h"

namespace deja {

namespace {

Result<std::string> read_whole(Management& run, const std::string& file) {
  std::string bytes;
  if (const auto facts = run.system.fs.read(file, bytes); !facts) return facts.error();
  return bytes;
}

// --- entries
// ---------------------------------------------------------------------------------------------------

// Names of parts, as suffixes of the files --extract-result writes.
std::string part_suffix(std::uint8_t kind) {
  if (kind == stdout_part) return "stdout";
  if (kind == stderr_part) return "stderr";
  if (kind == targets_part) return "targets";
  if (kind == conditions_part) return "conditions";
  if (kind == side_names_part) return "side-names";
  if (kind >= first_side_part) return fmt::format("side{}", kind - first_side_part);
  if (kind == first_output_part) return "o";
  const OutputRow* row = kind > first_output_part ? output_row(kind - first_output_part) : nullptr;
  return row == nullptr || row->suffix.empty() ? fmt::format("part{}", kind)
                                               : std::string(row->suffix.substr(1));
}

std::string describe_entry(System& system, const EntryInfo& info, const NamespaceSplit& stored) {
  Table table;
  table.text("Kind:", "result");
  table.text("Size:", fmt::format("{} bytes", stored.bytes.size()));
  if (!stored.name.empty()) table.text("Namespace:", std::string(stored.name));
  table.text("Created:", time_text(system.clock.local(info.created_ns)));
  table.text("Sources:", info.sources.hex());
  table.text("Parts:", fmt::format("{}", info.parts.size()));
  for (const EntryPartInfo& part : info.parts) {
    const std::string packed =
        part.compressed ? fmt::format(", compressed to {}", part.stored_size) : "";
    table.text(fmt::format("  {}:", part_suffix(part.kind)),
               fmt::format("{} bytes{}", part.raw_size, packed));
  }
  return table.render(Painter(false));
}

std::string describe_manifest(const Manifest& manifest, const NamespaceSplit& stored) {
  const std::vector<ManifestEntry> entries = manifest.entries();
  std::string out = fmt::format("Kind: manifest\nSize: {} bytes\n", stored.bytes.size());
  if (!stored.name.empty()) out += fmt::format("Namespace: {}\n", stored.name);
  out += fmt::format("Entries: {}\n", entries.size());
  for (const ManifestEntry& entry : entries) {
    out += fmt::format("Result {}\n", entry.result.hex());
    for (const ManifestFile& file : entry.files)
      out += fmt::format("  file {} {} bytes {}\n", file.digest.hex(), file.size, file.path);
    for (const WatchedDirectory& directory : entry.directories)
      out += fmt::format("  {} {}\n", directory.inode == 0 ? "absent directory" : "directory",
                         directory.path);
    for (const std::string& name : entry.probed_names) out += fmt::format("  probed {}\n", name);
  }
  return out;
}

// --- trimming
// --------------------------------------------------------------------------------------------------

struct StoredFile {
  std::string path;
  std::int64_t used_ns;
  std::uint64_t bytes;  // on disk
  std::uint64_t size;   // of its content
};

std::uint64_t sum_of_sizes(const std::vector<StoredFile>& files) {
  std::uint64_t sum = 0;
  for (const StoredFile& file : files) sum += file.bytes;
  return sum;
}

// "ab/<30 digits>.r" is deja's own layout; "stats" and the configuration file are in any local
// cache and in no storage.
bool is_of_local_cache(std::string_view folder, std::string_view name) {
  if (name == "stats" || name == "ccache.conf") return true;
  static constexpr std::string_view digits = "0123456789abcdef";
  const std::size_t high = folder.size() == 2 ? digits.find(folder[0]) : 0;
  const std::size_t low = folder.empty() ? std::string_view::npos : digits.find(folder.back());
  if (folder.size() > 2 || high == std::string_view::npos || low == std::string_view::npos)
    return false;
  return parse_stored_name(static_cast<unsigned>(high * 16 + low), name).has_value();
}

Result<void> collect(Management& run, const std::string& folder, unsigned depth,
                     std::vector<StoredFile>& files) {
  static constexpr unsigned deepest = 8;  // file storage uses two levels
  const auto items = run.system.fs.list_with_facts(folder);
  if (!items) return items.error();
  for (const ListedFile& item : *items) {
    const std::string full = path::join(folder, item.name);
    if (is_of_local_cache(path::file_name(folder), item.name))
      return Error{
          "trim", folder,
          fmt::format(
              "this looks like a local cache ('{}'); use CCACHE_MAXSIZE=SIZE deja -c for that",
              full)};
    if (item.facts.kind == FileKind::directory && depth < deepest) {
      if (auto below = collect(run, full, depth + 1, files); !below) return below;
    } else if (item.facts.kind == FileKind::regular) {
      files.push_back({full, run.flags.trim_by_mtime ? item.facts.mtime_ns : item.facts.atime_ns,
                       item.facts.disk_size, item.facts.size});
    }
  }
  return {};
}

// Removes the files that were used the longest time ago until the rest fits; what is kept is left
// in `files`.
Result<void> trim_to(Management& run, std::uint64_t limit, std::vector<StoredFile>& files) {
  std::sort(files.begin(), files.end(),
            [](const StoredFile& a, const StoredFile& b) { return a.used_ns < b.used_ns; });
  std::uint64_t size = sum_of_sizes(files);
  std::size_t gone = 0;
  for (; gone < files.size() && size > limit && limit != 0; ++gone) {
    const auto removed = run.system.fs.remove(files[gone].path);
    if (!removed && removed.error().cause != Cause::not_found) return removed;
    size -= files[gone].bytes;
  }
  files.erase(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(gone));
  return {};
}

// The result in `file` at another level; what is no result of deja's stays. The file keeps the time
// of its last use. The bytes that it has now.
Result<std::uint64_t> recompress_stored(Management& run, const StoredFile& file,
                                        std::optional<int> level) {
  Fs& fs = run.system.fs;
  std::string bytes;
  if (const auto facts = fs.read(file.path, bytes); !facts) return facts.error();
  const NamespaceSplit stored = split_namespace(bytes);
  const auto packed = recompress_entry(stored.bytes, level);
  if (!packed || *packed == stored.bytes) return std::uint64_t{bytes.size()};
  const std::string trailer = namespace_trailer(stored.name);
  const std::string temporary =
      fs.temporary_name(std::string(path::directory(file.path)), "recompressed");
  auto done = fs.create(temporary, std::array<std::string_view, 2>{*packed, trailer});
  if (done) done = fs.set_mtime(temporary, file.used_ns);
  if (done) done = fs.rename(temporary, file.path, Overwrite::yes);
  if (done) return std::uint64_t{packed->size() + trailer.size()};
  static_cast<void>(fs.remove(temporary));
  return done.error();
}

Result<void> recompress_kept(Management& run, const std::vector<StoredFile>& files,
                             std::optional<int> level) {
  std::uint64_t before = 0, after = 0;
  for (const StoredFile& file : files) {
    const auto now = recompress_stored(run, file, level);
    if (!now) return now.error();
    before += file.size;
    after += *now;
  }
  run.print(fmt::format("{} {} files ({} -> {})\n", run.done("Recompressed", "recompress"),
                        files.size(), text::format_size(before), text::format_size(after)));
  return {};
}

}  // namespace

constexpr std::uint64_t largest_inspected = std::uint64_t{64} << 20;  // bytes of a manifest

Result<void> checksum_file(Management& run, const std::string& file) {
  const auto bytes = file == "-" ? run.system.console.read_in() : read_whole(run, file);
  if (!bytes) return bytes.error();
  run.print(digest_of(*bytes).hex() + "\n");
  return {};
}

Result<void> inspect_file(Management& run, const std::string& file) {
  const auto bytes = read_whole(run, file);
  if (!bytes) return bytes.error();
  const NamespaceSplit stored = split_namespace(*bytes);
  const auto entry = inspect_entry(stored.bytes, stored.bytes.size());
  const auto unpacked = unpack(std::string(stored.bytes), largest_inspected);
  const auto manifest = unpacked ? Manifest::decode(*unpacked) : Result<Manifest>(unpacked.error());
  if (!entry && !manifest)
    return Error{"inspect", file,
                 fmt::format("neither a result ({}) nor a manifest ({})", entry.error().reason,
                             manifest.error().reason)};
  run.print(entry ? describe_entry(run.system, *entry, stored)
                  : describe_manifest(*manifest, stored));
  return {};
}

Result<void> extract_result(Management& run, const std::string& file) {
  const auto bytes = read_whole(run, file);
  if (!bytes) return bytes.error();
  const auto entry = decode_entry(split_namespace(*bytes).bytes);
  if (!entry) return Error{"extract", file, entry.error().reason};
  for (const EntryPart& part : entry->parts) {
    const std::string name = "ccache-result." + part_suffix(part.kind);
    if (auto written = run.system.fs.write_output(name, part.bytes); !written) return written;
    run.print(
        fmt::format("{} {} ({} bytes)\n", run.done("Wrote", "write"), name, part.bytes.size()));
  }
  return {};
}

Result<void> trim_directory(Management& run, const std::string& folder) {
  if (!run.flags.trim_size) return Error{"trim", folder, "--trim-max-size tells to which size"};
  const auto level = parse_level(run.flags.trim_recompress.value_or("uncompressed"));
  if (!level) return level.error();
  std::vector<StoredFile> files;
  if (auto collected = collect(run, folder, 0, files); !collected) return collected;
  const std::uint64_t before = sum_of_sizes(files);
  if (auto trimmed = trim_to(run, *run.flags.trim_size, files); !trimmed) return trimmed;
  const std::uint64_t after = sum_of_sizes(files);
  run.print(fmt::format("{} {} ({} -> {})\n", run.done("Removed", "remove"),
                        text::format_size(before - after), text::format_size(before),
                        text::format_size(after)));
  return run.flags.trim_recompress ? recompress_kept(run, files, level->level) : Result<void>();
}

}  // namespace deja

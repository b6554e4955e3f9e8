// Matching a manifest's entries against the files as they are now: cheap questions first, each
// asked once.
#include <map>
#include <memory>
#include <utility>

#include "inputs/manifest.h"
#include "inputs/watched_names.h"

namespace deja {

class Manifest::Matcher {
 public:
  Matcher(const Manifest& manifest, Fs& fs, SourceFiles& files, const MatchOptions& options)
      : manifest_(manifest),
        fs_(fs),
        files_(files),
        options_(options),
        checks_(manifest.files_.size()),
        listings_(manifest.strings_.size()) {}

  bool holds(const EntryRow& entry) {
    for (std::uint32_t place : entry.files)
      if (!size_agrees(place)) return false;
    if (!same_directories_agree(entry)) return false;
    std::vector<std::uint32_t> to_list;
    for (std::uint32_t place : entry.directories)
      if (!directory_agrees(manifest_.directories_[place], place, to_list)) return false;
    for (std::uint32_t place : entry.files)
      if (!content_agrees(place)) return false;
    return to_list.empty() || names_agree(entry, to_list);
  }
  // Of the last holds() that was false.
  const Reason& why_not() const { return why_not_; }

 private:
  enum class Check : unsigned char { none, size, content, failed };
  struct Listing {
    bool done = false;
    std::unique_ptr<const NameList> names;  // null: cannot be listed
  };

  bool no(Why why, std::string object) {
    why_not_ = {why, std::move(object)};
    return false;
  }
  bool no(const FileRow& header) {
    const auto facts = files_.facts(path_of(header));
    return no(facts ? Why::header_changed : Why::header_unreadable, path_of(header));
  }

  const std::string& path_of(const FileRow& row) const { return manifest_.strings_[row.path]; }

  bool size_agrees(std::uint32_t place) {
    Check& check = checks_[place];
    const FileRow& row = manifest_.files_[place];
    if (check == Check::none) {
      const auto facts = files_.facts(path_of(row));
      const bool same_size = facts && facts->size == row.size;
      check = same_size || (facts && may_differ(row)) ? Check::size : Check::failed;
    }
    return check != Check::failed || no(row);
  }

  bool content_agrees(std::uint32_t place) {
    Check& check = checks_[place];
    const FileRow& row = manifest_.files_[place];
    if (check == Check::size)
      check = stat_agrees(row) || digest_agrees(row) ? Check::content : Check::failed;
    return check == Check::content || no(row);
  }

  // Another comment is another size.
  bool may_differ(const FileRow& row) const { return options_.by_code && row.code != Digest{}; }

  bool stat_agrees(const FileRow& row) {
    const bool known = row.mtime_ns != 0 || row.ctime_ns != 0;
    if (!options_.stat_is_enough || !known) return false;
    const auto facts = files_.facts(path_of(row));
    return facts && facts->size == row.size && facts->mtime_ns == row.mtime_ns &&
           (options_.stat_ignores_ctime || facts->ctime_ns == row.ctime_ns);
  }

  bool digest_agrees(const FileRow& row) {
    const auto file = files_.get(path_of(row));
    if (!file) return false;
    const auto digest_is = [&](const Digest& stands_for, const Digest& recorded) {
      return files_.key_digest(**file, stands_for, options_.today, options_.ignore_time_macros,
                               options_.mtimes_matter) == recorded;
    };
    return digest_is((*file)->content, row.digest) ||
           (may_differ(row) && digest_is(files_.code(path_of(row), **file), row.code));
  }

  // Paths that led to one directory, over a link, must do so still: of two equal search directories
  // a compiler drops one, and their names tell nothing.
  bool same_directories_agree(const EntryRow& entry) {
    std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> seen;  // inode then → now
    for (const std::uint32_t place : entry.directories) {
      const DirectoryRow& row = manifest_.directories_[place];
      if (row.inode == 0) continue;
      const std::string& path = manifest_.strings_[row.path];
      const auto facts = files_.facts(path);
      if (!facts) return no(Why::directory_gone, path);
      const std::pair now(facts->device, facts->inode);
      if (seen.try_emplace(row.inode, now).first->second != now)
        return no(Why::directory_replaced, path);
    }
    return true;
  }

  // Leaves the question of names, for directories that changed, to be answered last.
  bool directory_agrees(const DirectoryRow& row, std::uint32_t place,
                        std::vector<std::uint32_t>& to_list) {
    const std::string& path = manifest_.strings_[row.path];
    const auto facts = files_.facts(path);
    // A file in the place of a directory is told of in messages, so it must not be there either.
    if (row.inode == 0) return !facts || no(Why::directory_appeared, path);
    const bool exists = facts && facts->kind == FileKind::directory;
    if (!exists) return no(Why::directory_gone, path);
    const bool trusted = row.mtime_ns != 0 || row.ctime_ns != 0;
    const bool unchanged = facts->inode == row.inode && facts->mtime_ns == row.mtime_ns &&
                           facts->ctime_ns == row.ctime_ns;
    if (!trusted || !unchanged) to_list.push_back(place);
    return true;
  }

  bool names_agree(const EntryRow& entry, const std::vector<std::uint32_t>& to_list) {
    MatteringNames names(entry.all_names_matter);
    for (std::uint32_t place : entry.files) names.add_components(path_of(manifest_.files_[place]));
    for (std::uint32_t place : entry.probed_names) names.add_components(manifest_.strings_[place]);
    for (std::uint32_t place : to_list) {
      const DirectoryRow& row = manifest_.directories_[place];
      const std::string& path = manifest_.strings_[row.path];
      const Listing& listing = list(row.path);
      if (!listing.names) return no(Why::directory_unreadable, path);
      if (names.digest(*listing.names) != row.names) {
        why_not_ = names.difference(path, *listing.names, row.names);
        return false;
      }
    }
    return true;
  }

  const Listing& list(std::uint32_t path) {
    Listing& listing = listings_[path];
    if (std::exchange(listing.done, true)) return listing;
    if (auto names = list_names(fs_, manifest_.strings_[path])) listing.names = std::move(*names);
    return listing;
  }

  const Manifest& manifest_;
  Fs& fs_;
  SourceFiles& files_;
  const MatchOptions& options_;
  std::vector<Check> checks_;      // by place in the table of files
  std::vector<Listing> listings_;  // by place in the table of strings
  Reason why_not_{Why::manifest_empty, {}};
};

MatchReport Manifest::match(Fs& fs, SourceFiles& files, const MatchOptions& options) const {
  if (entries_.empty()) return {std::nullopt, 0, Reason{Why::manifest_empty, {}}};
  MatchReport report;
  Matcher matcher(*this, fs, files, options);
  for (std::size_t place = 0; place < entries_.size(); ++place) {
    const EntryRow& entry = entries_[place];
    if (matcher.holds(entry)) return {entry.result, place, {}};
    if (!report.why_not) report.why_not = matcher.why_not();
  }
  return report;
}

}  // namespace deja

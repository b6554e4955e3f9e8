// Which directories to watch, so that a header that appears earlier in the search path is not
// missed.
//
// Why it is enough. The compiler looks for `#include "rel"` in the directory of an including file
// and then along the search directories, for `<rel>` along the search directories only, and takes
// the first base B for which B/rel exists. All including files are known (the source's directory is
// search[0], the others are in entry.files). So another file is found only if B/rel comes to be for
// a base before the one that was used. We do not know which `rel` was written, so every reading of
// a file's path is taken: relative to each search directory that contains it, and to each directory
// of an including file that does. For each such `rel` the bases to cover are all directories of
// including files, and the search directories before the last one that contains the file (all of
// them when none does). A probed name is a `rel` that may be absent, so all bases are covered for
// it.
//
// To cover B/rel is to watch the deepest directory D on the way B, B/c1, B/c1/c2 … that exists:
// B/rel can only come to be after a name was added to D, and that name is a component of `rel`, so
// it is among the names that matter. Where B itself does not exist, its absence is recorded. A
// directory on the way that is replaced as a whole changes what D's path leads to, and so D's
// facts. Not seen: for a header asked for by a macro, names below folders that no known name leads
// through.
#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/path.h"
#include "inputs/manifest.h"
#include "inputs/watched_names.h"

namespace deja {

namespace {

// The directories that were looked at, each once.
class Watcher {
 public:
  Watcher(Fs& fs, DirectoryNames& lists, std::int64_t started_ns)
      : fs_(fs), lists_(lists), started_ns_(started_ns) {}

  // Watches what has to be for `base`/`below`; both "" or "." mean nothing.
  void cover(const std::string& base, std::string_view below);
  // nullopt: names alone would not tell (MatteringNames::has_dangling).
  std::optional<std::vector<WatchedDirectory>> observed(const MatteringNames& names);

 private:
  struct Place {
    std::optional<FileFacts> facts;  // empty: no directory here
    bool watched = false;
  };

  Place& look(const std::string& path);
  // Null when it cannot be listed: then any name may be in it.
  const NameList* names_in(const std::string& path, const Place& place) {
    return lists_.of(path, *place.facts);
  }

  Fs& fs_;
  DirectoryNames& lists_;
  std::int64_t started_ns_;
  std::unordered_map<std::string, Place> places_;
};

Watcher::Place& Watcher::look(const std::string& path) {
  const auto [found, is_new] = places_.try_emplace(path);
  if (is_new) {
    auto facts = fs_.stat(path);
    if (facts && facts->kind == FileKind::directory) found->second.facts = *facts;
  }
  return found->second;
}

void Watcher::cover(const std::string& base, std::string_view below) {
  std::string here = base;
  while (!below.empty()) {
    std::size_t end = 0;
    while (end < below.size() && !path::is_separator(below[end])) ++end;
    const std::string_view component = below.substr(0, end);
    below.remove_prefix(std::min(end + 1, below.size()));
    if (component.empty() || component == ".") continue;
    const Place& place = look(here);
    if (!place.facts) break;
    const NameList* const names = component == ".." ? nullptr : names_in(here, place);
    if (names != nullptr && !names->contains(folded_name(std::string(component)))) break;
    here = path::join(here, component);
  }
  look(here).watched = true;
}

std::optional<std::vector<WatchedDirectory>> Watcher::observed(const MatteringNames& names) {
  std::vector<WatchedDirectory> out;
  std::vector<std::string> paths;
  for (const auto& [path, place] : places_)
    if (place.watched) paths.push_back(path);
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    const Place& place = look(path);
    WatchedDirectory watched;
    watched.path = path;
    if (place.facts) {
      const bool settled = is_settled(*place.facts, started_ns_);
      watched.inode = place.facts->inode;
      watched.mtime_ns = settled ? place.facts->mtime_ns : 0;
      watched.ctime_ns = settled ? place.facts->ctime_ns : 0;
      if (const NameList* const list = names_in(path, place)) {
        if (names.has_dangling(fs_, path, *list)) return std::nullopt;
        watched.names = names.digest(*list);
      }
    }
    out.push_back(std::move(watched));
  }
  return out;
}

// A base directory as it is spelled, and in the form that containment is decided on.
struct Base {
  std::string path;
  std::string normal;
};

bool contains(const Base& base, std::string_view normal_path) {
  if (base.normal == ".") return !path::is_absolute(normal_path) && !normal_path.starts_with("..");
  return path::is_below(normal_path, base.normal) && normal_path.size() > base.normal.size();
}

// The directory part of `normal_path` seen from `base`, which contains it; "" for a file right in
// it.
std::string_view folder_below(const Base& base, std::string_view normal_path) {
  std::string_view rest = normal_path;
  if (base.normal != ".") rest.remove_prefix(base.normal.size());
  while (!rest.empty() && path::is_separator(rest.front())) rest.remove_prefix(1);
  std::size_t end = rest.size();
  while (end > 0 && !path::is_separator(rest[end - 1])) --end;
  return rest.substr(0, end > 0 ? end - 1 : 0);
}

// One folder that an include may have named, with what its files need.
struct Need {
  std::size_t search_limit = 0;  // search directories before this one
  std::string sole_container;    // normal form of the one base that all its files were found below
  bool several_containers = false;
};

std::vector<Base> bases_of(const std::vector<std::string>& paths) {
  std::vector<Base> out;
  for (const std::string& path : paths)
    out.push_back({path.empty() ? "." : path, path::normal(path)});
  return out;
}

// One file of each directory that has any, in order of appearance: what holds for it holds for its
// neighbours.
std::vector<std::string> neighbours_once(const std::vector<ManifestFile>& files) {
  std::vector<std::string> out;
  std::unordered_set<std::string_view> seen;
  for (const ManifestFile& file : files)
    if (seen.insert(path::directory(file.path)).second) out.push_back(file.path);
  return out;
}

std::vector<std::string> directories_of(const std::vector<std::string>& files) {
  std::vector<std::string> out;
  for (const std::string& file : files) out.emplace_back(path::directory(file));
  return out;
}

// Every reading of every file's path as base and folder, gathered by folder.
std::map<std::string, Need> needs_of(const ManifestEntry& entry,
                                     const std::vector<std::string>& files,
                                     const std::vector<Base>& search,
                                     const std::vector<Base>& folders) {
  std::map<std::string, Need> needs;
  const auto found_below = [&](const Base& base, std::string_view file, std::size_t limit) {
    Need& need = needs[std::string(folder_below(base, file))];
    need.search_limit = std::max(need.search_limit, limit);
    if (need.sole_container.empty()) need.sole_container = base.normal;
    need.several_containers |= need.sole_container != base.normal;
  };
  for (const std::string& file : files) {
    const std::string normal = path::normal(file);
    bool in_search = false;
    for (std::size_t i = 0; i < search.size(); ++i) {
      if (!contains(search[i], normal)) continue;
      in_search = true;
      found_below(search[i], normal, i);
    }
    for (const Base& folder : folders)
      if (contains(folder, normal)) found_below(folder, normal, in_search ? 0 : search.size());
  }
  for (const std::string& name : entry.probed_names) {
    Need& need =
        needs[name.find_first_of("/\\") != std::string::npos ? std::string(path::directory(name))
                                                             : std::string()];
    need.search_limit = search.size();
    need.several_containers = true;
  }
  if (entry.all_names_matter) {
    Need& need = needs[""];
    need.search_limit = search.size();
    need.several_containers = true;
  }
  return needs;
}

}  // namespace

bool watch_directories(Fs& fs, DirectoryNames& lists, ManifestEntry& entry,
                       const std::vector<std::string>& search, std::int64_t started_ns) {
  const std::vector<Base> search_bases = bases_of(search);
  const std::vector<std::string> files = neighbours_once(entry.files);
  const std::vector<Base> folders = bases_of(directories_of(files));
  Watcher watcher(fs, lists, started_ns);
  for (const auto& [folder, need] : needs_of(entry, files, search_bases, folders)) {
    // Below the one base that has all the files of this folder, nothing can come before them.
    const auto cover = [&, &folder = folder, &need = need](const Base& base) {
      if (need.several_containers || base.normal != need.sole_container)
        watcher.cover(base.path, folder);
    };
    for (std::size_t i = 0; i < need.search_limit && i < search_bases.size(); ++i)
      cover(search_bases[i]);
    // The source's directory comes first for quoted includes, whatever the file was found below.
    if (!search_bases.empty()) cover(search_bases.front());
    for (const Base& base : folders) cover(base);
  }
  // Beside each header a precompiled one may appear.
  for (const Base& base : folders) watcher.cover(base.path, "");
  MatteringNames names(entry.all_names_matter);
  for (const ManifestFile& file : entry.files) names.add_components(file.path);
  for (const std::string& name : entry.probed_names) names.add_components(name);
  auto observed = watcher.observed(names);
  if (!observed) return false;
  entry.directories = std::move(*observed);
  return true;
}

}  // namespace deja

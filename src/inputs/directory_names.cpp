// Listing directories, and the form in which names are kept: docs/formats.md.
#include "inputs/directory_names.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/path.h"
#include "base/text.h"

namespace deja {

namespace {

constexpr std::int64_t rest_ns =
    3'600'000'000'000;  // a directory that changed within an hour may soon change again
constexpr std::size_t most_kept = 1 << 20;  // bytes

}  // namespace

std::string folded_name(std::string name) {
  return native_style == PathStyle::windows ? text::lower(name) : name;
}

NameList::NameList(std::string_view joined, std::vector<std::string> links)
    : joined_(joined), links_(std::move(links)) {
  const std::string_view all = joined_;
  for (std::size_t start = 0; start < all.size();) {
    const std::size_t end = std::min(all.find('\0', start), all.size());
    names_.push_back(all.substr(start, end - start));
    start = end + 1;
  }
}

bool NameList::contains(std::string_view folded) const {
  return std::ranges::binary_search(names_, folded) ||
         std::ranges::binary_search(names_, std::string(folded) + '/');
}

Result<std::unique_ptr<const NameList>> list_names(Fs& fs, const std::string& path) {
  auto items = fs.list(path);
  if (!items) return items.error();
  std::vector<std::string> names, links;
  names.reserve(items->size());
  for (DirectoryItem& item : *items) {
    if (item.kind == FileKind::symlink) links.push_back(item.name);
    names.push_back(folded_name(std::move(item.name)));
    if (item.kind == FileKind::directory) names.back().push_back('/');
  }
  std::ranges::sort(names);
  std::string joined;
  for (const std::string& name : names) joined.append(name).push_back('\0');
  return std::make_unique<const NameList>(joined, std::move(links));
}

DirectoryNames::DirectoryNames(Fs& fs, std::int64_t started_ns, std::vector<std::string> roots,
                               std::string kept)
    : fs_(fs), started_ns_(started_ns), roots_(std::move(roots)), kept_(std::move(kept)) {
  read_kept();
}

void DirectoryNames::read_kept() {
  ByteReader in(kept_);
  while (!in.at_end()) {
    std::string path(in.text());
    Resting row{};
    row.device = in.u64();
    row.inode = in.u64();
    row.mtime_ns = in.i64();
    row.ctime_ns = in.i64();
    row.joined = in.text();
    if (in.ok()) resting_.insert_or_assign(std::move(path), row);
  }
}

bool DirectoryNames::worth_keeping(const std::string& path, const FileFacts& facts) const {
  return std::max(facts.mtime_ns, facts.ctime_ns) <= started_ns_ - rest_ns &&
         std::ranges::any_of(roots_,
                             [&](const std::string& root) { return path::is_below(path, root); });
}

const NameList* DirectoryNames::of(const std::string& path, const FileFacts& facts) {
  const auto [list, is_new] = lists_.try_emplace(path);
  if (!is_new) return list->second.get();
  Resting now{facts.device, facts.inode, facts.mtime_ns, facts.ctime_ns, {}};
  if (const auto known = resting_.find(path); known != resting_.end()) {
    now.joined = known->second.joined;
    if (now == known->second) list->second = std::make_unique<const NameList>(now.joined);
  }
  if (list->second) return list->second.get();
  if (auto listed = list_names(fs_, path)) list->second = std::move(*listed);
  if (list->second && worth_keeping(path, facts)) {
    now.joined = list->second->joined();
    resting_.insert_or_assign(path, now);
    learned_ = true;
  }
  return list->second.get();
}

std::optional<std::string> DirectoryNames::to_keep() const {
  if (!learned_) return std::nullopt;
  std::string out;
  ByteWriter writer(out);
  for (const auto& [path, row] : resting_) {
    writer.text(path);
    writer.u64(row.device);
    writer.u64(row.inode);
    writer.i64(row.mtime_ns);
    writer.i64(row.ctime_ns);
    writer.text(row.joined);
  }
  if (out.size() > most_kept) return std::nullopt;
  return out;
}

}  // namespace deja

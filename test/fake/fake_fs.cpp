// Paths are keys of one map: absolute, normal, with '/'.
#include "fake/fake_fs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"

namespace deja {

namespace {

constexpr std::int64_t hour_ns = 3'600'000'000'000;
constexpr std::size_t page_size = 4096;  // bytes

Error error(std::string_view action, const std::string& path, std::string_view reason,
            Cause cause) {
  return {std::string(action), path, std::string(reason), cause};
}
Error missing(std::string_view action, const std::string& path) {
  return error(action, path, "No such file or directory", Cause::not_found);
}
Error denied(std::string_view action, const std::string& path) {
  return error(action, path, "Permission denied", Cause::denied);
}

std::string parent_of(const std::string& full) {
  return std::string(path::directory(full, PathStyle::posix));
}

}  // namespace

std::uint64_t FakeFs::Node::size() const {
  const std::uint64_t paged =
      pages.empty() ? 0 : pages.rbegin()->first * page_size + pages.rbegin()->second.size();
  return std::max<std::uint64_t>(bytes.size(), paged);
}

std::string& FakeFs::Node::whole() {
  bytes.resize(static_cast<std::size_t>(size()));
  for (const auto& [number, page] : pages)
    bytes.replace(static_cast<std::size_t>(number * page_size), page.size(), page);
  pages.clear();
  return bytes;
}

std::string& FakeFs::Node::page(std::uint64_t number) {
  const auto [found, is_new] = pages.try_emplace(number);
  const std::uint64_t start = number * page_size;
  if (is_new && start < bytes.size())
    found->second = bytes.substr(static_cast<std::size_t>(start), page_size);
  return found->second;
}

class FakeRandomFile final : public RandomFile {
 public:
  FakeRandomFile(FakeFs& fs, FakeFs::NodePtr node) : fs_(fs), node_(std::move(node)) {}

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) override {
    const auto alone = fs_.begin("read_at");
    const std::uint64_t end = std::min<std::uint64_t>(node_->size(), offset + size);
    std::string out;
    while (offset < end) {
      const auto at = static_cast<std::size_t>(offset % page_size);
      const std::size_t size_here =
          std::min<std::size_t>(page_size - at, static_cast<std::size_t>(end - offset));
      const std::string& page = node_->page(offset / page_size);
      std::string part = page.substr(std::min(at, page.size()), size_here);
      part.resize(size_here);  // a hole reads as zeros
      out += part;
      offset += size_here;
    }
    return out;
  }
  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    const auto alone = fs_.begin("write_at");
    while (!bytes.empty()) {
      const auto at = static_cast<std::size_t>(offset % page_size);
      const std::string_view part = bytes.substr(0, page_size - at);
      std::string& page = node_->page(offset / page_size);
      page.resize(std::max(page.size(), at + part.size()));
      page.replace(at, part.size(), part);
      offset += part.size();
      bytes.remove_prefix(part.size());
    }
    return {};
  }

 private:
  FakeFs& fs_;
  FakeFs::NodePtr node_;
};

FakeFs::FakeFs(FakeClock& clock) : clock_(clock) {
  put_directory("/");
  put_directory(current);
}

// --- paths ---

std::string FakeFs::key(const std::string& path) const {
  std::string name = path;
  if constexpr (native_style == PathStyle::windows) {
    std::replace(name.begin(), name.end(), '\\', '/');
    if (name.size() >= 2 && name[1] == ':') name.insert(0, "/");
  }
  return path::normal(path::join(current, name, PathStyle::posix), PathStyle::posix);
}

std::string FakeFs::resolved(const std::string& path, bool follow_last) const {
  std::string full = key(path);
  for (int links = 0; links < 20; ++links) {
    bool restarted = false;
    for (std::size_t end = full.find('/', 1);; end = full.find('/', end + 1)) {
      const bool last = end == std::string::npos;
      const auto found = nodes_.find(full.substr(0, end));
      if (found != nodes_.end() && found->second->kind == FileKind::symlink &&
          (!last || follow_last)) {
        std::string there =
            path::join(parent_of(found->first), found->second->bytes, PathStyle::posix);
        if (!last) there += full.substr(end);
        full = path::normal(there, PathStyle::posix);
        restarted = true;
        break;
      }
      if (last) break;
    }
    if (!restarted) break;
  }
  return full;
}

FakeFs::NodePtr FakeFs::find(const std::string& path, bool follow_last) const {
  const auto found = nodes_.find(resolved(path, follow_last));
  return found == nodes_.end() ? nullptr : found->second;
}

// --- for tests ---

FakeFs::NodePtr FakeFs::add(const std::string& full, FileKind kind, std::string_view bytes,
                            std::int64_t time_ns) {
  if (full != "/" && !nodes_.contains(parent_of(full)))
    add(parent_of(full), FileKind::directory, {}, time_ns);
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->bytes = bytes;
  node->mtime_ns = node->ctime_ns = time_ns;
  node->inode = next_inode_++;
  if (kind == FileKind::directory) node->mode = 0755;
  nodes_[full] = node;
  stamp_folder(full, time_ns);
  return node;
}

// A directory changes when a name in it comes, goes or leads elsewhere.
void FakeFs::stamp_folder(const std::string& full, std::int64_t time_ns) {
  const auto folder = nodes_.find(parent_of(full));
  if (folder == nodes_.end() || full == "/") return;
  Node& node = *folder->second;
  node.mtime_ns = node.ctime_ns = std::max(node.mtime_ns, time_ns);
}

void FakeFs::put(const std::string& path, std::string_view bytes) {
  add(resolved(path, true), FileKind::regular, bytes, clock_.file_now_ns() - hour_ns);
}
void FakeFs::put_now(const std::string& path, std::string_view bytes) {
  add(resolved(path, true), FileKind::regular, bytes, clock_.file_now_ns());
}
void FakeFs::put_link(const std::string& path, const std::string& target) {
  add(resolved(path, false), FileKind::symlink, target, clock_.file_now_ns() - hour_ns);
}
void FakeFs::put_directory(const std::string& path) {
  if (!find(path))
    add(resolved(path, true), FileKind::directory, {}, clock_.file_now_ns() - hour_ns);
}

void FakeFs::erase(const std::string& path) {
  const std::string full = resolved(path, false);
  std::erase_if(
      nodes_, [&](const auto& item) { return path::is_below(item.first, full, PathStyle::posix); });
  stamp_folder(full, clock_.file_now_ns());
}

bool FakeFs::has(const std::string& path) const { return find(path) != nullptr; }

std::string FakeFs::get(const std::string& path) const {
  const NodePtr node = find(path);
  return node ? node->whole() : std::string();
}

FakeFs::Node& FakeFs::node(const std::string& path) { return *find(path); }

std::vector<std::string> FakeFs::files_below(const std::string& folder) const {
  std::vector<std::string> out;
  const std::string full = resolved(folder, true);
  for (const auto& [name, node] : nodes_)
    if (node->kind != FileKind::directory && path::is_below(name, full, PathStyle::posix))
      out.push_back(name);
  return out;
}

int FakeFs::count(const std::string& operation) const {
  const auto found = counts.find(operation);
  return found == counts.end() ? 0 : found->second;
}

int FakeFs::count_all() const {
  int all = 0;
  for (const auto& [name, times] : counts) all += times;
  return all;
}

// --- Fs ---

std::unique_lock<std::recursive_mutex> FakeFs::begin(const char* operation) {
  std::unique_lock alone(mutex_);
  ++counts[operation];
  return alone;
}

FileFacts FakeFs::facts(const Node& node) const {
  FileFacts out;
  out.device = 1;
  out.inode = node.inode;
  out.size = node.size();
  out.mtime_ns = node.mtime_ns;
  out.ctime_ns = node.ctime_ns;
  out.disk_size = (node.size() + page_size - 1) / page_size * page_size;
  out.owner = node.owner;
  out.mode = node.mode;
  out.kind = node.kind;
  return out;
}

bool FakeFs::refuses_change(const std::string& full) const {
  return std::any_of(read_only.begin(), read_only.end(), [&](const auto& folder) {
    return path::is_below(full, folder, PathStyle::posix);
  });
}

Result<void> FakeFs::room_for(const std::string& action, const std::string& full,
                              std::size_t bytes) {
  const NodePtr folder = find(parent_of(full));
  if (!folder) return missing(action, full);
  if (folder->kind != FileKind::directory)
    return error(action, full, "Not a directory", Cause::not_a_directory);
  if (refuses_change(full)) return denied(action, full);
  if (bytes > space) return error(action, full, "No space left on device", Cause::no_space);
  space -= bytes;
  return {};
}

Result<FileFacts> FakeFs::look(const std::string& path, bool follow_last) {
  const NodePtr node = find(path, follow_last);
  if (!node) return missing("stat", path);
  return facts(*node);
}

Result<FileFacts> FakeFs::stat(const std::string& path) {
  const auto alone = begin("stat");
  return look(path, true);
}

Result<FileFacts> FakeFs::lstat(const std::string& path) {
  const auto alone = begin("lstat");
  return look(path, false);
}

Result<FileFacts> FakeFs::read(const std::string& path, std::string& into, std::uint64_t limit) {
  const auto alone = begin("read");
  into.clear();
  const NodePtr node = find(path);
  if (!node) return missing("open", path);
  if (node->kind == FileKind::directory) return error("read", path, "Is a directory", Cause::other);
  if (unreadable.contains(resolved(path, true))) return denied("open", path);
  if (node->size() > limit) return error("read", path, "larger than expected", Cause::too_large);
  into = node->whole();
  return facts(*node);
}

Result<FileFacts> FakeFs::read_stored(const std::string& path, std::string& into,
                                      const Accept& accept) {
  const auto alone = begin("read");
  into.clear();
  const NodePtr node = find(path, false);
  if (!node) return missing("open", path);
  if (unreadable.contains(resolved(path, true))) return denied("open", path);
  if (node->kind != FileKind::regular)
    return error("read", path, "not a regular file", Cause::corrupt);
  const std::string& whole = node->whole();
  if (!accept(std::string_view(whole).substr(0, most_of_beginning), whole.size()))
    return not_accepted(path);
  into = whole;
  return facts(*node);
}

Result<void> FakeFs::create(const std::string& path, std::span<const std::string_view> pieces,
                            Access access) {
  const auto alone = begin("create");
  const std::string full = resolved(path, false);
  if (nodes_.contains(full)) return error("create", path, "File exists", Cause::exists);
  std::string bytes;
  for (std::string_view piece : pieces) bytes += piece;
  if (auto room = room_for("create", full, bytes.size()); !room) return room;
  const NodePtr made = add(full, FileKind::regular, bytes, clock_.file_now_ns());
  if (access == Access::owner_only) made->mode = 0600;
  return {};
}

Result<void> FakeFs::write_output(const std::string& path, std::string_view bytes, Existing) {
  const auto alone = begin("write_output");
  const NodePtr there = find(path);
  if (there && there->kind == FileKind::directory)
    return error("open", path, "Is a directory", Cause::other);
  const std::string full = resolved(path, true);
  if (auto room = room_for("create", full, bytes.size()); !room) return room;
  add(full, FileKind::regular, bytes, clock_.file_now_ns())->mode = 0644;
  return {};
}

Result<void> FakeFs::rename(const std::string& from, const std::string& to, Overwrite overwrite) {
  const auto alone = begin("rename");
  const std::string source = resolved(from, false);
  const std::string target = resolved(to, false);
  const NodePtr node = find(from, false);
  if (!node) return missing("rename", to);
  if (overwrite == Overwrite::no && nodes_.contains(target))
    return error("rename", to, "File exists", Cause::exists);
  if (refuses_change(source)) return denied("rename", to);
  if (auto room = room_for("rename", target, 0); !room) return room;
  nodes_.erase(source);
  node->ctime_ns = clock_.file_now_ns();
  nodes_[target] = node;
  stamp_folder(source, clock_.file_now_ns());
  stamp_folder(target, clock_.file_now_ns());
  return {};
}

Result<void> FakeFs::take_name(const std::string& path, bool directory) {
  const std::string full = resolved(path, false);
  const NodePtr node = find(path, false);
  if (!node) return missing("remove", path);
  if (refuses_change(full)) return denied("remove", path);
  if ((node->kind == FileKind::directory) != directory)
    return error("remove", path, "wrong kind of file", Cause::other);
  const auto next = std::next(nodes_.find(full));
  if (directory && next != nodes_.end() && path::is_below(next->first, full, PathStyle::posix))
    return error("remove", path, "Directory not empty", Cause::exists);
  nodes_.erase(full);
  stamp_folder(full, clock_.file_now_ns());
  return {};
}

Result<void> FakeFs::remove(const std::string& path) {
  const auto alone = begin("remove");
  return take_name(path, false);
}

Result<void> FakeFs::remove_directory(const std::string& path) {
  const auto alone = begin("remove_directory");
  return take_name(path, true);
}

Result<void> FakeFs::make_directories(const std::string& path) {
  const auto alone = begin("make_directories");
  const std::string full = resolved(path, true);
  if (const NodePtr node = find(path)) {
    if (node->kind == FileKind::directory) return {};
    return error("create", path, "Not a directory", Cause::not_a_directory);
  }
  if (refuses_change(full)) return denied("create", path);
  add(full, FileKind::directory, {}, clock_.file_now_ns());
  return {};
}

Result<std::vector<std::string>> FakeFs::names_in(const std::string& path) const {
  const std::string full = resolved(path, true);
  const NodePtr folder = find(path);
  if (!folder) return missing("list", path);
  if (folder->kind != FileKind::directory)
    return error("list", path, "Not a directory", Cause::not_a_directory);
  std::vector<std::string> out;
  for (const auto& [name, node] : nodes_)
    if (name != "/" && parent_of(name) == full) out.push_back(name);
  return out;
}

Result<std::vector<DirectoryItem>> FakeFs::list(const std::string& path) {
  const auto alone = begin("list");
  auto names = names_in(path);
  if (!names) return names.error();
  std::vector<DirectoryItem> out;
  for (const std::string& name : *names)
    out.push_back({std::string(path::file_name(name, PathStyle::posix)), nodes_.at(name)->kind});
  return out;
}

Result<std::vector<ListedFile>> FakeFs::list_with_facts(const std::string& path) {
  const auto alone = begin("list_with_facts");
  auto names = names_in(path);
  if (!names) return names.error();
  std::vector<ListedFile> out;
  for (const std::string& name : *names)
    out.push_back({std::string(path::file_name(name, PathStyle::posix)), facts(*nodes_.at(name))});
  return out;
}

Result<std::string> FakeFs::read_part(const std::string& path, std::uint64_t offset,
                                      std::size_t size) {
  const auto alone = begin("read_part");
  const NodePtr node = find(path);
  if (!node) return missing("open", path);
  if (node->kind != FileKind::regular)
    return error("read", path, "not a regular file", Cause::other);
  if (unreadable.contains(resolved(path, true))) return denied("open", path);
  if (offset >= node->size()) return std::string();
  return node->whole().substr(static_cast<std::size_t>(offset), size);
}

Result<void> FakeFs::set_mtime(const std::string& path, std::int64_t mtime_ns) {
  const auto alone = begin("set_mtime");
  const NodePtr node = find(path);
  if (!node) return missing("set times of", path);
  if (refuses_change(resolved(path, true))) return denied("set times of", path);
  node->mtime_ns = mtime_ns;
  node->ctime_ns = clock_.file_now_ns();
  return {};
}

Result<void> FakeFs::touch(const std::string& path) {
  const auto alone = begin("touch");
  const NodePtr node = find(path);
  if (!node) return missing("touch", path);
  if (refuses_change(resolved(path, true))) return denied("touch", path);
  node->mtime_ns = node->ctime_ns = clock_.file_now_ns();
  return {};
}

Result<void> FakeFs::append(const std::string& path, std::string_view record,
                            const AppendOptions& options) {
  const auto alone = begin("append");
  most_locks = std::max(most_locks, locks_ + 1);
  const std::string full = resolved(path, true);
  NodePtr node = find(path);
  if (node && node->kind == FileKind::directory)
    return error("open", path, "Is a directory", Cause::other);
  if (locked.contains(full)) {
    clock_.advance(options.deadline_ns);
    return error("lock", path, "held by another process for too long", Cause::busy);
  }
  if (auto room = room_for("open", full, record.size()); !room) return room;
  if (!node) node = add(full, FileKind::regular, {}, 0);
  std::string& bytes = node->whole();
  if (options.text && !bytes.empty() && bytes.back() != '\n') bytes += '\n';
  bytes += record;
  node->mtime_ns = node->ctime_ns = clock_.file_now_ns();
  return {};
}

Result<void> FakeFs::with_append_lock(const std::string& path, std::int64_t deadline_ns,
                                      const std::function<Result<void>()>& work) {
  const auto alone = begin("with_append_lock");
  const std::string full = resolved(path, true);
  if (!locked.insert(full).second) {
    clock_.advance(deadline_ns);
    return error("lock", path, "held by another process for too long", Cause::busy);
  }
  most_locks = std::max(most_locks, ++locks_);
  Result<void> done = room_for("open", full, 0);
  if (done) {
    if (!find(path)) add(full, FileKind::regular, {}, clock_.file_now_ns());
    done = work();
  }
  locked.erase(full);
  --locks_;
  return done;
}

Result<std::unique_ptr<RandomFile>> FakeFs::open_random(const std::string& path) {
  const auto alone = begin("open_random");
  const std::string full = resolved(path, true);
  NodePtr node = find(path);
  if (node && node->kind != FileKind::regular)
    return error("open", path, "not a regular file", Cause::other);
  if (auto room = room_for("open", full, 0); !room) return room.error();
  if (!node) node = add(full, FileKind::regular, {}, clock_.file_now_ns());
  return std::unique_ptr<RandomFile>(std::make_unique<FakeRandomFile>(*this, node));
}

std::string FakeFs::temporary_name(const std::string& folder, std::string_view prefix) {
  const std::lock_guard alone(mutex_);
  return path::join(folder, fmt::format("{}.1000.{}", prefix, names_given_++));
}

Result<std::string> FakeFs::current_directory() {
  const auto alone = begin("current_directory");
  return current;
}

Result<std::string> FakeFs::real_path(const std::string& path) {
  const auto alone = begin("real_path");
  if (!find(path)) return missing("resolve", path);
  return resolved(path, true);
}

}  // namespace deja

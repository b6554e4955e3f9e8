// Files in a shared directory: read whole, published by rename.
#include "remote/file_store.h"

#include <fmt/format.h>

#include "base/cache_names.h"
#include "base/path.h"
#include "base/text.h"
#include "remote/wire.h"
#include "store/local_store.h"

namespace deja {

namespace {

// While it lives, files are made with the storage's umask.
class StorageUmask {
 public:
  StorageUmask(Console& console, std::optional<unsigned> mask) : console_(console) {
    if (!mask) return;
    before_ = console_.get_umask();
    console_.set_umask(*mask);
  }
  ~StorageUmask() {
    if (before_) console_.set_umask(*before_);
  }
  StorageUmask(const StorageUmask&) = delete;
  StorageUmask& operator=(const StorageUmask&) = delete;

 private:
  Console& console_;
  std::optional<unsigned> before_;
};

unsigned octal_value(std::string_view digits) {
  unsigned value = 0;
  for (const char digit : digits) value = value * 8 + static_cast<unsigned>(digit - '0');
  return value;
}

}  // namespace

std::string directory_of_url(const Url& url, PathStyle style) {
  std::string path = percent_decoded(url.path);
  if (style == PathStyle::posix) return path;
  const bool on_server = !url.host.empty() && url.host != "localhost";
  if (on_server) return text::replaced("//" + url.host + path, "/", "\\");
  const bool slash_before_drive = path.size() > 2 && path[0] == '/' && path[2] == ':';
  if (slash_before_drive) path.erase(0, 1);
  return path;
}

FileStore::FileStore(System& system, std::string directory,
                     const std::vector<StorageAttribute>& attributes,
                     std::vector<std::string>& notes)
    : system_(system), directory_(std::move(directory)) {
  for (const StorageAttribute& attribute : attributes) set_attribute(attribute, notes);
}

void FileStore::set_attribute(const StorageAttribute& attribute, std::vector<std::string>& notes) {
  const auto& [key, value] = attribute;
  const auto layout = layout_named(value);
  if (key == "layout" && layout && *layout != Layout::bazel)
    layout_ = *layout;
  else if (key == "layout")
    notes.push_back(fmt::format("file: has no layout '{}', only flat and subdirs", value));
  else if (key == "umask")
    umask_ = octal_value(value);  // that it is octal was seen when remote_storage was read
  else if (key == "update-mtime")
    update_mtime_ = value == "true";
  else
    notes.push_back(fmt::format("file: has no attribute '{}'; ignored", key));
}

std::string FileStore::path_of(const Digest& key, EntryKind kind) const {
  return path::join(directory_, object_path(wire_key(key, kind), layout_));
}

Result<std::optional<std::string>> FileStore::get(const Digest& key, EntryKind kind) {
  const std::string path = path_of(key, kind);
  std::string bytes;
  const auto facts = system_.fs.read_stored(path, bytes, [](std::string_view, std::uint64_t size) {
    return size <= wire::largest_value;
  });
  if (!facts && facts.error().cause == Cause::not_found) return std::optional<std::string>();
  if (!facts) return facts.error();
  if (bytes.empty()) return Error{"read", path, "it is empty", Cause::corrupt};
  if (update_mtime_) (void)system_.fs.touch(path);  // it may belong to somebody else
  return std::optional(std::move(bytes));
}

Result<void> FileStore::put(const Digest& key, EntryKind kind, std::string_view bytes,
                            Overwrite overwrite) {
  const std::string path = path_of(key, kind);
  if (overwrite == Overwrite::no && system_.fs.lstat(path)) return {};
  const StorageUmask mask(system_.console, umask_);
  auto done = put_once(path, bytes, overwrite);
  if (!done && done.error().cause == Cause::not_found) {
    const auto made = make_cache_folder(system_.fs, directory_, std::string(path::directory(path)));
    if (!made) return made.error();
    done = put_once(path, bytes, overwrite);
  }
  const bool is_there = !done && overwrite == Overwrite::no && done.error().cause == Cause::exists;
  return is_there ? Result<void>() : done;
}

Result<void> FileStore::put_once(const std::string& path, std::string_view bytes,
                                 Overwrite overwrite) {
  const std::string temporary =
      system_.fs.temporary_name(std::string(path::directory(path)), temporary_prefix);
  if (auto created = system_.fs.create(temporary, {&bytes, 1}); !created) return created;
  auto renamed = system_.fs.rename(temporary, path, overwrite);
  if (!renamed) (void)system_.fs.remove(temporary);
  return renamed;
}

Result<void> FileStore::remove(const Digest& key, EntryKind kind) {
  auto removed = system_.fs.remove(path_of(key, kind));
  return !removed && removed.error().cause == Cause::not_found ? Result<void>() : removed;
}

}  // namespace deja

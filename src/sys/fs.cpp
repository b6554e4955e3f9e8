// What Fs can do by way of its own other operations; a system that has something faster overrides it.
#include "sys/fs.h"

#include <utility>

namespace deja {

Result<std::vector<ListedFile>> Fs::list_with_facts(const std::string& path) {
  auto items = list(path);
  if (!items) return items.error();
  std::vector<ListedFile> out;
  out.reserve(items->size());
  for (DirectoryItem& item : *items) {
    auto facts = lstat(path + "/" + item.name);
    if (facts) out.push_back({std::move(item.name), *facts});
  }
  return out;
}

Result<std::string> Fs::read_part(const std::string& path, std::uint64_t offset, std::size_t size) {
  std::string bytes;
  if (auto facts = read(path, bytes); !facts) return facts.error();
  return offset < bytes.size() ? bytes.substr(static_cast<std::size_t>(offset), size) : std::string();
}

Result<void> Fs::set_mtime(const std::string& path, std::int64_t) { return Error{"set times of", path, "not supported"}; }

}  // namespace deja

// A file system that can be looked at but not changed: --dry-run. Changes are said to have worked,
// so that reports tell what would be done.
#pragma once

#include "sys/fs.h"

namespace deja {

class DryFs final : public Fs {
 public:
  explicit DryFs(Fs& inner) : inner_(inner) {}

  Result<FileFacts> stat(const std::string& path) override { return inner_.stat(path); }
  Result<FileFacts> lstat(const std::string& path) override { return inner_.lstat(path); }
  Result<FileFacts> read(const std::string& path, std::string& into, std::uint64_t limit) override {
    return inner_.read(path, into, limit);
  }
  Result<FileFacts> read_stored(const std::string& path, std::string& into,
                                const Accept& accept) override {
    return inner_.read_stored(path, into, accept);
  }
  Result<std::vector<DirectoryItem>> list(const std::string& path) override {
    return inner_.list(path);
  }
  Result<std::vector<ListedFile>> list_with_facts(const std::string& path) override {
    return inner_.list_with_facts(path);
  }
  Result<std::string> read_part(const std::string& path, std::uint64_t offset,
                                std::size_t size) override {
    return inner_.read_part(path, offset, size);
  }
  std::string temporary_name(const std::string& folder, std::string_view prefix) override {
    return inner_.temporary_name(folder, prefix);
  }
  Result<std::string> current_directory() override { return inner_.current_directory(); }
  Result<std::string> real_path(const std::string& path) override { return inner_.real_path(path); }

  Result<void> create(const std::string&, std::span<const std::string_view>, Access) override {
    return {};
  }
  Result<void> write_output(const std::string&, std::string_view, Existing) override { return {}; }
  Result<void> rename(const std::string&, const std::string&, Overwrite) override { return {}; }
  Result<void> remove(const std::string&) override { return {}; }
  Result<void> remove_directory(const std::string&) override { return {}; }
  Result<void> make_directories(const std::string&) override { return {}; }
  Result<void> touch(const std::string&) override { return {}; }
  Result<void> share(const std::string&, const std::string&, Share) override { return {}; }
  Result<void> set_mtime(const std::string&, std::int64_t) override { return {}; }
  Result<void> append(const std::string&, std::string_view, const AppendOptions&) override {
    return {};
  }
  // Nothing is changed, so nothing needs protection.
  Result<void> with_append_lock(const std::string&, std::int64_t,
                                const std::function<Result<void>()>& work) override {
    return work();
  }
  Result<std::unique_ptr<RandomFile>> open_random(const std::string& path) override {
    return Error{"open", path, "not in a dry run"};
  }

 private:
  Fs& inner_;
};

}  // namespace deja

// One line an operation: fail, or pass on.
#include "fake/faulty_fs.h"

#include <algorithm>
#include <iterator>

namespace deja {

namespace {

std::string_view half(std::string_view bytes) { return bytes.substr(0, bytes.size() / 2); }

bool only_looks(std::string_view action) {
  static constexpr std::string_view all[] = {"stat", "lstat",           "read",     "read_part",
                                             "list", "list_with_facts", "real_path"};
  return std::ranges::find(all, action) != std::end(all);
}

}  // namespace

class FaultyRandomFile final : public RandomFile {
 public:
  FaultyRandomFile(FaultyFs& fs, std::unique_ptr<RandomFile> inner, std::string path)
      : fs_(fs), inner_(std::move(inner)), path_(std::move(path)) {}

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) override {
    if (auto failure = fs_.next("read_at", path_)) return failure->error;
    return inner_->read_at(offset, size);
  }
  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    auto failure = fs_.next("write_at", path_);
    if (failure && failure->tears) (void)inner_->write_at(offset, half(bytes));
    if (failure) return failure->error;
    return inner_->write_at(offset, bytes);
  }

 private:
  FaultyFs& fs_;
  std::unique_ptr<RandomFile> inner_;
  std::string path_;
};

void FaultyFs::fail_at(int operation, Cause cause) {
  operations_ = 0;
  at_ = operation;
  crashes_ = false;
  cause_ = cause;
  victim_.clear();
}

void FaultyFs::crash_at(int operation) {
  fail_at(operation, Cause::other);
  crashes_ = true;
}

std::optional<FaultyFs::Failure> FaultyFs::next(std::string_view action, const std::string& path) {
  if (before) before(action);
  const std::lock_guard alone(mutex_);
  ++operations_;
  if (only_looks(action)) asked_for_.insert(path);
  const bool is_it = operations_ == at_;
  if (is_it) victim_ = std::string(action) + " " + path;
  if (!is_it && !(crashes_ && at_ > 0 && operations_ > at_)) return std::nullopt;
  return Failure{{std::string(action), path, "made to fail", cause_}, crashes_ && is_it};
}

Result<FileFacts> FaultyFs::stat(const std::string& path) {
  if (auto failure = next("stat", path)) return failure->error;
  return inner_.stat(path);
}

Result<FileFacts> FaultyFs::lstat(const std::string& path) {
  if (auto failure = next("lstat", path)) return failure->error;
  return inner_.lstat(path);
}

Result<FileFacts> FaultyFs::read(const std::string& path, std::string& into, std::uint64_t limit) {
  if (auto failure = next("read", path)) return failure->error;
  return inner_.read(path, into, limit);
}

Result<FileFacts> FaultyFs::read_stored(const std::string& path, std::string& into,
                                        const Accept& accept) {
  if (auto failure = next("read", path)) return failure->error;
  return inner_.read_stored(path, into, accept);
}

Result<void> FaultyFs::create(const std::string& path, std::span<const std::string_view> pieces,
                              Access access) {
  auto failure = next("create", path);
  if (!failure) return inner_.create(path, pieces, access);
  if (failure->tears) {
    std::string whole;
    for (std::string_view piece : pieces) whole += piece;
    const std::string_view torn = half(whole);
    (void)inner_.create(path, {&torn, 1}, access);
  }
  return failure->error;
}

Result<void> FaultyFs::write_output(const std::string& path, std::string_view bytes,
                                    Existing existing) {
  auto failure = next("write_output", path);
  if (!failure) return inner_.write_output(path, bytes, existing);
  if (failure->tears) (void)inner_.write_output(path, half(bytes), existing);
  return failure->error;
}

Result<void> FaultyFs::rename(const std::string& from, const std::string& to, Overwrite overwrite) {
  if (auto failure = next("rename", to)) return failure->error;
  return inner_.rename(from, to, overwrite);
}

Result<void> FaultyFs::remove(const std::string& path) {
  if (auto failure = next("remove", path)) return failure->error;
  return inner_.remove(path);
}

Result<void> FaultyFs::remove_directory(const std::string& path) {
  if (auto failure = next("remove_directory", path)) return failure->error;
  return inner_.remove_directory(path);
}

Result<void> FaultyFs::make_directories(const std::string& path) {
  if (auto failure = next("make_directories", path)) return failure->error;
  return inner_.make_directories(path);
}

Result<std::vector<DirectoryItem>> FaultyFs::list(const std::string& path) {
  if (auto failure = next("list", path)) return failure->error;
  return inner_.list(path);
}

Result<void> FaultyFs::touch(const std::string& path) {
  if (auto failure = next("touch", path)) return failure->error;
  return inner_.touch(path);
}

Result<std::vector<ListedFile>> FaultyFs::list_with_facts(const std::string& path) {
  if (auto failure = next("list_with_facts", path)) return failure->error;
  return inner_.list_with_facts(path);
}

Result<std::string> FaultyFs::read_part(const std::string& path, std::uint64_t offset,
                                        std::size_t size) {
  if (auto failure = next("read_part", path)) return failure->error;
  return inner_.read_part(path, offset, size);
}

Result<void> FaultyFs::set_mtime(const std::string& path, std::int64_t mtime_ns) {
  if (auto failure = next("set_mtime", path)) return failure->error;
  return inner_.set_mtime(path, mtime_ns);
}

Result<void> FaultyFs::append(const std::string& path, std::string_view record,
                              const AppendOptions& options) {
  auto failure = next("append", path);
  if (!failure) return inner_.append(path, record, options);
  if (failure->tears) (void)inner_.append(path, half(record), options);
  return failure->error;
}

Result<void> FaultyFs::with_append_lock(const std::string& path, std::int64_t deadline_ns,
                                        const std::function<Result<void>()>& work) {
  if (auto failure = next("with_append_lock", path)) return failure->error;
  return inner_.with_append_lock(path, deadline_ns, work);
}

Result<std::unique_ptr<RandomFile>> FaultyFs::open_random(const std::string& path) {
  if (auto failure = next("open_random", path)) return failure->error;
  auto inner = inner_.open_random(path);
  if (!inner) return inner;
  return std::unique_ptr<RandomFile>(
      std::make_unique<FaultyRandomFile>(*this, std::move(*inner), path));
}

std::string FaultyFs::temporary_name(const std::string& folder, std::string_view prefix) {
  return inner_.temporary_name(folder, prefix);
}

Result<std::string> FaultyFs::current_directory() {
  if (auto failure = next("current_directory", "")) return failure->error;
  return inner_.current_directory();
}

Result<std::string> FaultyFs::real_path(const std::string& path) {
  if (auto failure = next("real_path", path)) return failure->error;
  return inner_.real_path(path);
}

}  // namespace deja

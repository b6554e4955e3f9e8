// Files "<16 digits of a number>.<key in hexadecimal>.<o|k>", oldest first.
#include "helper/put_queue.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "remote/naming.h"

namespace deja::helper {

namespace {

constexpr std::size_t digits_of_number = 16;

std::optional<std::string> bytes_of_hex(std::string_view hex) {
  const auto value = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (hex.empty() || hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = value(hex[i]), low = value(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

// Whether the far side may take it later.
bool is_worth_another_try(const Failure& failure) {
  switch (failure.kind) {
    case Failure::Kind::unreachable:
    case Failure::Kind::timeout:
    case Failure::Kind::busy:
    case Failure::Kind::broken:
      return true;
    case Failure::Kind::denied:
    case Failure::Kind::read_only:
    case Failure::Kind::too_large:
    case Failure::Kind::refused:
    case Failure::Kind::unsigned_entry:
      return false;
  }
  return false;
}

}  // namespace

std::string PutQueue::name_of(std::uint64_t number, std::string_view key, Overwrite overwrite) {
  return fmt::format("{:016}.{}.{}", number, hex_of(key), overwrite == Overwrite::yes ? 'o' : 'k');
}

std::optional<PutQueue::Item> PutQueue::item_named(const std::string& name) {
  const auto parts = text::split(name, '.');
  if (parts.size() != 3 || parts[0].size() != digits_of_number || !text::parse_unsigned(parts[0]))
    return std::nullopt;
  auto key = bytes_of_hex(parts[1]);
  if (!key || (parts[2] != "o" && parts[2] != "k")) return std::nullopt;
  return Item{name, std::move(*key), parts[2] == "o" ? Overwrite::yes : Overwrite::no, 0};
}

PutQueue::PutQueue(Fs& fs, std::string folder, Far& far, Metrics& metrics, QueueLimits limits)
    : fs_(fs), folder_(std::move(folder)), far_(far), metrics_(metrics), limits_(limits) {
  take_up_what_is_left();
  for (unsigned i = 0; i < limits_.uploads_at_once; ++i) threads_.emplace_back([this] { work(); });
}

PutQueue::~PutQueue() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

// What was being written when a helper died is no entry: it goes.
void PutQueue::take_up_what_is_left() {
  const auto names = fs_.list_with_facts(folder_);
  if (!names) return;
  for (const ListedFile& file : *names) {
    auto item = item_named(file.name);
    if (!item) {
      (void)fs_.remove(folder_ + "/" + file.name);
      continue;
    }
    item->bytes = file.facts.size;
    bytes_ += item->bytes;
    const auto number = text::parse_unsigned(file.name.substr(0, digits_of_number));
    numbers_ = std::max(numbers_, number.value_or(0));
    waiting_.push_back(std::move(*item));
  }
  std::ranges::sort(waiting_, {}, &Item::name);
}

Result<void> PutQueue::add_file(std::string_view key, const std::string& path,
                                Overwrite overwrite) {
  std::string bytes;
  const auto read = fs_.read(path, bytes, limits_.entry_bytes);
  if (!read) return read.error();
  return add(key, bytes, overwrite);
}

Result<void> PutQueue::add(std::string_view key, std::string_view bytes, Overwrite overwrite) {
  if (bytes.empty() || bytes.size() > limits_.entry_bytes)
    return Error{"queue", "an entry", fmt::format("{} bytes", bytes.size()), Cause::too_large};
  if (auto made = fs_.make_directories(folder_); !made) return made.error();
  const std::string written = fs_.temporary_name(folder_, "new");
  const std::string_view pieces[] = {bytes};
  if (auto created = fs_.create(written, pieces, Access::owner_only); !created)
    return created.error();

  const std::lock_guard lock(mutex_);
  const auto older = std::ranges::find(waiting_, key, &Item::key);
  if (older != waiting_.end() && overwrite == Overwrite::yes) drop(older);
  make_room(bytes.size());
  Item item{name_of(++numbers_, key, overwrite), std::string(key), overwrite, bytes.size()};
  if (auto renamed = fs_.rename(written, path_of(item), Overwrite::yes); !renamed) {
    (void)fs_.remove(written);
    return renamed.error();
  }
  bytes_ += bytes.size();
  waiting_.push_back(std::move(item));
  metrics_.count([](Counts& all) { ++all.queued; });
  changed_.notify_all();
  return {};
}

// With the mutex held, as the next two.
void PutQueue::make_room(std::uint64_t bytes) {
  while (!waiting_.empty() &&
         (waiting_.size() >= limits_.entries || bytes_ + bytes > limits_.bytes)) {
    drop(waiting_.begin());
    metrics_.count([](Counts& all) { ++all.dropped; });
  }
}

void PutQueue::drop(std::deque<Item>::iterator item) {
  (void)fs_.remove(path_of(*item));
  bytes_ -= item->bytes;
  waiting_.erase(item);
}

// Two puts of one key go one after the other, or the older one might be stored last.
std::optional<PutQueue::Item> PutQueue::take_next() {
  const auto next = std::ranges::find_if(
      waiting_, [&](const Item& item) { return !running_.contains(item.key); });
  if (next == waiting_.end()) return std::nullopt;
  Item out = std::move(*next);
  waiting_.erase(next);
  running_.insert(out.key);
  return out;
}

void PutQueue::work() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    auto item = take_next();
    if (!item) {
      changed_.wait(lock);
      continue;
    }
    lock.unlock();
    const bool done = upload(*item);
    lock.lock();
    running_.erase(item->key);
    if (done) {
      bytes_ -= item->bytes;
    } else {
      waiting_.push_front(std::move(*item));
      const auto pause = hurried_ ? limits_.pause / 5 : limits_.pause;
      changed_.wait_for(lock, pause, [&] { return stop_; });
    }
    changed_.notify_all();
  }
}

bool PutQueue::upload(const Item& item) {
  std::string bytes;
  const auto read = fs_.read(path_of(item), bytes, limits_.entry_bytes);
  if (!read || bytes.empty()) {
    metrics_.count([](Counts& all) { ++all.dropped; });
    (void)fs_.remove(path_of(item));
    return true;
  }
  const auto stored = far_.put(item.key, bytes, item.overwrite);
  if (!stored && is_worth_another_try(stored.failure())) return false;
  if (!stored) metrics_.count([](Counts& all) { ++all.dropped; });
  (void)fs_.remove(path_of(item));
  return true;
}

bool PutQueue::drain(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  hurried_ = true;
  const bool drained =
      changed_.wait_for(lock, patience, [&] { return waiting_.empty() && running_.empty(); });
  hurried_ = false;
  return drained;
}

std::size_t PutQueue::size() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() + running_.size();
}

}  // namespace deja::helper

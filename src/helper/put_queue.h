// Puts that a client does not wait for. Each is a file until it is stored, so that none is lost
// when the helper ends; the next helper goes on with them. The files' names say what is to be done:
// there is no index that could disagree with them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "helper/far.h"
#include "helper/metrics.h"
#include "sys/fs.h"

namespace deja::helper {

struct QueueLimits {
  std::size_t entries = 10'000;
  std::uint64_t bytes = std::uint64_t{1} << 30;
  std::size_t entry_bytes = 64 * 1024 * 1024;
  unsigned uploads_at_once = 4;
  std::chrono::milliseconds pause{1000};  // when the far side is not to be asked
};

class PutQueue {
 public:
  // `folder` is absolute and this user's own; made when it is missing. Takes up what an earlier
  // helper left there.
  PutQueue(Fs& fs, std::string folder, Far& far, Metrics& metrics, QueueLimits limits = {});
  ~PutQueue();

  // Kept safe when this returns without an error; stored some time later. What is queued longest
  // gives way where there is no room.
  Result<void> add(std::string_view key, std::string_view bytes, Overwrite overwrite);
  // The same with an entry in a file of the client's, which is read now.
  Result<void> add_file(std::string_view key, const std::string& path, Overwrite overwrite);

  // True when nothing is queued any more; false when the time has passed.
  bool drain(std::chrono::milliseconds patience);
  std::size_t size() const;

 private:
  struct Item {
    std::string name;  // of its file
    std::string key;
    Overwrite overwrite = Overwrite::yes;
    std::uint64_t bytes = 0;
  };

  static std::string name_of(std::uint64_t number, std::string_view key, Overwrite overwrite);
  static std::optional<Item> item_named(const std::string& name);

  void take_up_what_is_left();
  void work();
  // False when the item is to be tried again.
  bool upload(const Item& item);
  void make_room(std::uint64_t bytes);
  void drop(std::deque<Item>::iterator item);
  std::optional<Item> take_next();
  std::string path_of(const Item& item) const { return folder_ + "/" + item.name; }

  Fs& fs_;
  const std::string folder_;
  Far& far_;
  Metrics& metrics_;
  const QueueLimits limits_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> waiting_;  // behind the mutex, as what follows; the oldest first
  std::set<std::string, std::less<>> running_;  // keys that are being stored
  std::uint64_t bytes_ = 0;
  std::uint64_t numbers_ = 0;
  bool hurried_ = false;  // somebody drains: no pauses are waited for in full
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace deja::helper

// Single flight, what is known of keys, the queue of puts, signatures: on a far side of the test's.
#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "fake/fake_system.h"
#include "helper/known_keys.h"
#include "helper/put_queue.h"
#include "helper/signed_far.h"
#include "helper/single_flight.h"

using namespace deja;
using namespace deja::helper;
using namespace std::chrono_literals;

namespace {

class FakeFar final : public Far {
 public:
  std::map<std::string, std::string, std::less<>> entries;
  std::vector<std::string> puts;  // keys, in order
  std::optional<Failure> failure;
  std::atomic<bool> is_held = false;  // requests wait while it is
  std::atomic<int> asked = 0;

  Answer<Bytes> get(std::string_view key) override {
    enter();
    const std::lock_guard lock(mutex_);
    const auto found = entries.find(key);
    return found == entries.end() ? Bytes() : Bytes(found->second);
  }
  Answer<Stored> put(std::string_view key, std::string_view bytes, Overwrite) override {
    enter();
    const std::lock_guard lock(mutex_);
    if (failure) return *failure;
    entries[std::string(key)] = bytes;
    puts.emplace_back(key);
    return Stored::yes;
  }
  Answer<bool> exists(std::string_view key) override { return entries.contains(key); }
  Answer<bool> remove(std::string_view key) override { return entries.erase(std::string(key)) > 0; }

  void set_failure(std::optional<Failure> now) {
    const std::lock_guard lock(mutex_);
    failure = std::move(now);
  }

 private:
  void enter() {
    ++asked;
    while (is_held) std::this_thread::sleep_for(1ms);
  }

  std::mutex mutex_;
};

}  // namespace

TEST_CASE("equal gets at once are one, and none is a moment later") {
  FakeFar far;
  Metrics metrics;
  SingleFlight single(far, metrics);
  far.entries["k"] = "bytes";
  far.is_held = true;
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      const auto answer = single.get("k");
      if (answer && **answer == "bytes") ++right;
    });
  while (far.asked == 0) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(20ms);
  far.is_held = false;
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 8);
  CHECK(far.asked.load() + static_cast<int>(metrics.counts().shared) == 8);
  CHECK(metrics.counts().shared > 0);
  far.entries["k"] = "others";
  CHECK(**single.get("k") == "others");
}

TEST_CASE("puts of other bytes under one key are not one") {
  FakeFar far;
  Metrics metrics;
  SingleFlight single(far, metrics);
  CHECK(single.put("k", "a", Overwrite::yes));
  CHECK(single.put("k", "b", Overwrite::yes));
  CHECK(far.entries["k"] == "b");
  CHECK(far.asked == 2);
}

TEST_CASE("what is known of keys is forgotten: absence soon, and the oldest when there are many") {
  KnownKeys keys(2, 5s, 10min);
  const auto now = KnownKeys::Time{} + 1h;
  keys.note("a", false, now);
  CHECK(keys.is_there("a", now + 4999ms) == false);
  CHECK_FALSE(keys.is_there("a", now + 5s));
  keys.note("a", true, now);
  CHECK(keys.is_there("a", now + 599s) == true);
  CHECK_FALSE(keys.is_there("a", now + 10min));
  keys.note("b", true, now);
  keys.note("a", true, now);
  keys.note("c", true, now);
  CHECK_FALSE(keys.is_there("b", now));
  CHECK(keys.is_there("a", now) == true);
  keys.forget("a");
  CHECK_FALSE(keys.is_there("a", now));
}

TEST_CASE("queued puts are stored, by any later queue, and refused ones are dropped") {
  FakeSystem fake;
  FakeFar far;
  Metrics metrics;
  QueueLimits limits;
  limits.uploads_at_once = 1;
  limits.pause = 5ms;
  far.set_failure(Failure{Failure::Kind::unreachable, "", {}});
  {
    PutQueue queue(fake.fs, "/queue", far, metrics, limits);
    CHECK(queue.add("k1", "one", Overwrite::yes));
    CHECK(queue.add("k2", "two", Overwrite::no));
    CHECK(queue.add("k1", "three", Overwrite::yes));
    CHECK_FALSE(queue.add("k3", "", Overwrite::yes));
    CHECK_FALSE(queue.drain(20ms));
  }
  const std::string_view torn[] = {"torn"};
  REQUIRE(fake.fs.create("/queue/new.1.2", torn));
  far.set_failure(std::nullopt);
  PutQueue queue(fake.fs, "/queue", far, metrics, limits);
  CHECK(queue.drain(10s));
  CHECK(far.entries.size() == 2);
  CHECK(far.entries["k1"] == "three");
  CHECK(far.entries["k2"] == "two");
  CHECK(fake.fs.list("/queue")->empty());
  CHECK(metrics.counts().dropped == 0);
  far.set_failure(Failure{Failure::Kind::read_only, "", {}});
  CHECK(queue.add("k4", "four", Overwrite::yes));
  CHECK(queue.drain(10s));
  CHECK(metrics.counts().dropped == 1);
}

TEST_CASE("a full queue drops what has waited longest") {
  FakeSystem fake;
  FakeFar far;
  Metrics metrics;
  QueueLimits limits;
  limits.entries = 3;
  limits.bytes = 10;
  limits.uploads_at_once = 0;
  {
    PutQueue queue(fake.fs, "/queue", far, metrics, limits);
    for (const char* key : {"a", "b", "c", "d"}) CHECK(queue.add(key, "1", Overwrite::yes));
    CHECK(queue.size() == 3);
    CHECK(queue.add("e", "12345678", Overwrite::yes));
    CHECK(queue.size() == 3);
    CHECK(metrics.counts().dropped == 2);
  }
  limits.uploads_at_once = 1;
  PutQueue queue(fake.fs, "/queue", far, metrics, limits);
  CHECK(queue.drain(10s));
  CHECK(far.puts == std::vector<std::string>{"c", "d", "e"});
}

TEST_CASE("a signature holds for its entry, its key and its secret") {
  const std::string secret = "0123456789abcdef";
  const std::string entry = signed_entry(secret, "key", "bytes");
  CHECK(verify_entry(secret, "key", entry).is == Verified::Is::right);
  CHECK(verify_entry(secret, "key", entry).size == 5);
  CHECK(verify_entry(secret, "kez", entry).is == Verified::Is::wrong);
  CHECK(verify_entry("0123456789abcdeF", "key", entry).is == Verified::Is::wrong);
  CHECK(verify_entry("", "key", entry).is == Verified::Is::wrong);
  for (std::size_t at = 0; at < entry.size(); ++at) {
    std::string changed = entry;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK(verify_entry(secret, "key", changed).is != Verified::Is::right);
    CHECK(verify_entry(secret, "key", entry.substr(0, at)).is != Verified::Is::right);
  }
  CHECK(verify_entry(secret, "key", "bytes").is == Verified::Is::bare);
}

TEST_CASE(
    "who requires signatures gets no entry without; who does not care gets it without trailer") {
  FakeFar far;
  Metrics metrics;
  const std::string secret = "0123456789abcdef";
  SignedFar signer(far, metrics, secret, Trust::anybody);
  SignedFar strict(far, metrics, secret, Trust::signed_only);
  SignedFar plain(far, metrics, "", Trust::anybody);
  CHECK(signer.put("k", "bytes", Overwrite::yes));
  CHECK(**strict.get("k") == "bytes");
  CHECK(**plain.get("k") == "bytes");
  far.entries["k"] = "bytes";
  CHECK(*strict.get("k") == std::nullopt);
  CHECK(**signer.get("k") == "bytes");
  far.entries["k"] = signed_entry("another secret..", "k", "bytes");
  CHECK(*strict.get("k") == std::nullopt);
  CHECK(*signer.get("k") == std::nullopt);
  CHECK(**plain.get("k") == "bytes");
}

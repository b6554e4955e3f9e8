// Steps of a helper's life: read what it is told, listen, open the far side, serve.
#include "helper/helper.h"

#include <fmt/format.h>

#include <atomic>

#include "base/text.h"
#include "helper/diary.h"
#include "helper/guarded.h"
#include "helper/open_far.h"
#include "helper/put_queue.h"
#include "helper/serve.h"
#include "helper/setup.h"
#include "helper/signed_far.h"
#include "helper/single_flight.h"

namespace deja::helper {

namespace {

constexpr std::size_t most_memory = 512 * 1024 * 1024;  // of entries on their way
constexpr std::size_t most_known_keys = 64 * 1024;
constexpr auto memory_of_entries = std::chrono::minutes(10);  // that are known to be there
constexpr std::size_t shortest_secret = 16;                   // bytes
constexpr std::uint64_t largest_secret = 4096;
// How long an idle helper stays for what is queued; the next one goes on with the rest.
constexpr auto grace = std::chrono::seconds(60);

constexpr std::string_view help =
    "deja-storage " DEJA_VERSION
    ": connects compiler caches with remote storage. They start it when they need it;\n"
    "what to write into remote_storage is in deja's docs/remote.md.\n";

Result<std::unique_ptr<net::Listener>> listen(const Setup& setup) {
  return setup.listen_fd >= 0 ? net::adopt_listener(setup.listen_fd, setup.endpoint)
                              : net::listen_at(setup.endpoint);
}

Result<std::string> read_secret(Fs& fs, const Attributes& attributes) {
  const std::string& file = attributes.sign_key_file;
  if (file.empty() && attributes.requires_signature)
    return Error{"require signatures", "", "@sign-key-file is missing"};
  std::string out;
  if (file.empty()) return out;
  if (auto read = fs.read(file, out, largest_secret); !read) return read.error();
  out = text::trim(out);
  while (!out.empty() && text::is_space(out.back())) out.pop_back();
  if (out.size() < shortest_secret)
    return Error{"sign with", file, fmt::format("it has fewer than {} bytes", shortest_secret)};
  return out;
}

// The far side with all that stands before it, and what clients are told of it.
class Helper {
 public:
  Helper(System& system, Setup setup)
      : system_(system), setup_(std::move(setup)), diary_(system, setup_.log_file) {}

  Result<void> run() {
    const auto listener = listen(setup_);
    if (!listener) return listener.error();
    diary_.add(fmt::format("started for {}", redacted_url(setup_.url_text)));
    auto ended = open();
    if (ended) {
      for (const std::string& note : setup_.notes) diary_.add(note);
      ended = serve(**listener, service(), options());
    } else {
      (*listener)->remove_name();
    }
    diary_.add(ended ? "ended" : ended.error().text());
    return ended;
  }

 private:
  Result<void> open() {
    const Attributes& attributes = setup_.attributes;
    auto secret = read_secret(system_.fs, attributes);
    if (!secret) return secret.error();
    auto far = open_far(system_, setup_, [this] {
      if (GuardedFar* const guard = guard_; guard != nullptr) guard->note_life();
    });
    if (!far) return far.error();
    far_ = std::move(*far);
    const Trust trust = attributes.requires_signature ? Trust::signed_only : Trust::anybody;
    signed_ = std::make_unique<SignedFar>(*far_, metrics_, std::move(*secret), trust);
    guarded_ = std::make_unique<GuardedFar>(
        *signed_, metrics_, diary_, BreakerLimits(),
        KnownKeys(most_known_keys, attributes.miss_memory, memory_of_entries));
    guard_ = guarded_.get();
    single_ = std::make_unique<SingleFlight>(*guarded_, metrics_);
    if (setup_.queue.empty()) return {};
    QueueLimits limits;
    limits.entry_bytes = attributes.http.most_bytes;
    queue_ = std::make_unique<PutQueue>(system_.fs, setup_.queue, *guarded_, metrics_, limits);
    return {};
  }

  Service service() {
    Service out{*single_, memory_};
    out.most_bytes = setup_.attributes.http.most_bytes;
    out.identity = "deja-storage " DEJA_VERSION;
    out.diagnostics = [this] { return diagnostics(); };
    out.queue = queue_.get();
    out.metrics = [this] { return metrics(); };
    out.state = [this] {
      return wire::FarState{guarded_->is_paused(Verb::get), guarded_->is_paused(Verb::put),
                            static_cast<std::uint64_t>(metrics_.latency(0.5).count())};
    };
    return out;
  }

  ServeOptions options() {
    ServeOptions out;
    out.idle_timeout = setup_.idle_timeout;
    out.has_work = [this] { return queue_ && queue_->size() > 0; };
    out.grace = grace;
    return out;
  }

  std::vector<std::string> diagnostics() {
    std::vector<std::string> out = {"storage: " + redacted_url(setup_.url_text)};
    out.insert(out.end(), setup_.notes.begin(), setup_.notes.end());
    if (const std::string illness = guarded_->illness(); !illness.empty())
      out.push_back("not asked now: " + illness);
    for (std::string& line : metrics_lines(metrics_)) out.push_back(std::move(line));
    return out;
  }

  std::string metrics() {
    const auto truth = [](bool value) { return std::string(value ? "true" : "false"); };
    return metrics_json(metrics_, {{"queue", std::to_string(queue_ ? queue_->size() : 0)},
                                   {"gets_paused", truth(guarded_->is_paused(Verb::get))},
                                   {"puts_paused", truth(guarded_->is_paused(Verb::put))}});
  }

  System& system_;
  Setup setup_;
  Diary diary_;
  Metrics metrics_;
  MemoryBudget memory_{most_memory};
  std::atomic<GuardedFar*> guard_ = nullptr;  // whom the network thread tells that it is alive
  std::unique_ptr<Far> far_;
  std::unique_ptr<SignedFar> signed_;
  std::unique_ptr<GuardedFar> guarded_;
  std::unique_ptr<SingleFlight> single_;
  std::unique_ptr<PutQueue> queue_;
};

int give_up(System& system, const Error& error) {
  system.console.write_err("deja-storage: " + error.text() + "\n");
  return 1;
}

}  // namespace

int run_helper(System& system, const std::vector<std::string>& words) {
  if (!words.empty()) {
    system.console.write_out(help);
    return words[0] == "--help" || words[0] == "--version" ? 0 : 1;
  }
  auto setup = read_setup(system.env);
  if (!setup) return give_up(system, setup.error());
  net::live_alone();
  // Never taken down: threads of clients may still be at work when the program ends.
  Helper* const helper = new Helper(system, std::move(*setup));
  const auto ended = helper->run();
  return ended ? 0 : give_up(system, ended.error());
}

}  // namespace deja::helper

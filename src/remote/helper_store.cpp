// A helper is one process for each user and storage: it is met at its socket, or started there.
#include "remote/helper_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "remote/naming.h"
#include "remote/wire.h"

namespace deja {

namespace {

using namespace std::chrono_literals;

// How long a helper that was just started may take until it listens and greets.
constexpr std::chrono::nanoseconds starting_time = 300ms;
// What look-ups may take in one run, unless the storage says otherwise: what a helper of deja's
// knows about its far side, else what makes a cache useless.
constexpr std::chrono::nanoseconds least_budget = 250ms;
constexpr std::chrono::nanoseconds budget_of_strangers = 2s;
constexpr int typical_gets = 20;
constexpr std::uint64_t slowest_usual_us = 10'000'000;
// How long nobody tries again: to start one, and to talk with one that did not answer.
constexpr std::int64_t no_start_for_ns = 10'000'000'000;
constexpr std::int64_t no_talk_for_ns = 5'000'000'000;

constexpr std::string_view not_started = "not started";
constexpr std::string_view no_answer = "no answer";

// The environment of a helper: this one's, without what other helpers were told, and what it is to
// know. A helper's log is the user's wish.
std::vector<std::pair<std::string, std::optional<std::string>>> environment_for(
    Env& env, const StorageSpec& spec, const std::string& url, const std::string& address) {
  std::vector<std::pair<std::string, std::optional<std::string>>> out;
  for (const std::string& variable : env.all()) {
    const std::string name = variable.substr(0, variable.find('='));
    if (name.starts_with("CRSH_") && name != "CRSH_LOGFILE") out.emplace_back(name, std::nullopt);
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(spec.idle_timeout);
  out.emplace_back("CRSH_IPC_ENDPOINT", address);
  out.emplace_back("CRSH_URL", url);
  out.emplace_back("CRSH_IDLE_TIMEOUT", std::to_string(seconds.count()));
  out.emplace_back("CRSH_NUM_ATTR", std::to_string(spec.attributes.size()));
  for (std::size_t i = 0; i < spec.attributes.size(); ++i) {
    out.emplace_back(fmt::format("CRSH_ATTR_KEY_{}", i), spec.attributes[i].key);
    out.emplace_back(fmt::format("CRSH_ATTR_VALUE_{}", i), spec.attributes[i].value);
  }
  return out;
}

// Where somebody else's helper listens.
std::string address_of_running(const StorageSpec& spec) { return percent_decoded(spec.url.path); }

Error gone(std::string reason) {
  return Error{"use a storage helper", "", std::move(reason), Cause::other};
}

}  // namespace

HelperStore::HelperStore(System& system, Log& log, const StorageSpec& spec, std::string url,
                         HelperSettings settings, std::shared_ptr<LookupBudget> budget)
    : system_(system),
      log_(log),
      spec_(spec),
      url_(std::move(url)),
      settings_(std::move(settings)),
      budget_(std::move(budget)) {
  if (auto parsed = parse_url(url_)) spec_.url = std::move(*parsed);
}

bool HelperStore::is_started_by_others() const { return spec_.url.scheme == running_helper_scheme; }

Result<std::unique_ptr<Channel>> HelperStore::open_channel(std::int64_t until_ns) {
  if (is_started_by_others())
    return system_.channels.connect(address_of_running(spec_), Listener::there, until_ns);
  const auto place = place_of_helper(system_, settings_, spec_, url_);
  if (!place) return place.error();
  failed_stamp_ = place->failed;
  std::string failure;
  const auto stamp = system_.fs.stat(failed_stamp_);
  const std::int64_t age_ns = stamp ? system_.clock.now_ns() - stamp->mtime_ns : INT64_MAX;
  if (stamp) (void)system_.fs.read(failed_stamp_, failure, 64);
  if (failure == no_answer && age_ns < no_talk_for_ns)
    return gone("it did not answer a moment ago");
  auto channel = system_.channels.connect(place->address, Listener::there, until_ns);
  if (channel || channel.error().cause == Cause::denied) return channel;
  if (failure == not_started && age_ns < no_start_for_ns)
    return gone("it could not be started a moment ago");
  return start_and_connect(*place, until_ns);
}

// Under the lock, so that of many compiles that begin at once one starts it.
Result<std::unique_ptr<Channel>> HelperStore::start_and_connect(const HelperPlace& place,
                                                                std::int64_t until_ns) {
  const auto program = find_helper(system_, settings_, spec_);
  if (!program)
    return Error{"find", "ccache-storage-" + spec_.url.scheme,
                 "no helper for this storage is installed", Cause::other};
  Result<std::unique_ptr<Channel>> channel = gone("another process is starting it");
  const auto locked =
      system_.fs.with_append_lock(place.lock, until_ns - system_.clock.monotonic_ns(), [&] {
        channel = system_.channels.connect(place.address, Listener::there, until_ns);
        if (channel) return Result<void>();
        if (auto started = start(place, *program); !started) return started;
        channel = system_.channels.connect(place.address, Listener::awaited, until_ns);
        return channel ? Result<void>() : Result<void>(channel.error());
      });
  if (channel) return channel;
  note_failure(not_started);
  return locked ? channel.error() : locked.error();
}

Result<void> HelperStore::start(const HelperPlace& place, const HelperProgram& program) {
  Command command{
      program.path, {program.path}, environment_for(system_.env, spec_, url_, place.address)};
  if (program.is_own) command.environment.emplace_back("DEJA_LISTEN_FD", "3");
  log_.add("Starting storage helper " + program.path);
  return system_.processes.start_detached(command, program.is_own ? place.address : "");
}

void HelperStore::note_failure(std::string_view how) {
  if (!failed_stamp_.empty())
    (void)system_.fs.write_output(failed_stamp_, how);  // where that fails, it is tried again
}

Result<void> HelperStore::connect() {
  if (client_) return {};
  const std::int64_t until_ns =
      system_.clock.monotonic_ns() + std::max(starting_time, spec_.budget.value_or(0ns)).count();
  auto channel = open_channel(until_ns);
  if (!channel) return channel.error();
  HelperClient client(system_.clock, std::move(*channel));
  const auto greeted = client.read_greeting({spec_.data_timeout, until_ns});
  if (!greeted && greeted.error().cause == Cause::timed_out) note_failure(no_answer);
  if (!greeted) return greeted;
  client_.emplace(std::move(client));
  return {};
}

Result<HelperReply> HelperStore::ask(const wire::Request& request, std::int64_t until_ns) {
  if (const auto connected = connect(); !connected) return connected.error();
  auto reply = client_->ask(request, {spec_.data_timeout, until_ns});
  if (!reply && reply.error().cause == Cause::timed_out) note_failure(no_answer);
  if (!reply) client_.reset();
  return reply;
}

// What the look-ups of this run may take. deja's own helper knows what is usual for its far side.
Result<std::chrono::nanoseconds> HelperStore::budget() {
  if (spec_.budget) return *spec_.budget;
  if (!client_->knows(wire::Operation::state)) return std::chrono::nanoseconds(budget_of_strangers);
  if (usual_budget_) return *usual_budget_;
  wire::Request question;
  question.operation = wire::Operation::state;
  const auto reply = ask(question, system_.clock.monotonic_ns() + least_budget.count());
  if (!reply) return reply.error();
  if (reply->state.gets_paused) return gone("what it stands for cannot be reached for now");
  const std::chrono::microseconds median(std::min(reply->state.median_us, slowest_usual_us));
  usual_budget_ = std::max<std::chrono::nanoseconds>(least_budget, typical_gets * median);
  return *usual_budget_;
}

// A look-up that takes longer than a compile could is none.
Result<HelperReply> HelperStore::ask_in_budget(const wire::Request& request) {
  if (const auto connected = connect(); !connected) return connected.error();
  const auto all = budget();
  if (!all) return all.error();
  const std::int64_t begun_ns = system_.clock.monotonic_ns();
  const std::int64_t left_ns = std::max<std::int64_t>(all->count() - budget_->spent_ns, 0);
  auto reply = ask(request, begun_ns + std::min(left_ns, spec_.request_timeout.count()));
  budget_->spent_ns += system_.clock.monotonic_ns() - begun_ns;
  return reply;
}

Result<std::optional<std::string>> HelperStore::get(const Digest& key, EntryKind kind) {
  const std::string wire = wire_key(key, kind);
  wire::Request request;
  request.operation = wire::Operation::get;
  request.key = wire;
  auto reply = ask_in_budget(request);
  if (!reply) return reply.error();
  if (reply->status == wire::Status::no) return std::optional<std::string>();
  if (reply->value.empty()) return gone("it has sent an empty entry");
  return std::optional(std::move(reply->value));
}

Result<void> HelperStore::put(const Digest& key, EntryKind kind, std::string_view bytes,
                              Overwrite overwrite) {
  if (bytes.size() > wire::largest_value)
    return Error{"store", "", "it is too large to be shared", Cause::exists};
  const std::int64_t until_ns = system_.clock.monotonic_ns() + spec_.request_timeout.count();
  if (const auto connected = connect(); !connected) return connected;
  const std::string wire = wire_key(key, kind);
  wire::Request request;
  request.key = wire;
  if (overwrite == Overwrite::no && client_->knows(wire::Operation::exists)) {
    request.operation = wire::Operation::exists;
    const auto there = ask(request, until_ns);
    if (!there) return there.error();
    if (there->exists) return {};
  }
  // In a job of continuous integration nobody may be left to finish what is queued.
  const bool may_queue = client_->knows(wire::Operation::put_queued) && !system_.env.get("CI");
  request.operation = may_queue ? wire::Operation::put_queued : wire::Operation::put;
  request.flags = overwrite == Overwrite::yes ? wire::flag_overwrite : std::uint8_t{0};
  request.value = bytes;
  const auto reply = ask(request, until_ns);
  if (!reply) return reply.error();
  const bool stored = reply->status == wire::Status::ok || overwrite == Overwrite::no;
  return stored ? Result<void>() : Error{"store", "", "the storage did not take it", Cause::exists};
}

Result<void> HelperStore::remove(const Digest& key, EntryKind kind) {
  const std::string wire = wire_key(key, kind);
  wire::Request request;
  request.operation = wire::Operation::remove;
  request.key = wire;
  const auto reply = ask(request, system_.clock.monotonic_ns() + spec_.request_timeout.count());
  return reply ? Result<void>() : reply.error();
}

unsigned stop_helpers(System& system, const HelperSettings& settings, const StorageSpec& spec) {
  if (spec.url.scheme == "file") return 0;
  std::vector<std::string> urls;
  for (const StorageShard& shard : spec.shards) urls.push_back(shard_url(spec, shard));
  if (urls.empty()) urls.push_back(spec.text);
  unsigned stopped = 0;
  for (const std::string& url : urls) {
    StorageSpec one = spec;
    if (auto parsed = parse_url(url)) one.url = std::move(*parsed);
    std::string address = address_of_running(one);
    if (one.url.scheme != running_helper_scheme) {
      const auto place = place_of_helper(system, settings, one, url);
      if (!place) continue;
      address = place->address;
      (void)system.fs.remove(place->failed);
    }
    const Patience patience{1s, system.clock.monotonic_ns() + std::chrono::nanoseconds(2s).count()};
    auto channel = system.channels.connect(address, Listener::there, patience.until_ns);
    if (!channel) continue;
    HelperClient client(system.clock, std::move(*channel));
    wire::Request request;
    request.operation = wire::Operation::stop;
    // One that ends at once may leave its answer half said.
    if (client.read_greeting(patience)) (void)client.ask(request, patience);
    ++stopped;
  }
  return stopped;
}

}  // namespace deja

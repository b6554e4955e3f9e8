// Transfers in one thread by libcurl's multi interface; callers wait for theirs.
#include "helper/curl_http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/text.h"

namespace deja::helper {

namespace {

constexpr long most_connections = 32;  // to one server; more requests wait for one of them

struct Transfer {
  const HttpRequest* request = nullptr;
  std::size_t most_bytes = 0;
  const std::function<void()>* alive = nullptr;
  HttpReply reply;
  bool too_large = false;
  curl_off_t moved = 0;  // bytes, both ways together, when last looked at
  curl_slist* headers = nullptr;
  char words[CURL_ERROR_SIZE] = "";
  std::optional<CURLcode> ended;
  std::condition_variable told;
};

std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* into) {
  auto& transfer = *static_cast<Transfer*>(into);
  if (transfer.reply.body.size() + size > transfer.most_bytes) {
    transfer.too_large = true;
    return 0;
  }
  transfer.reply.body.append(bytes, size);
  return size;
}

// Keeps the few headers that somebody reads; what came with an earlier status is forgotten.
std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* into) {
  auto& reply = static_cast<Transfer*>(into)->reply;
  const std::string_view line(bytes, size);
  if (line.starts_with("HTTP/")) reply = {};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && text::is_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && text::is_space(value.back())) value.remove_suffix(1);
  if (text::equals_ignoring_case(line.substr(0, colon), "Location")) reply.location = value;
  if (text::equals_ignoring_case(line.substr(0, colon), "Retry-After")) reply.retry_after = value;
  return size;
}

int see_progress(void* of, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up) {
  auto& transfer = *static_cast<Transfer*>(of);
  if (std::exchange(transfer.moved, down + up) != down + up && *transfer.alive) (*transfer.alive)();
  return 0;
}

Failure::Kind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Failure::Kind::timeout;
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return Failure::Kind::broken;
    default:
      return Failure::Kind::unreachable;
  }
}

class CurlHttp final : public Http {
 public:
  CurlHttp(HttpSettings settings, std::function<void()> alive)
      : settings_(std::move(settings)), alive_(std::move(alive)), multi_(curl_multi_init()) {
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, most_connections);
    thread_ = std::thread([this] { work(); });
  }

  ~CurlHttp() override {
    stop_ = true;
    curl_multi_wakeup(multi_);
    thread_.join();
    for (CURL* handle : idle_) curl_easy_cleanup(handle);
    curl_multi_cleanup(multi_);
  }

  Answer<HttpReply> send(const HttpRequest& request) override {
    Transfer transfer;
    transfer.request = &request;
    transfer.most_bytes = settings_.most_bytes;
    transfer.alive = &alive_;
    std::unique_lock lock(mutex_);
    waiting_.push_back(&transfer);
    curl_multi_wakeup(multi_);
    transfer.told.wait(lock, [&] { return transfer.ended.has_value(); });
    lock.unlock();
    if (*transfer.ended == CURLE_OK) return std::move(transfer.reply);
    if (transfer.too_large)
      return Failure{Failure::Kind::too_large,
                     fmt::format("the answer is larger than {} bytes", settings_.most_bytes),
                     {}};
    const char* const words =
        transfer.words[0] != '\0' ? transfer.words : curl_easy_strerror(*transfer.ended);
    const Failure::Kind kind = kind_of(*transfer.ended);
    const std::string_view before = kind == Failure::Kind::timeout ? "timed out: " : "";
    return Failure{kind, fmt::format("{}{}", before, words), {}};
  }

 private:
  void work() {
    while (!stop_) {
      begin_waiting();
      int running = 0;
      curl_multi_perform(multi_, &running);
      finish_ended();
      curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
    give_up();
  }

  void begin_waiting() {
    std::vector<Transfer*> begun;
    {
      const std::lock_guard lock(mutex_);
      begun.swap(waiting_);
    }
    for (Transfer* transfer : begun) {
      CURL* const handle = idle_handle();
      describe(handle, *transfer);
      curl_multi_add_handle(multi_, handle);
      running_.push_back(handle);
    }
  }

  void finish_ended() {
    int left = 0;
    while (CURLMsg* const message = curl_multi_info_read(multi_, &left))
      if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
  }

  void finish(CURL* handle, CURLcode code) {
    void* of = nullptr;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &of);
    auto& transfer = *static_cast<Transfer*>(of);
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    transfer.reply.status = static_cast<int>(status);
    curl_multi_remove_handle(multi_, handle);
    std::erase(running_, handle);
    curl_slist_free_all(transfer.headers);
    curl_easy_reset(handle);
    idle_.push_back(handle);
    // Whoever waits owns the transfer, which is gone once it is told: told under the lock.
    const std::lock_guard lock(mutex_);
    transfer.ended = code;
    transfer.told.notify_one();
  }

  // The process ends: nobody is left waiting.
  void give_up() {
    begin_waiting();
    while (!running_.empty()) finish(running_.back(), CURLE_ABORTED_BY_CALLBACK);
  }

  CURL* idle_handle() {
    if (idle_.empty()) return curl_easy_init();
    CURL* const out = idle_.back();
    idle_.pop_back();
    return out;
  }

  void describe(CURL* handle, Transfer& transfer) {
    describe_request(handle, transfer);
    describe_connection(handle, transfer.request->url.starts_with("https:"));
  }

  void describe_request(CURL* handle, Transfer& transfer) {
    const HttpRequest& request = *transfer.request;
    const auto set = [&](CURLoption option, auto value) {
      curl_easy_setopt(handle, option, value);
    };
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PRIVATE, &transfer);
    set(CURLOPT_ERRORBUFFER, transfer.words);
    set(CURLOPT_WRITEFUNCTION, take_body);
    set(CURLOPT_WRITEDATA, &transfer);
    set(CURLOPT_HEADERFUNCTION, take_header);
    set(CURLOPT_HEADERDATA, &transfer);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, see_progress);
    set(CURLOPT_XFERINFODATA, &transfer);
    set(CURLOPT_USERAGENT, "deja-storage/" DEJA_VERSION);
    for (const std::string& header : request.headers)
      transfer.headers = curl_slist_append(transfer.headers, header.c_str());
    if (request.method == "PUT") {
      // Given as one piece, head and body leave together: no round trip between them.
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.data());
      for (const char* own : {"Expect:", "Content-Type: application/octet-stream"})
        transfer.headers = curl_slist_append(transfer.headers, own);
    }
    if (request.method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET") {
      set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    set(CURLOPT_HTTPHEADER, transfer.headers);
  }

  void describe_connection(CURL* handle, bool is_secure) {
    const auto set = [&](CURLoption option, auto value) {
      curl_easy_setopt(handle, option, value);
    };
    const auto set_text = [&](CURLoption option, const std::string& value) {
      if (!value.empty()) curl_easy_setopt(handle, option, value.c_str());
    };
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION,
        static_cast<long>(is_secure ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    // With TLS a second connection is dear: wait and see whether the first one takes several
    // requests.
    set(CURLOPT_PIPEWAIT, is_secure ? 1L : 0L);
    set(CURLOPT_FORBID_REUSE, settings_.keep_alive ? 0L : 1L);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(settings_.request_timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME,
        std::max(1L, static_cast<long>(settings_.stall_timeout.count() / 1000)));
    if (settings_.user_and_password) {
      set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      set_text(CURLOPT_USERPWD, *settings_.user_and_password);
    }
    if (settings_.netrc) set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    set_text(CURLOPT_NETRC_FILE, settings_.netrc_file);
    set_text(CURLOPT_SSLCERT, settings_.certificate);
    set_text(CURLOPT_SSLKEY, settings_.key.empty() ? settings_.certificate : settings_.key);
    set_text(CURLOPT_CAINFO, settings_.authorities);
    set_text(CURLOPT_PROXY, settings_.proxy);
    set_text(CURLOPT_UNIX_SOCKET_PATH, settings_.unix_socket);
  }

  HttpSettings settings_;
  std::function<void()> alive_;
  CURLM* multi_;
  std::atomic<bool> stop_ = false;

  std::mutex mutex_;
  std::vector<Transfer*> waiting_;  // behind the mutex, as each transfer's `ended`

  std::vector<CURL*> running_;  // the network thread's own
  std::vector<CURL*> idle_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Http> make_curl_http(HttpSettings settings, std::function<void()> alive) {
  return std::make_unique<CurlHttp>(std::move(settings), std::move(alive));
}

}  // namespace deja::helper

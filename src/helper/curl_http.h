// HTTP by libcurl: one thread does all transfers, so that they share connections.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "helper/http.h"

namespace deja::helper {

struct HttpSettings {
  std::optional<std::string> user_and_password;  // "user:password", decoded: Basic
  bool netrc = false;
  std::string netrc_file;   // "": ~/.netrc
  std::string certificate;  // file with the client's certificate, and its key if there is no `key`
  std::string key;
  std::string authorities;  // file with the certificates of those who may sign the server's
  std::string proxy;        // "": as the environment says
  std::string unix_socket;  // connect there, whatever the URL says
  bool keep_alive = true;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds stall_timeout{10'000};  // not a byte in either direction
  std::chrono::milliseconds request_timeout{60'000};
  std::size_t most_bytes = 64 * 1024 * 1024;  // of a reply
};

// `alive` is told, by the network thread, whenever bytes of some transfer arrived or left.
std::unique_ptr<Http> make_curl_http(HttpSettings settings, std::function<void()> alive);

}  // namespace deja::helper

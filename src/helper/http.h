// One HTTP request and its reply, without the network: what far sides of HTTP storages speak.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "helper/far.h"

namespace deja::helper {

struct HttpRequest {
  std::string method = "GET";
  std::string url;                   // percent-encoded, without user information
  std::vector<std::string> headers;  // "Name: value"
  std::string_view body;             // lives as long as the request
};

struct HttpReply {
  int status = 0;
  std::string body;
  std::string location;     // of a redirection
  std::string retry_after;  // as the server wrote it
};

class Http {
 public:
  virtual ~Http() = default;
  // Any status is a reply; a failure is what happens without one.
  virtual Answer<HttpReply> send(const HttpRequest& request) = 0;
};

}  // namespace deja::helper

// What a helper is told when it starts: where to listen, for how long, which storage, and the
// storage's attributes.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "helper/curl_http.h"
#include "helper/sigv4.h"
#include "remote/naming.h"
#include "remote/spec.h"
#include "sys/system.h"

namespace deja::helper {

// The attributes of a storage, read. Which are there is one table in setup.cpp.
struct Attributes {
  HttpSettings http;
  std::vector<std::string> headers;  // "Name: value"
  std::optional<std::string> bearer_token;
  std::optional<Layout> layout;

  std::string prefix = "ccache:";  // of keys in Redis and memcached
  std::chrono::seconds expiry{0};  // 0: entries stay until the server needs their room

  AwsKeys aws_keys;
  std::string aws_profile;
  std::string aws_region;
  std::string endpoint;  // of a server that resembles S3: "https://host:port"
  std::string style;     // "path", "virtual" or, by the rest, ""

  std::string sign_key_file;
  bool requires_signature = false;
  std::chrono::milliseconds miss_memory{5000};  // how long a miss is not asked for again
};

struct Setup {
  std::string endpoint;                    // the socket's path
  int listen_fd = -1;                      // -1: to be bound
  std::chrono::seconds idle_timeout{600};  // 0: never
  std::string log_file;                    // "": none
  std::string queue;                       // folder of puts that nobody waits for; "": none
  std::string url_text;
  Url url;
  Attributes attributes;
  std::vector<std::string> notes;  // what was not understood, for people
};

// From the variables that helpers are started with (docs/remote.md): CRSH_… and DEJA_….
// DEJA_SECRETS_FD is a descriptor with more of them, "NAME=value" and a zero byte each: the
// environment of a process is no place for secrets.
Result<Setup> read_setup(Env& env);

// The values that `attributes` give; what is wrong or unknown is a note, and ignored.
Attributes read_attributes(const std::vector<StorageAttribute>& attributes,
                           std::vector<std::string>& notes);

}  // namespace deja::helper

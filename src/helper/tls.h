// TLS over any stream, for servers that libcurl does not talk to.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "sys/net.h"

namespace deja::helper {

struct TlsSettings {
  std::string authorities;  // file; "": the system's
  std::string certificate;  // file of the client's; "": none
  std::string key;          // "": in the certificate's file
};

// Shakes hands; the server's certificate must be `host`'s.
Result<std::unique_ptr<net::Stream>> start_tls(std::unique_ptr<net::Stream> stream,
                                               const std::string& host, const TlsSettings& settings,
                                               std::chrono::nanoseconds patience);

}  // namespace deja::helper

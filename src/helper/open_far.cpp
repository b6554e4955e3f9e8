// The table of schemes.
#include "helper/open_far.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "helper/aws_credentials.h"
#include "helper/http_far.h"
#include "helper/memcached_far.h"
#include "helper/redis_far.h"
#include "helper/tls.h"

namespace deja::helper {

namespace {

using Alive = std::function<void()>;
using Opened = Result<std::unique_ptr<Far>>;

// "host:port", as the URL has it.
std::string authority_of(const Url& url) {
  return url.port ? fmt::format("{}:{}", url.host, *url.port) : url.host;
}

// "[::1]" as "::1".
std::string bare_host(const Url& url) {
  const std::string& host = url.host;
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

std::unique_ptr<Far> far_by_http(const Setup& setup, HttpSettings settings, HttpPlace place,
                                 Alive alive) {
  if (!place.base.ends_with('/')) place.base += '/';
  const std::vector<std::string>& headers = setup.attributes.headers;
  place.headers.insert(place.headers.end(), headers.begin(), headers.end());
  return std::make_unique<HttpFar>(make_curl_http(std::move(settings), std::move(alive)),
                                   std::move(place));
}

Opened open_http(System&, Setup& setup, Alive alive) {
  const Attributes& attributes = setup.attributes;
  HttpSettings settings = attributes.http;
  if (setup.url.user_info) settings.user_and_password = percent_decoded(*setup.url.user_info);
  HttpPlace place;
  place.base = fmt::format("{}://{}{}", setup.url.scheme, authority_of(setup.url), setup.url.path);
  if (!setup.url.query.empty()) place.query = "?" + setup.url.query;
  place.layout = attributes.layout.value_or(Layout::subdirs);
  if (attributes.bearer_token)
    place.headers.push_back("Authorization: Bearer " + *attributes.bearer_token);
  return far_by_http(setup, std::move(settings), std::move(place), std::move(alive));
}

// Without the port that goes without saying, as it is in the header Host.
std::string plain_endpoint(std::string endpoint) {
  while (endpoint.ends_with('/')) endpoint.pop_back();
  const std::string_view usual = endpoint.starts_with("https:") ? ":443" : ":80";
  if (endpoint.ends_with(usual)) endpoint.resize(endpoint.size() - usual.size());
  return endpoint;
}

// "http://host:1" with "bucket." before the host.
std::string with_bucket(const std::string& endpoint, const std::string& bucket) {
  const std::size_t host = endpoint.find("//") + 2;
  return endpoint.substr(0, host) + bucket + "." + endpoint.substr(host);
}

// s3://bucket/prefix at Amazon or @endpoint; s3+https://host/bucket/prefix anywhere.
std::string s3_base(const Setup& setup, const std::string& region) {
  const Url& url = setup.url;
  const std::string path = percent_encoded(percent_decoded(url.path), "/");
  if (url.scheme != "s3")
    return plain_endpoint(fmt::format("{}://{}", url.scheme.substr(3), authority_of(url))) + path;
  const std::string& given = setup.attributes.endpoint;
  const std::string endpoint =
      plain_endpoint(given.empty() ? fmt::format("https://s3.{}.amazonaws.com", region) : given);
  // A bucket's dots would be more levels of a host name than a certificate covers.
  const bool is_amazons = given.empty() && url.host.find('.') == std::string::npos;
  const std::string& style = setup.attributes.style;
  const bool is_virtual = style == "virtual" || (style.empty() && is_amazons);
  return is_virtual ? with_bucket(endpoint, url.host) + path : endpoint + "/" + url.host + path;
}

Opened open_s3(System& system, Setup& setup, Alive alive) {
  const Attributes& attributes = setup.attributes;
  const auto credentials =
      std::make_shared<AwsCredentials>(system, attributes.aws_keys, attributes.aws_profile);
  AwsScope scope;
  scope.region = attributes.aws_region.empty() ? credentials->region() : attributes.aws_region;
  if (scope.region.empty()) scope.region = "us-east-1";
  if (credentials->keys().id.empty())
    setup.notes.push_back("there are no keys for S3: requests are not signed");
  HttpPlace place;
  place.base = s3_base(setup, scope.region);
  place.layout = attributes.layout.value_or(Layout::flat);
  place.makes_folders = false;
  place.denied_may_be_absent = true;
  place.sign = [&clock = system.clock, credentials, scope](HttpRequest& request) {
    const AwsKeys keys = credentials->keys();
    if (keys.id.empty()) return;
    const std::int64_t now = clock.now_ns() / 1'000'000'000;
    for (std::string& header :
         s3_headers(keys, scope, request.method, request.url, request.body, now))
      request.headers.push_back(std::move(header));
  };
  return far_by_http(setup, attributes.http, std::move(place), std::move(alive));
}

// What Redis and memcached have in common.
ConversationSettings conversation_of(const Setup& setup, unsigned usual_port, Alive alive) {
  const Url& url = setup.url;
  const HttpSettings& limits = setup.attributes.http;
  ConversationSettings out;
  out.alive = std::move(alive);
  out.stall_timeout = limits.stall_timeout;
  out.most_bytes = limits.most_bytes + 1024;
  if (url.scheme.ends_with("+unix")) {
    const std::string path = percent_decoded(url.path);
    out.name = path;
    out.connect = [path, patience = limits.connect_timeout] {
      return net::connect_unix(path, patience);
    };
    return out;
  }
  const unsigned port = url.port.value_or(usual_port);
  const std::string host = bare_host(url);
  out.name = fmt::format("{}:{}", host, port);
  out.connect = [host, port, patience = limits.connect_timeout] {
    return net::connect_tcp(host, port, patience);
  };
  return out;
}

// A user part alone is the password.
std::pair<std::string, std::string> user_and_password(const Url& url) {
  const std::string info = url.user_info.value_or("");
  const std::size_t colon = info.find(':');
  if (colon == std::string::npos) return {"", percent_decoded(info)};
  return {percent_decoded(info.substr(0, colon)), percent_decoded(info.substr(colon + 1))};
}

// The number behind the host, or for a socket "?db=N".
std::string database_of(const Url& url) {
  if (!url.scheme.ends_with("+unix")) return url.path.empty() ? "" : url.path.substr(1);
  for (std::string_view word : text::split(url.query, '&'))
    if (word.starts_with("db=")) return std::string(word.substr(3));
  return "";
}

Opened open_redis(System&, Setup& setup, Alive alive) {
  const Attributes& attributes = setup.attributes;
  ConversationSettings settings = conversation_of(setup, 6379, std::move(alive));
  const auto [user, password] = user_and_password(setup.url);
  const std::string database = database_of(setup.url);
  if (!database.empty() && !text::parse_unsigned(database))
    return Error{"open", redacted_url(setup.url_text), "its database is no number"};
  settings.introduction = redis_introduction(user, password, database);
  if (setup.url.scheme == "rediss") {
    const HttpSettings& http = attributes.http;
    const TlsSettings tls{http.authorities, http.certificate, http.key};
    settings.connect = [plain = settings.connect, host = bare_host(setup.url), tls,
                        patience = http.connect_timeout]() -> Result<std::unique_ptr<net::Stream>> {
      auto stream = plain();
      if (!stream) return stream;
      return start_tls(std::move(*stream), host, tls, patience);
    };
  }
  return std::unique_ptr<Far>(
      new RedisFar(std::move(settings), {attributes.prefix, attributes.expiry}));
}

Opened open_memcached(System&, Setup& setup, Alive alive) {
  return std::unique_ptr<Far>(new MemcachedFar(conversation_of(setup, 11211, std::move(alive)),
                                               {setup.attributes.prefix, setup.attributes.expiry}));
}

struct SchemeRow {
  std::string_view scheme;
  bool needs_host;
  Opened (*open)(System&, Setup&, Alive);
};

constexpr SchemeRow schemes[] = {
    {"http", true, open_http},           {"https", true, open_http},
    {"memcached", true, open_memcached}, {"memcached+unix", false, open_memcached},
    {"redis", true, open_redis},         {"redis+unix", false, open_redis},
    {"rediss", true, open_redis},        {"s3", true, open_s3},
    {"s3+http", true, open_s3},          {"s3+https", true, open_s3},
};

}  // namespace

Opened open_far(System& system, Setup& setup, Alive alive) {
  const auto row =
      std::find_if(std::begin(schemes), std::end(schemes),
                   [&](const SchemeRow& known) { return known.scheme == setup.url.scheme; });
  if (row == std::end(schemes))
    return Error{"open", redacted_url(setup.url_text), "deja-storage knows no such scheme"};
  if (row->needs_host && setup.url.host.empty())
    return Error{"open", redacted_url(setup.url_text), "it names no host"};
  return row->open(system, setup, std::move(alive));
}

}  // namespace deja::helper

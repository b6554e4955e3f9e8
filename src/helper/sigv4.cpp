// Canonical request, text to sign, signing key, signature.
#include "helper/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "helper/digest256.h"
#include "remote/naming.h"

namespace deja::helper {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

std::string names_of(const std::vector<SignedHeader>& headers) {
  std::string out;
  for (const SignedHeader& header : headers) out += (out.empty() ? "" : ";") + header.name;
  return out;
}

// "https://host/path?query" in its parts.
struct UrlParts {
  std::string_view host;
  std::string_view path;
  std::string_view query;
};

UrlParts parts_of(std::string_view url) {
  UrlParts out;
  const std::size_t begin = url.find("//") + 2;
  const std::size_t slash = std::min(url.find('/', begin), url.size());
  const std::size_t mark = std::min(url.find('?', slash), url.size());
  out.host = url.substr(begin, slash - begin);
  out.path = url.substr(slash, mark - slash);
  if (mark < url.size()) out.query = url.substr(mark + 1);
  return out;
}

}  // namespace

std::string percent_encoded(std::string_view text, std::string_view keep) {
  constexpr std::string_view plain = "-._~";
  std::string out;
  for (const char c : text) {
    const bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_word || plain.find(c) != plain.npos || keep.find(c) != keep.npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string aws_time(std::int64_t seconds_since_1970) {
  using namespace std::chrono;
  const sys_seconds time{seconds(seconds_since_1970)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string aws_canonical_request(std::string_view method, std::string_view path,
                                  std::string_view query, const std::vector<SignedHeader>& headers,
                                  std::string_view payload_digest) {
  std::string out = fmt::format("{}\n{}\n{}\n", method, path, query);
  for (const SignedHeader& header : headers)
    out += fmt::format("{}:{}\n", header.name, header.value);
  return out + fmt::format("\n{}\n{}", names_of(headers), payload_digest);
}

std::string aws_authorization(const AwsKeys& keys, const AwsScope& scope, std::string_view method,
                              std::string_view path, std::string_view query,
                              const std::vector<SignedHeader>& headers,
                              std::string_view payload_digest, std::string_view time) {
  const std::string_view day = time.substr(0, time.find('T'));
  const std::string place = fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
  const std::string request = aws_canonical_request(method, path, query, headers, payload_digest);
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}", algorithm, time, place, hex_of(sha256(request)));
  std::string key = hmac_sha256("AWS4" + keys.secret, day);
  for (const std::string_view part :
       {std::string_view(scope.region), std::string_view(scope.service),
        std::string_view("aws4_request")})
    key = hmac_sha256(key, part);
  return fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", algorithm, keys.id,
                     place, names_of(headers), hex_of(hmac_sha256(key, text)));
}

std::vector<std::string> s3_headers(const AwsKeys& keys, const AwsScope& scope,
                                    std::string_view method, std::string_view url,
                                    std::string_view body, std::int64_t seconds_since_1970) {
  const UrlParts parts = parts_of(url);
  const std::string time = aws_time(seconds_since_1970);
  const std::string digest = hex_of(sha256(body));
  std::vector<SignedHeader> headers = {
      {"host", std::string(parts.host)}, {"x-amz-content-sha256", digest}, {"x-amz-date", time}};
  if (!keys.token.empty()) headers.push_back({"x-amz-security-token", keys.token});
  const std::string authorization =
      aws_authorization(keys, scope, method, parts.path, parts.query, headers, digest, time);
  std::vector<std::string> out = {"Authorization: " + authorization};
  for (const SignedHeader& header : headers)
    if (header.name != "host") out.push_back(header.name + ": " + header.value);
  return out;
}

}  // namespace deja::helper

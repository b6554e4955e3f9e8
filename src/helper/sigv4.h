// Amazon's signature, version 4: what S3 and what resembles it want to see of who asks. Pure: the
// time is given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace deja::helper {

struct AwsKeys {
  std::string id;  // "": requests are not signed
  std::string secret;
  std::string token;  // of keys that expire; may be ""

  bool operator==(const AwsKeys&) const = default;
};

struct AwsScope {
  std::string region;
  std::string service = "s3";
};

struct SignedHeader {
  std::string name;  // lower case
  std::string value;
};

// Everything but letters, digits and "-._~" as %XX; characters of `keep` stay as well.
std::string percent_encoded(std::string_view text, std::string_view keep = "");

// "20150830T123600Z"
std::string aws_time(std::int64_t seconds_since_1970);

// The value of the header Authorization. `path` is percent-encoded, `query` too and sorted by name;
// `headers` are those to be signed, among them host and x-amz-date, sorted by name.
std::string aws_authorization(const AwsKeys& keys, const AwsScope& scope, std::string_view method,
                              std::string_view path, std::string_view query,
                              const std::vector<SignedHeader>& headers,
                              std::string_view payload_digest, std::string_view time);

// What is digested to be signed, for tests and for people who compare.
std::string aws_canonical_request(std::string_view method, std::string_view path,
                                  std::string_view query, const std::vector<SignedHeader>& headers,
                                  std::string_view payload_digest);

// The headers that make a request to S3 a signed one: "Name: value".
std::vector<std::string> s3_headers(const AwsKeys& keys, const AwsScope& scope,
                                    std::string_view method, std::string_view url,
                                    std::string_view body, std::int64_t seconds_since_1970);

}  // namespace deja::helper

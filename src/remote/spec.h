// What remote_storage says: URLs with properties and attributes, read into one specification for
// each storage.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/path.h"
#include "base/result.h"

namespace deja {

// The parts of a URL, as written: still percent-encoded.
struct Url {
  std::string scheme;
  std::optional<std::string> user_info;  // "user" or "user:password"
  std::string host;
  std::optional<unsigned> port;
  std::string path;
  std::string query;  // without the question mark
};

// What a backend gets to know; which of them it understands is its own business.
struct StorageAttribute {
  std::string key;    // without '@'
  std::string value;  // decoded
  bool operator==(const StorageAttribute&) const = default;
};

struct StorageShard {
  std::string name;  // stands for the '*' of the URL
  double weight = 1;
  bool operator==(const StorageShard&) const = default;
};

struct StorageSpec {
  std::string text;  // the URL as written; of a sharded storage with its '*'
  Url url;           // of a sharded storage: of its first shard
  std::vector<StorageAttribute> attributes;  // in the order given; a key may come more than once
  std::vector<StorageShard> shards;          // empty: no shards
  std::string helper;                        // program to use; "" for the scheme's own
  bool read_only = false;
  std::chrono::nanoseconds data_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds request_timeout = std::chrono::minutes(1);
  std::chrono::nanoseconds idle_timeout = std::chrono::minutes(10);  // 0: never
  // What the look-ups of one run may take in all.
  std::optional<std::chrono::nanoseconds> budget;
};

struct StorageList {
  std::vector<StorageSpec> storages;
  std::vector<std::string> notes;  // lines for the log: properties that nobody knows
};

// Reads the value of remote_storage: words, separated by blanks (or by '|', as configurations once
// had it). A word with a ':' before any '=' begins a storage; the others say more about the last
// one: `key=value` a property, `@key=value` an attribute, without a value "true". Values are
// percent-decoded. Errors hide the user information of URLs.
Result<StorageList> parse_storage_list(std::string_view text, PathStyle style = native_style);

// The URL of one shard.
std::string shard_url(const StorageSpec& spec, const StorageShard& shard);

// By RFC 3986, as far as storages need it. The error's reason tells what is wrong.
Result<Url> parse_url(std::string_view text);

// "%41b" as "Ab"; what is no two hexadecimal digits behind a '%' stays.
std::string percent_decoded(std::string_view text);

// The value of remote_storage for people: no user information and no values of properties.
std::string redacted_storage_list(std::string_view text);

// The URL for people: user information is hidden.
std::string redacted_url(std::string_view text);

}  // namespace deja

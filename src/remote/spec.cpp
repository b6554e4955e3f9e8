// The words of remote_storage: storages, properties, attributes.
#include "remote/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "base/text.h"

namespace deja {

namespace {

using Complaint = std::optional<Error>;

Complaint set_duration(std::chrono::nanoseconds& into, std::string_view value) {
  const auto parsed = text::parse_duration(value);
  if (!parsed) return Error{"not a duration such as 500ms, 10s, 5m or 1h", "", ""};
  into = std::chrono::nanoseconds(*parsed);
  return std::nullopt;
}

// A weight from 0 up, such as 0.5.
std::optional<double> parse_weight(std::string_view text) {
  double weight = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), weight);
  const bool whole = failure == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(weight) && weight >= 0 ? std::optional(weight) : std::nullopt;
}

// "name" or "name(weight)".
Complaint add_shard(StorageSpec& spec, std::string_view text) {
  StorageShard shard;
  const std::size_t open = text.find('(');
  shard.name = text.substr(0, open);
  if (shard.name.empty()) return Error{"a shard has no name", "", ""};
  if (open != std::string_view::npos) {
    const bool closed = text.ends_with(')');
    const auto weight =
        closed ? parse_weight(text.substr(open + 1, text.size() - open - 2)) : std::nullopt;
    if (!weight) return Error{"bad weight of the shard", std::string(text), "a number from 0 up"};
    shard.weight = *weight;
  }
  spec.shards.push_back(std::move(shard));
  return std::nullopt;
}

// What a property's value does to the storage it belongs to.
struct PropertyRow {
  std::string_view key;
  Complaint (*set)(StorageSpec&, std::string_view value);
};

constexpr PropertyRow properties[] = {
    {"budget", [](StorageSpec& spec,
                  std::string_view value) { return set_duration(spec.budget.emplace(), value); }},
    {"data-timeout", [](StorageSpec& spec,
                        std::string_view value) { return set_duration(spec.data_timeout, value); }},
    {"helper",
     [](StorageSpec& spec, std::string_view value) {
       spec.helper = value;
       return Complaint();
     }},
    {"idle-timeout", [](StorageSpec& spec,
                        std::string_view value) { return set_duration(spec.idle_timeout, value); }},
    {"read-only",
     [](StorageSpec& spec, std::string_view value) {
       spec.read_only = value == "true";
       return Complaint();
     }},
    {"request-timeout",
     [](StorageSpec& spec, std::string_view value) {
       return set_duration(spec.request_timeout, value);
     }},
    {"shards",
     [](StorageSpec& spec, std::string_view value) {
       for (std::string_view piece : text::split(value, ','))
         if (auto bad = add_shard(spec, piece)) return bad;
       return Complaint();
     }},
};

// Attributes that once were written without '@'.
constexpr std::string_view old_attributes[] = {
    "bearer-token", "connect-timeout",   "header", "keep-alive",
    "layout",       "operation-timeout", "umask",  "update-mtime"};

// Blanks separate words; old configurations have bars instead.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::string_view piece : text::split(text, '|'))
    for (std::string_view word : text::words(piece)) out.push_back(word);
  return out;
}

bool begins_storage(std::string_view word) {
  const std::size_t colon = word.find(':');
  return colon != std::string_view::npos && word.substr(0, colon).find('=') == word.npos;
}

// One property or attribute of `spec`.
Complaint add_word(StorageSpec& spec, std::string_view word, std::vector<std::string>& notes) {
  const std::size_t equals = word.find('=');
  std::string_view key = word.substr(0, equals);
  const std::string value =
      equals == std::string_view::npos ? "true" : percent_decoded(word.substr(equals + 1));
  const bool is_old = std::find(std::begin(old_attributes), std::end(old_attributes), key) !=
                      std::end(old_attributes);
  if (key.starts_with('@') || is_old) {
    if (!is_old) key.remove_prefix(1);
    spec.attributes.push_back({std::string(key), value});
    return std::nullopt;
  }
  const auto row = std::find_if(std::begin(properties), std::end(properties),
                                [&](const PropertyRow& known) { return known.key == key; });
  if (row == std::end(properties)) {
    notes.push_back(fmt::format("remote_storage: {} has no property '{}'; ignored",
                                redacted_url(spec.text), key));
    return std::nullopt;
  }
  if (auto bad = row->set(spec, value))
    return Error{fmt::format("bad value for {}", key), value, bad->text()};
  return std::nullopt;
}

// The '*' in the URL and the shards that stand for it belong together.
Complaint check_shards(const StorageSpec& spec) {
  if (spec.shards.empty()) return std::nullopt;
  const auto stars = std::count(spec.text.begin(), spec.text.end(), '*');
  if (stars != 1)
    return Error{stars == 0 ? "Missing '*' in the URL of shards" : "More than one '*' in the URL",
                 redacted_url(spec.text), ""};
  for (const StorageShard& shard : spec.shards) {
    const auto url = parse_url(shard_url(spec, shard));
    if (!url) return url.error();
    if (url->scheme != spec.url.scheme)
      return Error{"shards of different schemes in", redacted_url(spec.text), ""};
  }
  return std::nullopt;
}

bool is_octal(std::string_view text) {
  return !text.empty() && text.size() <= 4 && text.find_first_not_of("01234567") == text.npos;
}

// What this machine's own backends need of a URL.
Complaint check_scheme(const StorageSpec& spec, PathStyle style) {
  const Url& url = spec.url;
  const std::string shown = redacted_url(spec.text);
  const bool is_local = url.host.empty() || url.host == "localhost";
  if (url.scheme == "http" && url.host.empty()) return Error{"A host is required in", shown, ""};
  if (url.scheme == "http" && url.user_info && url.user_info->find(':') == std::string::npos)
    return Error{"Expected username:password in", shown, ""};
  const bool stays_here =
      (url.scheme == "file" && style == PathStyle::posix) || url.scheme == "redis+unix";
  if (stays_here && !is_local)
    return Error{"invalid URL", shown, "a host other than localhost is not supported"};
  for (const StorageAttribute& attribute : spec.attributes)
    if (url.scheme == "file" && attribute.key == "umask" && !is_octal(attribute.value))
      return Error{"bad value for umask", attribute.value, "not an octal number"};
  return std::nullopt;
}

// Whole once all words of the storage are there: its URL may hold the '*' of shards anywhere.
Complaint finish(StorageSpec& spec, PathStyle style) {
  auto url = parse_url(spec.shards.empty() ? spec.text : shard_url(spec, spec.shards.front()));
  if (!url) return url.error();
  spec.url = std::move(*url);
  if (auto bad = check_shards(spec)) return bad;
  return check_scheme(spec, style);
}

}  // namespace

std::string shard_url(const StorageSpec& spec, const StorageShard& shard) {
  std::string out = spec.text;
  if (const std::size_t star = out.find('*'); star != std::string::npos)
    out.replace(star, 1, shard.name);
  return out;
}

std::string redacted_storage_list(std::string_view text) {
  std::string out;
  for (std::string_view word : words_of(text)) {
    if (!out.empty()) out += ' ';
    const std::size_t equals = word.find('=');
    const bool has_value = !begins_storage(word) && equals != std::string_view::npos;
    out += has_value ? std::string(word.substr(0, equals)) + "=********" : redacted_url(word);
  }
  return out;
}

Result<StorageList> parse_storage_list(std::string_view text, PathStyle style) {
  StorageList out;
  if (text::trim(text).empty()) return out;
  const std::vector<std::string_view> words = words_of(text);
  const bool has_url = !words.empty() && text::trim(text).front() != '|';
  if (!has_url) return Error{"it must provide a URL", std::string(text), ""};
  for (std::string_view word : words) {
    if (out.storages.empty() || begins_storage(word)) {
      if (!out.storages.empty())
        if (auto bad = finish(out.storages.back(), style)) return *bad;
      out.storages.emplace_back().text = word;
    } else if (auto bad = add_word(out.storages.back(), word, out.notes)) {
      return *bad;
    }
  }
  if (auto bad = finish(out.storages.back(), style)) return *bad;
  return out;
}

}  // namespace deja

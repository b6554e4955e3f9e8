// URLs of storages: their parts, percent-encoding, and what people may see of them.
#include <algorithm>

#include "base/text.h"
#include "remote/spec.h"

namespace deja {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_scheme(std::string_view text) {
  const auto fits = [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), fits);
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes what stands before `end`, or all, off `rest`.
std::string_view take_until(std::string_view& rest, std::string_view end) {
  const std::size_t at = std::min(rest.find_first_of(end), rest.size());
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at);
  return taken;
}

// Takes "host" or "[v6]" and ":port"; false where the port is none.
bool read_host(std::string_view text, Url& url) {
  std::size_t colon = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return false;
    colon = bracket + 1 < text.size() ? bracket + 1 : std::string_view::npos;
    if (colon != std::string_view::npos && text[colon] != ':') return false;
  }
  url.host = text.substr(0, colon);
  if (colon == std::string_view::npos || colon + 1 == text.size()) return true;
  const auto port = text::parse_unsigned(text.substr(colon + 1));
  if (!port || *port > 65535) return false;
  url.port = static_cast<unsigned>(*port);
  return true;
}

// What stands between "//" and the path.
std::optional<std::string> read_authority(std::string_view text, Url& url) {
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    url.user_info = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  if (!read_host(text, url)) return "its port is invalid";
  if (url.user_info && url.host.empty()) return "User info defined, but host is empty";
  return std::nullopt;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto bad = [&](std::string why) {
    return Error{"Cannot parse URL", redacted_url(text), std::move(why)};
  };
  Url url;
  std::string_view rest = text;
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos || rest.substr(0, colon).find('/') != std::string_view::npos)
    return Error{"URL scheme must not be empty", redacted_url(text), ""};
  if (!is_scheme(rest.substr(0, colon))) return bad("its scheme is invalid");
  url.scheme = text::lower(rest.substr(0, colon));
  rest.remove_prefix(colon + 1);
  const bool has_authority = rest.starts_with("//");
  if (has_authority) {
    rest.remove_prefix(2);
    if (const auto why = read_authority(take_until(rest, "/?#"), url)) return bad(*why);
  }
  url.path = take_until(rest, "?#");
  if (rest.starts_with('?')) {
    rest.remove_prefix(1);
    url.query = take_until(rest, "#");
  }
  const std::string_view first = std::string_view(url.path).substr(0, url.path.find('/'));
  if (!has_authority && first.find(':') != std::string_view::npos)
    return bad("The first segment of the relative path can't contain ':'");
  return url;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) i += 2;
    out.push_back(low >= 0 ? static_cast<char>(high * 16 + low) : text[i]);
  }
  return out;
}

std::string redacted_url(std::string_view text) {
  const std::size_t slashes = text.find("//");
  if (slashes == std::string_view::npos) return std::string(text);
  const std::size_t start = slashes + 2;
  const std::size_t end = std::min(text.find_first_of("/?#", start), text.size());
  const std::size_t at = text.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < start) return std::string(text);
  return std::string(text.substr(0, start)).append("********").append(text.substr(at));
}

}  // namespace deja

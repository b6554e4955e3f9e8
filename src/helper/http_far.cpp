// GET, PUT, HEAD and DELETE of entries, and what their statuses mean.
#include "helper/http_far.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace deja::helper {

namespace {

struct StatusRow {
  int status;
  Failure::Kind kind;
  std::string_view words;
};

// Refusals with a meaning of their own; any other from 500 up is an ill server.
constexpr StatusRow statuses[] = {
    {401, Failure::Kind::denied, "Unauthorized: wrong or missing credentials"},
    {403, Failure::Kind::denied, "Forbidden: these credentials may not do that"},
    {404, Failure::Kind::refused, "Not Found: there is no such folder"},
    {405, Failure::Kind::read_only, "Method Not Allowed: the server takes no entries"},
    {407, Failure::Kind::denied, "Proxy Authentication Required"},
    {409, Failure::Kind::refused, "Conflict: its folder is missing and cannot be made"},
    {413, Failure::Kind::too_large, "Content Too Large: above the server's limit"},
    {429, Failure::Kind::busy, "Too Many Requests"},
    {500, Failure::Kind::unreachable, "Internal Server Error"},
    {502, Failure::Kind::unreachable, "Bad Gateway"},
    {503, Failure::Kind::busy, "Service Unavailable"},
    {504, Failure::Kind::timeout, "Gateway Timeout"},
    {507, Failure::Kind::busy, "Insufficient Storage: the server is full"},
};

bool is_success(int status) { return status >= 200 && status < 300; }

// A put that a server of WebDAV may have refused for want of a folder.
bool may_lack_folder(int status) { return status == 403 || status == 404 || status == 409; }

}  // namespace

Answer<HttpReply> HttpFar::ask(std::string_view method, const std::string& path,
                               std::string_view body, Overwrite overwrite) {
  HttpRequest request;
  request.method = method;
  request.url = place_.base + path + place_.query;
  request.headers = place_.headers;
  request.body = body;
  if (method == "PUT" && overwrite == Overwrite::no)
    request.headers.emplace_back("If-None-Match: *");
  if (place_.sign) place_.sign(request);
  auto reply = http_->send(request);
  if (reply) return reply;
  Failure out = reply.failure();
  out.text = fmt::format("{} {}{}: {}", method, place_.base, path, out.text);
  return out;
}

Failure HttpFar::refusal(std::string_view method, const std::string& path,
                         const HttpReply& reply) const {
  const auto row = std::find_if(std::begin(statuses), std::end(statuses),
                                [&](const StatusRow& one) { return one.status == reply.status; });
  const bool is_known = row != std::end(statuses);
  Failure out;
  out.kind = is_known              ? row->kind
             : reply.status >= 500 ? Failure::Kind::unreachable
                                   : Failure::Kind::refused;
  out.text = fmt::format("{} {}{}: status {} {}", method, place_.base, path, reply.status,
                         is_known ? row->words : "");
  if (reply.status == 507) out.pause = std::chrono::seconds(30);
  if (!reply.location.empty()) out.text += "to " + reply.location;
  while (out.text.ends_with(' ')) out.text.pop_back();
  if (const auto seconds = text::parse_unsigned(reply.retry_after))
    out.pause = std::chrono::seconds(std::min<std::uint64_t>(*seconds, 3600));
  return out;
}

Answer<Bytes> HttpFar::get(std::string_view key) {
  const std::string path = object_path(key, place_.layout);
  auto reply = ask("GET", path);
  if (!reply) return reply.failure();
  if (is_absent(*reply)) return Bytes();
  if (reply->status != 200) return refusal("GET", path, *reply);
  if (reply->body.empty())
    return Failure{
        Failure::Kind::broken, fmt::format("GET {}{}: an empty entry", place_.base, path), {}};
  return Bytes(std::move(reply->body));
}

// An answer to HEAD has no words that would tell one refusal from another.
bool HttpFar::is_absent(const HttpReply& reply) const {
  if (reply.status == 404) return true;
  const bool fits = reply.body.empty() || reply.body.find("AccessDenied") != std::string::npos;
  return place_.denied_may_be_absent && reply.status == 403 && fits;
}

Answer<Stored> HttpFar::put(std::string_view key, std::string_view bytes, Overwrite overwrite) {
  const std::string path = object_path(key, place_.layout);
  auto reply = ask("PUT", path, bytes, overwrite);
  if (!reply) return reply.failure();
  if (overwrite == Overwrite::no && reply->status == 501)  // a server without conditional puts
    reply = ask("PUT", path, bytes, Overwrite::yes);
  if (reply && place_.makes_folders && may_lack_folder(reply->status) && make_folders(path))
    reply = ask("PUT", path, bytes, overwrite);
  if (!reply) return reply.failure();
  if (is_success(reply->status)) return Stored::yes;
  const bool exists_already =
      reply->status == 412 || (reply->status == 409 && !place_.makes_folders);
  if (overwrite == Overwrite::no && exists_already) return Stored::kept;
  return refusal("PUT", path, *reply);
}

Answer<bool> HttpFar::exists(std::string_view key) {
  const std::string path = object_path(key, place_.layout);
  const auto reply = ask("HEAD", path);
  if (!reply) return reply.failure();
  if (is_absent(*reply)) return false;
  if (is_success(reply->status)) return true;
  return refusal("HEAD", path, *reply);
}

Answer<bool> HttpFar::remove(std::string_view key) {
  const std::string path = object_path(key, place_.layout);
  const auto reply = ask("DELETE", path);
  if (!reply) return reply.failure();
  if (reply->status == 404) return false;
  if (is_success(reply->status)) return true;
  return refusal("DELETE", path, *reply);
}

// Whether the entry's folder is there now, as far as it was missing: the folder alone first, then
// the one above it, up to the base's own.
bool HttpFar::make_folders(const std::string& path) {
  const std::size_t slash = path.find('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  {
    const std::lock_guard lock(mutex_);
    if (made_.contains(folder)) return false;
  }
  const bool made = (!folder.empty() && make_folder(folder)) ||
                    (make_folder("") && (folder.empty() || make_folder(folder)));
  if (!made) return false;
  const std::lock_guard lock(mutex_);
  made_.insert(folder);
  return true;
}

// True when it was made, or is there.
bool HttpFar::make_folder(const std::string& path) {
  const auto reply = ask("MKCOL", path);
  return reply && (is_success(reply->status) || reply->status == 405);
}

}  // namespace deja::helper

// Storages behind HTTP: plain servers, WebDAV, bazel-remote's layout, S3 and what resembles it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "helper/far.h"
#include "helper/http.h"
#include "remote/naming.h"

namespace deja::helper {

struct HttpPlace {
  std::string base;   // "http://host:1/path/": ends with a slash
  std::string query;  // behind every name: "?…", or nothing
  Layout layout = Layout::subdirs;
  std::vector<std::string> headers;  // with every request
  // Adds what proves who asks; called for each request, when everything else is there.
  std::function<void(HttpRequest&)> sign;
  // S3 says Forbidden of what is not there to whoever may not list the bucket.
  bool denied_may_be_absent = false;
  bool makes_folders = true;  // MKCOL where a put finds no folder
};

class HttpFar final : public Far {
 public:
  HttpFar(std::unique_ptr<Http> http, HttpPlace place)
      : http_(std::move(http)), place_(std::move(place)) {}

  Answer<Bytes> get(std::string_view key) override;
  Answer<Stored> put(std::string_view key, std::string_view bytes, Overwrite overwrite) override;
  Answer<bool> exists(std::string_view key) override;
  Answer<bool> remove(std::string_view key) override;

 private:
  Answer<HttpReply> ask(std::string_view method, const std::string& path,
                        std::string_view body = {}, Overwrite overwrite = Overwrite::yes);
  Failure refusal(std::string_view method, const std::string& path, const HttpReply& reply) const;
  bool is_absent(const HttpReply& reply) const;
  bool make_folders(const std::string& path);
  bool make_folder(const std::string& path);

  std::unique_ptr<Http> http_;
  HttpPlace place_;
  std::mutex mutex_;
  std::set<std::string> made_;  // folders, as paths; behind the mutex
};

}  // namespace deja::helper

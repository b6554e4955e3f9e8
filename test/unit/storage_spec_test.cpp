// remote_storage: what its words mean, and what is wrong with those that mean nothing.
#include <doctest/doctest.h>

#include "fuzz/storage_spec_fuzz.h"
#include "remote/spec.h"

using namespace deja;
using namespace std::chrono_literals;

namespace {

StorageList list_of(std::string_view text) {
  auto list = parse_storage_list(text, PathStyle::posix);
  if (!list) FAIL(list.error().text());
  return std::move(*list);
}

StorageSpec spec_of(std::string_view text) {
  StorageList list = list_of(text);
  REQUIRE(list.storages.size() == 1);
  return std::move(list.storages.front());
}

std::string complaint_about(std::string_view text) {
  const auto list = parse_storage_list(text, PathStyle::posix);
  return list ? "none" : list.error().text();
}

}  // namespace

TEST_CASE("a storage is a URL with properties and attributes") {
  const StorageSpec plain = spec_of("http://cache.example/base");
  CHECK(plain.text == "http://cache.example/base");
  CHECK(plain.url.scheme == "http");
  CHECK(plain.url.host == "cache.example");
  CHECK(plain.url.path == "/base");
  CHECK(!plain.read_only);
  CHECK(plain.data_timeout == 10s);
  CHECK(plain.request_timeout == 1min);
  CHECK(plain.idle_timeout == 10min);

  const StorageSpec full = spec_of(
      "https://c:8080 data-timeout=500ms request-timeout=2h idle-timeout=0s helper=/opt/h "
      "read-only @one=1 @header=a%20b @header=c header=d layout=flat:x @flag");
  CHECK(full.url.port == 8080u);
  CHECK(full.data_timeout == 500ms);
  CHECK(full.request_timeout == 2h);
  CHECK(full.idle_timeout == 0s);
  CHECK(full.helper == "/opt/h");
  CHECK(full.read_only);
  CHECK(full.attributes == std::vector<StorageAttribute>{{"one", "1"},
                                                         {"header", "a b"},
                                                         {"header", "c"},
                                                         {"header", "d"},
                                                         {"layout", "flat:x"},
                                                         {"flag", "true"}});
}

TEST_CASE("several storages, separated by blanks or as configurations once had it") {
  const StorageList list = list_of(" file:/a read-only\tx:y  http://h|read-only=true|layout=flat ");
  REQUIRE(list.storages.size() == 3);
  CHECK(list.storages[0].url.path == "/a");
  CHECK(list.storages[0].read_only);
  CHECK(list.storages[1].url.scheme == "x");
  CHECK(list.storages[2].read_only);
  CHECK(list.storages[2].attributes == std::vector<StorageAttribute>{{"layout", "flat"}});
  CHECK(list_of("").storages.empty());
  CHECK(list_of(" \t").storages.empty());
}

TEST_CASE("a property that nobody knows is noted and ignored") {
  const StorageList list = list_of("http://u:secret@h colour=blue");
  REQUIRE(list.notes.size() == 1);
  CHECK(list.notes[0] == "remote_storage: http://********@h has no property 'colour'; ignored");
}

TEST_CASE("shards stand for the star of the URL") {
  const StorageSpec spec = spec_of("http://cache-*.example/x shards=a(3),b(0.5),c");
  CHECK(spec.shards == std::vector<StorageShard>{{"a", 3}, {"b", 0.5}, {"c", 1}});
  CHECK(shard_url(spec, spec.shards[1]) == "http://cache-b.example/x");
  CHECK(spec.url.host == "cache-a.example");
  CHECK(spec_of("* shards=http://a,http://b").url.host == "a");
  CHECK(complaint_about("http://h shards=a,b") == "Missing '*' in the URL of shards 'http://h'");
  CHECK(complaint_about("http://*/* shards=a") == "More than one '*' in the URL 'http://*/*'");
  CHECK(complaint_about("x:* shards=a,") == "bad value for shards 'a,': a shard has no name");
  for (const char* weight : {"a(x)", "a(-1)", "a()", "a(1", "a(inf)"})
    CHECK(complaint_about(std::string("x:* shards=") + weight)
              .starts_with("bad value for shards '" + std::string(weight) + "'"));
  CHECK(complaint_about("*://h shards=http,https") == "shards of different schemes in '*://h'");
}

TEST_CASE("URLs that are none") {
  CHECK(complaint_about("://qwerty") == "Cannot parse URL '://qwerty': its scheme is invalid");
  CHECK(complaint_about("//qwerty") == "URL scheme must not be empty '//qwerty'");
  CHECK(complaint_about("qwerty") == "URL scheme must not be empty 'qwerty'");
  CHECK(complaint_about("read-only=true") == "URL scheme must not be empty 'read-only=true'");
  CHECK(complaint_about("http://foo@") ==
        "Cannot parse URL 'http://********@': User info defined, but host is empty");
  CHECK(complaint_about("file:foo:bar") ==
        "Cannot parse URL 'file:foo:bar': The first segment of the relative path can't contain "
        "':'");
  CHECK(complaint_about("|") == "it must provide a URL '|'");
  CHECK(complaint_about("|http://h").starts_with("it must provide a URL"));
  CHECK(complaint_about("http:") == "A host is required in 'http:'");
  CHECK(complaint_about("http:///x") == "A host is required in 'http:///x'");
  CHECK(complaint_about("http://h:port") ==
        "Cannot parse URL 'http://h:port': its port is invalid");
  CHECK(complaint_about("http://h:70000").ends_with("its port is invalid"));
  CHECK(complaint_about("http://[::1") == "Cannot parse URL 'http://[::1': its port is invalid");
  CHECK(complaint_about("x:y http:") == "A host is required in 'http:'");
}

TEST_CASE("what a scheme needs") {
  CHECK(complaint_about("http://user@h") == "Expected username:password in 'http://********@h'");
  CHECK(complaint_about("http://user:word@h") == "none");
  CHECK(complaint_about("file:/d") == "none");
  CHECK(complaint_about("file://localhost/d") == "none");
  CHECK(complaint_about("file://far/d") ==
        "invalid URL 'file://far/d': a host other than localhost is not supported");
  CHECK(parse_storage_list("file://server/share/d", PathStyle::windows));
  CHECK(complaint_about("redis+unix://far/s").starts_with("invalid URL"));
  CHECK(complaint_about("file:/d umask=9") == "bad value for umask '9': not an octal number");
  CHECK(complaint_about("file:/d @umask=002") == "none");
  CHECK(complaint_about("file:/d data-timeout=1x") ==
        "bad value for data-timeout '1x': not a duration such as 500ms, 10s, 5m or 1h");
}

TEST_CASE("the parts of a URL") {
  const auto url = parse_url("Redis+Unix://u%3a:p@[::1]:7/a/b?db=3#x");
  REQUIRE(url);
  CHECK(url->scheme == "redis+unix");
  CHECK(url->user_info == "u%3a:p");
  CHECK(url->host == "[::1]");
  CHECK(url->port == 7u);
  CHECK(url->path == "/a/b");
  CHECK(url->query == "db=3");
  CHECK(parse_url("file:///Z:/d")->path == "/Z:/d");
  CHECK(percent_decoded("a%20b%7C%zz%4") == "a b|%zz%4");
  CHECK(redacted_url("http://u:p@h/a@b") == "http://********@h/a@b");
  CHECK(redacted_url("file:/d") == "file:/d");
  CHECK(redacted_storage_list("http://u:p@h/x @bearer-token=secret read-only|file:/d") ==
        "http://********@h/x @bearer-token=******** read-only file:/d");
}

TEST_CASE("any text is refused, or means storages that can be named again") {
  const std::string_view pieces[] = {"file:/a", "http://u:longpassword@h",
                                     " ",       "|",
                                     "*",       "shards=",
                                     "a(2)",    ",",
                                     "@k=v",    "budget=1s",
                                     "x:",      "//",
                                     "%2",      "umask=",
                                     "?q#f"};
  std::uint64_t random = 1;
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (int i = 0; i < 6; ++i) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      text += pieces[(random >> 33) % std::size(pieces)];
    }
    check_storage_text(text);
  }
}

// Reading the variables and the table of attributes.
#include "helper/setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "base/text.h"
#include "sys/net.h"

namespace deja::helper {

namespace {

constexpr std::size_t most_attributes = 1000;

using Wrong = std::optional<std::string>;  // what is expected instead

struct AttributeRow {
  std::string_view key;
  Wrong (*set)(Attributes&, const std::string& value);
};

Wrong set_text(std::string& into, const std::string& value) {
  into = value;
  return std::nullopt;
}

Wrong set_flag(bool& into, const std::string& value) {
  if (value != "true" && value != "false") return "true or false";
  into = value == "true";
  return std::nullopt;
}

// "500ms", "10s"; a number alone is milliseconds, as older configurations have it.
Wrong set_milliseconds(std::chrono::milliseconds& into, const std::string& value) {
  if (const auto plain = text::parse_unsigned(value);
      plain && *plain > 0 && *plain < 1'000'000'000) {
    into = std::chrono::milliseconds(*plain);
    return std::nullopt;
  }
  const auto parsed = text::parse_duration(value);
  if (!parsed || *parsed < 1'000'000) return "a duration such as 500ms or 10s";
  into = std::chrono::milliseconds(*parsed / 1'000'000);
  return std::nullopt;
}

// An absolute path: the helper is at home nowhere.
Wrong set_file(std::string& into, const std::string& value) {
  if (!value.starts_with('/')) return "an absolute path";
  into = value;
  return std::nullopt;
}

constexpr AttributeRow attribute_table[] = {
    {"access-key-id",
     [](Attributes& all, const std::string& value) { return set_text(all.aws_keys.id, value); }},
    {"bearer-token",
     [](Attributes& all, const std::string& value) -> Wrong {
       all.bearer_token = value;
       return std::nullopt;
     }},
    {"ca", [](Attributes& all,
              const std::string& value) { return set_file(all.http.authorities, value); }},
    {"client-certificate",
     [](Attributes& all, const std::string& value) {
       return set_file(all.http.certificate, value);
     }},
    {"client-key",
     [](Attributes& all, const std::string& value) { return set_file(all.http.key, value); }},
    {"connect-timeout",
     [](Attributes& all, const std::string& value) {
       return set_milliseconds(all.http.connect_timeout, value);
     }},
    {"endpoint",
     [](Attributes& all, const std::string& value) -> Wrong {
       if (!value.starts_with("http://") && !value.starts_with("https://"))
         return "a URL of http or https";
       return set_text(all.endpoint, value);
     }},
    {"expiry",
     [](Attributes& all, const std::string& value) -> Wrong {
       const auto parsed = text::parse_duration(value);
       if (!parsed || *parsed < 0) return "a duration such as 12h or 30d";
       all.expiry = std::chrono::ceil<std::chrono::seconds>(std::chrono::nanoseconds(*parsed));
       return std::nullopt;
     }},
    {"header",
     [](Attributes& all, const std::string& value) -> Wrong {
       const std::size_t equals = value.find('=');
       if (equals == 0 || equals == std::string::npos ||
           value.find_first_of("\r\n") != std::string::npos)
         return "Name=value";
       all.headers.push_back(value.substr(0, equals) + ": " + value.substr(equals + 1));
       return std::nullopt;
     }},
    {"keep-alive", [](Attributes& all,
                      const std::string& value) { return set_flag(all.http.keep_alive, value); }},
    {"layout",
     [](Attributes& all, const std::string& value) -> Wrong {
       all.layout = layout_named(value);
       return all.layout ? Wrong() : "bazel, flat or subdirs";
     }},
    {"max-entry-size",
     [](Attributes& all, const std::string& value) -> Wrong {
       const auto size = text::parse_size(value);
       if (!size || *size == 0 || *size > std::uint64_t{1} << 30) return "a size up to 1GiB";
       all.http.most_bytes = static_cast<std::size_t>(*size);
       return std::nullopt;
     }},
    {"miss-memory",
     [](Attributes& all, const std::string& value) -> Wrong {
       const auto parsed = text::parse_duration(value);
       if (!parsed || *parsed < 0) return "a duration such as 5s";
       all.miss_memory = std::chrono::milliseconds(*parsed / 1'000'000);
       return std::nullopt;
     }},
    {"netrc-file",
     [](Attributes& all, const std::string& value) {
       all.http.netrc = true;
       return set_file(all.http.netrc_file, value);
     }},
    {"operation-timeout",
     [](Attributes& all, const std::string& value) {
       return set_milliseconds(all.http.stall_timeout, value);
     }},
    {"prefix",
     [](Attributes& all, const std::string& value) -> Wrong {
       // A blank or a control character would end memcached's command.
       for (const char c : value)
         if (c <= ' ' || c > '~') return "printable ASCII without blanks";
       return set_text(all.prefix, value);
     }},
    {"profile",
     [](Attributes& all, const std::string& value) { return set_text(all.aws_profile, value); }},
    {"proxy",
     [](Attributes& all, const std::string& value) { return set_text(all.http.proxy, value); }},
    {"region",
     [](Attributes& all, const std::string& value) { return set_text(all.aws_region, value); }},
    {"request-timeout",
     [](Attributes& all, const std::string& value) {
       return set_milliseconds(all.http.request_timeout, value);
     }},
    {"require-signature",
     [](Attributes& all, const std::string& value) {
       return set_flag(all.requires_signature, value);
     }},
    {"secret-access-key",
     [](Attributes& all, const std::string& value) {
       return set_text(all.aws_keys.secret, value);
     }},
    {"session-token",
     [](Attributes& all, const std::string& value) { return set_text(all.aws_keys.token, value); }},
    {"sign-key-file",
     [](Attributes& all, const std::string& value) { return set_file(all.sign_key_file, value); }},
    {"style",
     [](Attributes& all, const std::string& value) -> Wrong {
       if (value != "path" && value != "virtual") return "path or virtual";
       return set_text(all.style, value);
     }},
    {"unix-socket", [](Attributes& all,
                       const std::string& value) { return set_file(all.http.unix_socket, value); }},
    {"use-netrc",
     [](Attributes& all, const std::string& value) { return set_flag(all.http.netrc, value); }},
};

constexpr std::size_t most_secrets = 1024 * 1024;  // bytes

// The environment, and before it what came by a descriptor.
class Variables {
 public:
  explicit Variables(Env& env) : env_(env) {}

  std::optional<std::string> get(const std::string& name) const {
    const auto secret = secrets_.find(name);
    return secret == secrets_.end() ? env_.get(name) : secret->second;
  }

  Result<void> read_secrets(int descriptor) {
    const auto all = net::read_descriptor(descriptor, most_secrets);
    if (!all) return all.error();
    for (std::string_view one : text::split(*all, '\0')) {
      const std::size_t equals = one.find('=');
      if (equals != std::string_view::npos)
        secrets_.emplace(one.substr(0, equals), one.substr(equals + 1));
    }
    return {};
  }

 private:
  Env& env_;
  std::map<std::string, std::string> secrets_;
};

std::optional<std::uint64_t> number_of(const Variables& env, const std::string& name) {
  const auto value = env.get(name);
  return value ? text::parse_unsigned(*value) : std::nullopt;
}

std::vector<StorageAttribute> attributes_of(const Variables& env) {
  std::vector<StorageAttribute> out;
  const std::uint64_t count = number_of(env, "CRSH_NUM_ATTR").value_or(0);
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count, most_attributes); ++i)
    out.push_back({env.get(fmt::format("CRSH_ATTR_KEY_{}", i)).value_or(""),
                   env.get(fmt::format("CRSH_ATTR_VALUE_{}", i)).value_or("")});
  return out;
}

}  // namespace

Attributes read_attributes(const std::vector<StorageAttribute>& attributes,
                           std::vector<std::string>& notes) {
  Attributes out;
  for (const StorageAttribute& given : attributes) {
    const auto row =
        std::find_if(std::begin(attribute_table), std::end(attribute_table),
                     [&](const AttributeRow& known) { return known.key == given.key; });
    if (row == std::end(attribute_table)) {
      notes.push_back(fmt::format("there is no attribute '{}'; ignored", given.key));
    } else if (const Wrong wanted = row->set(out, given.value)) {
      notes.push_back(fmt::format("attribute '{}' is not {}; ignored", given.key, *wanted));
    }
  }
  return out;
}

Result<Setup> read_setup(Env& given) {
  Setup out;
  Variables env(given);
  if (const auto descriptor = number_of(env, "DEJA_SECRETS_FD"))
    if (auto read = env.read_secrets(static_cast<int>(*descriptor)); !read) return read.error();
  const auto missing = [](std::string name) {
    return Error{"start", "deja-storage",
                 name + " is not set: compiler caches start this program, nobody else"};
  };
  out.endpoint = env.get("CRSH_IPC_ENDPOINT").value_or("");
  if (out.endpoint.empty()) return missing("CRSH_IPC_ENDPOINT");
  out.url_text = env.get("CRSH_URL").value_or("");
  if (out.url_text.empty()) return missing("CRSH_URL");
  auto url = parse_url(out.url_text);
  if (!url) return url.error();
  out.url = std::move(*url);
  if (const auto fd = number_of(env, "DEJA_LISTEN_FD")) out.listen_fd = static_cast<int>(*fd);
  if (const auto idle = number_of(env, "CRSH_IDLE_TIMEOUT"))
    out.idle_timeout = std::chrono::seconds(std::min<std::uint64_t>(*idle, 100'000'000));
  out.queue = env.get("DEJA_QUEUE").value_or("");
  out.log_file = env.get("CRSH_LOGFILE").value_or("");
  out.attributes = read_attributes(attributes_of(env), out.notes);
  return out;
}

}  // namespace deja::helper

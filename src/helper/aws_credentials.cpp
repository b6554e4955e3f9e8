// AWS_… variables, ~/.aws/credentials and ~/.aws/config.
#include "helper/aws_credentials.h"

#include "base/text.h"

namespace deja::helper {

namespace {

constexpr std::uint64_t largest_file = 1024 * 1024;

std::string value_of(const std::map<std::string, std::string>& section, const std::string& key) {
  const auto found = section.find(key);
  return found == section.end() ? "" : found->second;
}

std::map<std::string, std::string> section_of_file(Fs& fs, const std::string& file,
                                                   std::string_view name) {
  std::string text;
  if (file.empty() || !fs.read(file, text, largest_file)) return {};
  return ini_section(text, name);
}

}  // namespace

std::map<std::string, std::string> ini_section(std::string_view text, std::string_view name) {
  std::map<std::string, std::string> out;
  bool is_inside = false;
  for (std::string_view line : text::split(text, '\n')) {
    line = text::trim(line);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('#') || line.starts_with(';')) continue;
    if (line.starts_with('[')) {
      is_inside = text::trim(line.substr(1, line.find(']') - 1)) == name;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (is_inside && equals != std::string_view::npos)
      out[text::lower(text::trim(line.substr(0, equals)))] = text::trim(line.substr(equals + 1));
  }
  return out;
}

AwsCredentials::AwsCredentials(System& system, AwsKeys given, std::string profile)
    : system_(system), given_(std::move(given)), profile_(std::move(profile)) {
  if (profile_.empty()) profile_ = system_.env.get("AWS_PROFILE").value_or("default");
  credentials_file_ = file_of("AWS_SHARED_CREDENTIALS_FILE", "credentials");
}

std::string AwsCredentials::file_of(const char* variable, const char* name) {
  if (const auto given = system_.env.get(variable)) return *given;
  const auto home = system_.console.home();
  return home ? *home + "/.aws/" + name : "";
}

AwsKeys AwsCredentials::keys() {
  if (!given_.id.empty()) return given_;
  const auto variable = [&](const char* name) { return system_.env.get(name).value_or(""); };
  if (AwsKeys found{variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                    variable("AWS_SESSION_TOKEN")};
      !found.id.empty() && !found.secret.empty())
    return found;

  const std::lock_guard lock(mutex_);
  const auto facts = system_.fs.stat(credentials_file_);
  if (!facts) return {};
  if (file_facts_ && file_facts_->same_content_as(*facts)) return from_file_;
  const auto section = section_of_file(system_.fs, credentials_file_, profile_);
  from_file_ = {value_of(section, "aws_access_key_id"), value_of(section, "aws_secret_access_key"),
                value_of(section, "aws_session_token")};
  file_facts_ = *facts;
  return from_file_;
}

std::string AwsCredentials::region() {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (const auto given = system_.env.get(name); given && !given->empty()) return *given;
  const std::string name = profile_ == "default" ? profile_ : "profile " + profile_;
  return value_of(section_of_file(system_.fs, file_of("AWS_CONFIG_FILE", "config"), name),
                  "region");
}

}  // namespace deja::helper

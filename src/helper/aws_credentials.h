// Where keys for S3 come from, in the order of Amazon's own tools: attributes, variables, files.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "helper/sigv4.h"
#include "sys/system.h"

namespace deja::helper {

// A file of sections "[name]" and lines "key = value".
std::map<std::string, std::string> ini_section(std::string_view text, std::string_view name);

class AwsCredentials {
 public:
  // `given` are the keys of the attributes; with an id, nothing else is looked at. `profile` is
  // the attribute, or "".
  AwsCredentials(System& system, AwsKeys given, std::string profile);

  // The keys of now: files are read again when they have changed.
  AwsKeys keys();
  // The region of variables or files; "": none says one.
  std::string region();

 private:
  std::string file_of(const char* variable, const char* name);

  System& system_;
  const AwsKeys given_;
  std::string profile_;
  std::string credentials_file_;
  std::mutex mutex_;
  AwsKeys from_file_;  // behind the mutex, as the next
  std::optional<FileFacts> file_facts_;
};

}  // namespace deja::helper

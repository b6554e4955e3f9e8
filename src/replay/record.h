// A replay record: what an earlier run of the same command line depended on, and what it left behind. Byte layout: docs/formats.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "sys/fs.h"

namespace deja {

// Something a replay depends on. `facts` of a path that must be as it was; a path that must still be absent; a directory in which no name may have come or gone.
struct ReplayDependency {
  enum class Kind : std::uint8_t { file, absent, directory } kind = Kind::file;
  std::string path;
  FileFacts facts;
};

struct ReplayOutput {
  std::string path;  // relative to the working directory or absolute
  std::string bytes; // inline; empty when it comes from the result entry
  bool from_entry = false;
  std::uint8_t part = 0;  // in the result entry
  std::uint64_t size = 0;
};

struct ReplayRecord {
  std::vector<ReplayDependency> dependencies;
  std::vector<ReplayOutput> outputs;
  std::string out, err;           // streams, stderr as this caller would see it
  std::string result_file;        // absolute path of the result entry, "" when all is inline
  std::vector<std::string> log_lines;  // what to tell the log on a replay
};

}  // namespace deja

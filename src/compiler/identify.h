// Which compiler is meant: the program on PATH, its family, and the directories it searches by
// itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/invocation.h"
#include "config/config.h"
#include "sys/system.h"

namespace deja {

// A name that was looked at on the way to the compiler.
struct Candidate {
  std::string path;
  std::optional<FileFacts> facts;  // nullopt: nothing is there
};

struct FoundCompiler {
  std::string path;  // what is run: the PATH entry joined with the name, or the word as typed when
                     // it holds a separator
  std::string real_path;  // links resolved
  FileFacts facts;        // of what the links lead to
  Family family = Family::gcc;
  CompilerType type = CompilerType::gcc;  // as --show-config would name it
  bool is_cpp_driver = false;
  std::vector<Candidate> passed_over;  // in order; what stands there must stay as it is
  bool passed_over_cache = false;  // deja itself, or another compiler cache, stands in one of them
};

// Finds `name` along config.path or $PATH, skipping every candidate that is deja itself (same file,
// or a link to it). Error: not found. Error with Cause::exists: the only candidate is deja itself
// (a recursive call).
Result<FoundCompiler> find_compiler(System& system, const Config& config, const std::string& name);

// The command that prints a driver's built-in include directories (`-E -v` on an empty file) for
// these options, and its reader.
std::vector<std::string> search_query_words(const Invocation& invocation);
std::vector<std::string> parse_search_directories(std::string_view verbose_text);

// The words of `-###` for native architectures: every -march=, -mcpu=, -mtune=, -m… that the driver
// resolved, joined; empty when not found.
std::string parse_resolved_native(std::string_view driver_text);

}  // namespace deja

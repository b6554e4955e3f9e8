// What an observed compile read, asked for and made, beyond what its keys tell.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "inputs/conditions.h"
#include "wrap/compile.h"
#include "wrap/header_search.h"
#include "wrap/session.h"

namespace deja {

// Whether this session's compiles are observed, as far as that is known before one is.
bool may_observe(System& system, const Config& config, const FoundCompiler& compiler);

// Where the caller has what others have elsewhere.
Places places_of(const Session& session);

struct Observation {
  std::vector<Condition> conditions;
  std::vector<std::string> data;  // files below no toolchain that were read and are no headers, as
                                  // manifests name them
  std::vector<std::string> side_files;  // made besides the outputs, named after them
};

// Whether `call` may make a file of this name besides its outputs: beside object or source, and
// named after one of them, or as a word of the command names it. No entry's name is taken without
// this question.
bool is_side_file(const Session& session, const Invocation& call, std::string_view name);

// After a compile that was observed in full. `headers`: what is known to have been included. A
// Reason: its result must not be stored.
std::variant<Observation, Reason> judge(const Session& session, const Invocation& call,
                                        HeaderSearch& search,
                                        const std::vector<std::string>& headers,
                                        const Compiled& compiled);

}  // namespace deja

// Running the real compiler on a miss and packing what it leaves behind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/entry.h"
#include "wrap/session.h"

namespace deja {

inline constexpr std::uint64_t largest_output = std::uint64_t{2} << 30;  // bytes; larger ones are
                                                                         // not worth keeping

struct Compiled {
  Finished finished;
  // Depend mode: what the dependency file (or /showIncludes) names, without the source; nullopt
  // when that is not known.
  std::optional<std::vector<std::string>> headers;
  std::string own_depfile;    // that deja asked for, for itself; gone by now
  std::vector<NameUse> uses;  // of all that it started, where `unobserved` is empty
  std::string unobserved;     // why it was not observed, or not in full
};

// What deja may add to the command line.
enum class Ask : unsigned char { nothing_more, dependencies };

// Compiles with the caller's own command line (rewritten below base_dir only) and passes stdout and
// stderr on to the caller. Error: the compiler could not be started.
Result<Compiled> compile(const Session& session, const Invocation& call, Ask ask);

// The outputs that `call` left behind and the streams. Bypass: no object, an empty one, or one that
// cannot be read.
std::variant<Entry, Bypass> collect(const Session& session, const Invocation& call,
                                    const Finished& finished);

}  // namespace deja

// The programs a driver runs besides itself, where somebody could put others: the assembler on
// PATH, everything below -B.
#pragma once

#include <string>
#include <vector>

#include "wrap/session.h"

namespace deja {

struct OtherProgram {
  std::string path;
  bool exists = false;
  FileFacts facts;  // where it exists
};

// Every place where the driver would look for them, in its order, as far as a name is found; each
// stat'ed once a run. The driver's own folders are left out: what lies there belongs to the
// compiler.
std::vector<OtherProgram> other_programs(const Session& session, const Invocation& call);

}  // namespace deja

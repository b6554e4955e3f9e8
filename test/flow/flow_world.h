// A world with a pretend gcc: its object is the text it read, so that a wrong object is seen at
// once.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/outcome.h"
#include "fake/fake_system.h"
#include "wrap/wrap.h"

namespace deja {

// What the caller of a compile sees.
struct Seen {
  int exit_code = 0;
  std::string object, depfile, out, err;
  bool operator==(const Seen&) const = default;
};

// For the message of a failed check.
inline doctest::String toString(const Seen& seen) {
  const std::string text = "exit code " + std::to_string(seen.exit_code) +
                           "\nobject: " + seen.object + "\ndepfile: " + seen.depfile +
                           "\nout: " + seen.out + "\nerr: " + seen.err + "\n";
  return text.c_str();
}

class FlowWorld : public FakeSystem {
 public:
  FlowWorld();

  // Runs `gcc words…` through deja in /src and tells what its caller saw; outputs of an earlier run
  // are taken away first.
  Seen through_deja(const std::vector<std::string>& words);
  // The same without deja.
  Seen bare(const std::vector<std::string>& words);
  // Counter of the cache's statistics.
  std::int64_t count_of(Outcome outcome);
  // A day passes: every file is old enough to be trusted.
  void let_files_grow_old();

  int compiles = 0;      // times the pretend compiler really compiled
  int preprocesses = 0;  // times it preprocessed

 private:
  Seen seen(int exit_code);
  void clear_outputs();
  Finished gcc(const Command& command);
  std::string look_at(NameUse::Kind kind, const std::string& name);
  std::string beyond_the_text(const std::string& source);
};

}  // namespace deja

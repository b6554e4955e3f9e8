// "-pipe": gcc's compiler proper and the assembler side by side, where nobody can tell the
// difference.
#pragma once

#include <string>
#include <vector>

#include "wrap/session.h"

namespace deja {

// A small compile takes 0.81 to 0.88 of its time with "-pipe" (measured), and the object is the
// same. What differs is failure: the assembler begins its object at once, leaves it behind when the
// compiler proper is killed, and speaks of text that was cut short. So the object is made under a
// name of deja's own, beside the caller's, and gets that name when it is whole.
class Pipe {
 public:
  // Decides for this compile.
  Pipe(const Session& session, const Invocation& call);

  // `arguments`, with the option and the other name where they are of use.
  std::vector<std::string> with(std::vector<std::string> arguments);
  // After the run: gives the object its name, or takes it away. True: run it again without the
  // option, for the assembler spoke, and only then is known what it would have said, and whether it
  // would have run at all.
  bool must_repeat(const Finished& finished);

 private:
  const Session& session_;
  const Invocation& call_;
  std::string object_;  // "" where the option is not used
};

}  // namespace deja

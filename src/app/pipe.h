// "-pipe": gcc's compiler proper and the assembler side by side, where nobody can tell the difference.
#pragma once

#include <optional>
#include <string>

#include "app/session.h"

namespace deja {

// A small compile takes 0.81 to 0.88 of its time with "-pipe" (measured), and the object is the same. What differs is failure: the
// assembler takes the object's name at once and speaks of text that was cut short. Both are undone here.
class Pipe {
 public:
  // Decides for this compile, and keeps an earlier object in memory.
  Pipe(const Session& session, const Invocation& call);

  // "-pipe", or "" where it stays away.
  std::string option() const { return used_ ? "-pipe" : ""; }
  // After a compile that failed: puts an earlier object back. True: run it again without the option, for the assembler spoke, and only
  // then is known what it would have said, and whether it would have run at all.
  bool must_repeat(const Finished& failed);

 private:
  struct Earlier {
    std::string bytes;
    FileFacts facts;
  };
  // False: what has the object's name could not be put back as it was.
  bool keep_earlier();
  void put_back();

  const Session& session_;
  const Invocation& call_;
  std::optional<Earlier> earlier_;
  bool used_ = false;
};

}  // namespace deja

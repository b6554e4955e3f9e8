// Running the preprocessor and turning its text into a key.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "compiler/preprocessed.h"
#include "wrap/session.h"

namespace deja {

struct Preprocessed {
  Digest key;                      // of the result in preprocessor mode
  std::vector<std::string> files;  // headers named by the text, without the source itself
  // A #line names a file that is not there (a generated parser's grammar). Should it appear,
  // messages and debug information may tell of it.
  bool names_absent_file = false;
  bool hides_data = false;  // it brings in data that only an observer of the compile sees
};

// Streams the text from the compiler's pipe (or, for preprocessed sources, from the file) into the
// hash; it is never held whole. Bypass when the preprocessor fails or the text says that it is not
// the whole story.
// `common`: key of what the text does not show. `precompiled`: headers that gcc may read instead of
// others without being told to.
std::variant<Preprocessed, Bypass> preprocess(const Session& session, const Invocation& call,
                                              const Digest& common,
                                              const std::vector<std::string>& precompiled);

}  // namespace deja

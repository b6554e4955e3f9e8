// cl and clang-cl.
#include "compiler/readers.h"

namespace deja {

Understood understand_cl(Fs&, const Config&, const UnderstandInput&) {
  return Bypass{Outcome::unsupported_compiler_option, "this compiler's options are not known"};
}

}  // namespace deja

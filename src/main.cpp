// deja: a compiler cache. The first word decides: an option of deja's own, or a compiler to wrap.
#include <string>
#include <vector>

#include "app/manage.h"
#include "app/wrap.h"
#include "base/path.h"
#include "base/text.h"
#include "sys/system.h"

namespace {

// "deja", "deja.exe", "/x/deja-1.0": called by its own name; anything else is a link named like a compiler.
bool is_own_name(std::string_view word) {
  const std::string name = deja::text::lower(deja::path::file_name(word));
  return name.starts_with("deja");
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words = deja::native_arguments(argc, argv);
  deja::System& system = deja::native_system();
  if (words.empty() || !is_own_name(words[0])) return deja::wrap(system, std::move(words));
  words.erase(words.begin());
  const bool own_option = words.empty() || words[0].starts_with('-');
  return own_option ? deja::manage(system, words) : deja::wrap(system, std::move(words));
}

#include "config/companion.h"

#include "base/path.h"
#include "base/text.h"

namespace deja {

Result<std::string> find_companion(System& system, const Config& config, std::string_view name) {
  std::vector<std::string> directories = config.libexec_dirs;
  if (const auto own = system.processes.own_path()) {
    const std::string beside(path::directory(*own));
    directories.push_back(beside);
    directories.push_back(path::join(std::string(path::directory(beside)), "libexec/deja"));
  }
  const std::string searched = text::join(directories, ", ");
  for (std::string& directory : path::search_path(system.env.get("PATH").value_or("")))
    directories.push_back(std::move(directory));
  const std::string file = std::string(name).append(path::program_suffix());
  for (const std::string& directory : directories) {
    std::string candidate = path::join(directory, file);
    const auto facts = system.fs.stat(candidate);
    if (facts && facts->kind == FileKind::regular) return candidate;
  }
  return Error{"find", file, "it is not in " + searched + " or on PATH", Cause::not_found};
}

}  // namespace deja

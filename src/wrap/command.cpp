// The real compiler as a command.
#include "wrap/command.h"

#include "base/text.h"

namespace deja {

Result<Command> compiler_command(System& system, const Config& config,
                                 const FoundCompiler& compiler, const std::string& typed,
                                 const std::string& prefix,
                                 const std::vector<std::string>& arguments) {
  Command out{compiler.path, {}, {{"CCACHE_DISABLE", "1"}}};
  for (std::string_view word : text::words(prefix)) out.argv.emplace_back(word);
  if (!out.argv.empty()) {
    const auto found = find_compiler(system, config, out.argv.front());
    if (!found) return found.error();
    out.program = found->path;
    out.argv.push_back(compiler.path);
  } else {
    // Drivers look argv[0] up on PATH again to find their other programs, and must not find deja's
    // own link there.
    out.argv.push_back(compiler.passed_over_cache ? compiler.path : typed);
  }
  out.argv.insert(out.argv.end(), arguments.begin(), arguments.end());
  return out;
}

}  // namespace deja

// --help, --version and what else only prints a text.
#include <fmt/format.h>

#include "manage/manage_actions.h"
#include "manage/texts.h"
#include "remote/helper_store.h"

namespace deja {

Result<void> show_help(Management& run, const std::string&) {
  run.print(help_text(painter_for(run.system)));
  return {};
}

Result<void> show_version(Management& run, const std::string&) {
  run.print("ccache version 4.13 (the interface; this is deja " DEJA_VERSION
            ")\n"
            "A compiler cache that takes ccache's place.\n");
  return {};
}

Result<void> print_version(Management& run, const std::string&) {
  run.print(DEJA_VERSION "\n");
  return {};
}

Result<void> print_man_page(Management& run, const std::string&) {
  run.print(man_page());
  return {};
}

Result<void> print_completion(Management& run, const std::string& shell) {
  const auto script = completion_script(shell);
  if (!script) return Error{"no completion for the shell", shell, "there is bash, zsh and fish"};
  run.print(*script);
  return {};
}

Result<void> stop_storage_helpers(Management& run, const std::string&) {
  const auto loaded = run.config();
  if (!loaded) return loaded.error();
  const Config& config = (*loaded)->config;
  const auto list = parse_storage_list(config.remote_storage);
  if (!list) return list.error();
  unsigned stopped = 0;
  for (const StorageSpec& spec : list->storages)
    stopped += stop_helpers(run.system, {config.libexec_dirs, config.temporary_dir}, spec);
  run.print(stopped == 0 ? "No storage helpers are running\n"
                         : fmt::format("Stopped storage helpers: {}\n", stopped));
  return {};
}

}  // namespace deja

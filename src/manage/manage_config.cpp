// --show-config, --get-config, --set-config and the two limits that have an option of their own.
#include <fmt/format.h>

#include <array>

#include "base/path.h"
#include "base/text.h"
#include "config/options.h"
#include "config/syntax.h"
#include "manage/manage_actions.h"

namespace deja {

namespace {

constexpr std::uint64_t largest_file = 1 << 20;  // bytes, as in reading

Error unknown_key(const std::string& key) {
  return Error{"no configuration key", key, "deja --show-config lists them all"};
}

// Replaces `file` in one step; what a link leads to is replaced, and the file keeps its mode.
Result<void> replace_file(System& system, const std::string& file, std::string_view text) {
  const std::string target = system.fs.real_path(file).value_or(file);
  const std::string folder(path::directory(target));
  if (auto made = system.fs.make_directories(folder); !made) return made;
  const auto facts = system.fs.stat(target);
  const unsigned mask = system.console.get_umask();
  if (facts && facts->mode != 0) system.console.set_umask(~facts->mode & 0777);
  const std::string temporary = system.fs.temporary_name(folder, "ccache.conf");
  Result<void> written = system.fs.create(temporary, std::array{text});
  system.console.set_umask(mask);
  if (!written) return written;
  written = system.fs.rename(temporary, target, Overwrite::yes);
  if (!written) static_cast<void>(system.fs.remove(temporary));
  return written;
}

Result<void> check_value(Management& run, const Option& option, const std::string& value) {
  const auto bad = [&](std::string_view why) {
    return Error{fmt::format("bad value for {}", option.key), value, std::string(why)};
  };
  if (value.find_first_of("\r\n") != std::string::npos) return bad("it has more than one line");
  const auto expanded =
      expand_variables(value, [&](const std::string& name) { return run.system.env.get(name); });
  if (!expanded) return bad(expanded.error().reason);
  Config scratch;
  if (const auto complaint = set_option(option, scratch, *expanded)) return bad(*complaint);
  return {};
}

// A stronger source that hides what was just set deserves a word.
void warn_if_hidden(Management& run, std::size_t row, const std::string& file) {
  const auto loaded = run.config();
  if (!loaded || run.flags.dry_run) return;
  const std::string& origin = (*loaded)->origins[row];
  if (origin == file || origin == "default") return;
  run.system.console.write_err(
      fmt::format("deja: note: {} is also set by: {}, which wins\n", options()[row].key, origin));
}

Result<void> set_key(Management& run, const std::string& key, const std::string& value) {
  const auto row = option_of_key(key);
  if (!row) return unknown_key(key);
  if (auto valid = check_value(run, options()[*row], value); !valid) return valid;
  const std::string file = config_path_of(run.system);
  if (file.empty())
    return Error{"find the configuration file", "",
                 "there is no home directory; set CCACHE_DIR or CCACHE_CONFIGPATH"};
  std::string text;
  const auto facts = run.system.fs.read(file, text, largest_file);
  if (!facts && facts.error().cause != Cause::not_found) return facts.error();
  const CacheUmask for_the_cache(run);
  if (auto replaced = replace_file(run.system, file, with_setting(text, key, value)); !replaced)
    return replaced;
  run.forget_config();
  run.print(fmt::format("{} {} = {} in {}\n", run.done("Set", "set"), key, value, file));
  warn_if_hidden(run, *row, file);
  return {};
}

}  // namespace

Result<void> show_config(Management& run, const std::string&) {
  const auto loaded = run.config();
  if (!loaded) return loaded.error();
  std::string out;
  for (std::size_t i = 0; i < options().size(); ++i)
    out += fmt::format("({}) {} = {}\n", (*loaded)->origins[i], options()[i].key,
                       show_option(options()[i], (*loaded)->config));
  run.print(out);
  return {};
}

Result<void> get_config(Management& run, const std::string& key) {
  const auto row = option_of_key(key);
  if (!row) return unknown_key(key);
  const auto loaded = run.config();
  if (!loaded) return loaded.error();
  run.print(show_option(options()[*row], (*loaded)->config) + "\n");
  return {};
}

Result<void> set_config(Management& run, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos) return Error{"set", assignment, "expected KEY=VALUE"};
  const auto trimmed = [](std::string_view text) { return std::string(text::trim(text)); };
  return set_key(run, trimmed(std::string_view(assignment).substr(0, equals)),
                 trimmed(std::string_view(assignment).substr(equals + 1)));
}

Result<void> set_max_size(Management& run, const std::string& size) {
  return set_key(run, "max_size", size);
}

Result<void> set_max_files(Management& run, const std::string& number) {
  return set_key(run, "max_files", number);
}

}  // namespace deja

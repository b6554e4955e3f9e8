// What the options ask for, carried out in the order given.
#include "manage/manage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "base/text.h"
#include "manage/arguments.h"
#include "manage/dry_fs.h"
#include "manage/manage_actions.h"
#include "manage/texts.h"

namespace deja {

namespace {

Result<ManageFlags> read_flags(const AskedList& asked) {
  ManageFlags flags;
  flags.verbosity =
      static_cast<int>(std::count_if(asked.begin(), asked.end(), [](const Asked& one) {
        return one.option->long_name() == "--verbose";
      }));
  flags.dry_run = value_of(asked, "--dry-run").has_value();
  flags.evict_namespace = value_of(asked, "--evict-namespace");
  flags.evicts_by_age = value_of(asked, "--evict-older-than").has_value();
  flags.trim_recompress = value_of(asked, "--trim-recompress");
  const auto bad = [](const char* option, const std::string& value, const char* expected) {
    return Error{fmt::format("bad value for {}", option), value, expected};
  };
  flags.threads = std::max(1u, std::thread::hardware_concurrency());
  if (const auto threads = value_of(asked, "--threads")) {
    const auto number = text::parse_unsigned(*threads);
    if (!number || *number == 0 || *number > 1024)
      return bad("--threads", *threads, "not a whole number from 1 to 1024");
    flags.threads = static_cast<unsigned>(*number);
  }
  if (const auto format = value_of(asked, "--format")) {
    if (*format != "tab" && *format != "json") return bad("--format", *format, "not tab or json");
    flags.json = *format == "json";
  }
  if (const auto size = value_of(asked, "--trim-max-size")) {
    flags.trim_size = text::parse_size(*size);
    if (!flags.trim_size)
      return bad("--trim-max-size", *size, "not a size such as 500M, 5GiB or 0");
  }
  if (const auto method = value_of(asked, "--trim-method")) {
    if (*method != "atime" && *method != "mtime")
      return bad("--trim-method", *method, "not atime or mtime");
    flags.trim_by_mtime = *method == "mtime";
  }
  return flags;
}

// The environment with some variables set anew: what -d and --config-path stand for.
class OverlaidEnv final : public Env {
 public:
  explicit OverlaidEnv(Env& inner) : inner_(inner) {}
  void set(const std::string& name, std::string value) { changed_[name] = std::move(value); }

  std::optional<std::string> get(const std::string& name) override {
    const auto found = changed_.find(name);
    return found != changed_.end() ? std::optional(found->second) : inner_.get(name);
  }
  std::vector<std::string> all() override {
    std::vector<std::string> out = inner_.all();
    std::erase_if(out, [&](const std::string& entry) {
      return changed_.contains(entry.substr(0, entry.find('=')));
    });
    for (const auto& [name, value] : changed_) out.push_back(name + "=" + value);
    return out;
  }

 private:
  Env& inner_;
  std::map<std::string, std::string> changed_;
};

Result<void> carry_out(System& outside, const AskedList& asked) {
  const auto flags = read_flags(asked);
  if (!flags) return flags.error();
  OverlaidEnv env(outside.env);
  if (const auto dir = value_of(asked, "--dir")) env.set("CCACHE_DIR", *dir);
  if (const auto file = value_of(asked, "--config-path")) env.set("CCACHE_CONFIGPATH", *file);
  DryFs dry(outside.fs);
  System system{flags->dry_run ? static_cast<Fs&>(dry) : outside.fs, outside.processes,
                outside.clock, env, outside.console, outside.channels};
  Management run(system, *flags);
  const bool acts = std::any_of(asked.begin(), asked.end(),
                                [](const Asked& one) { return one.option->action != nullptr; });
  if (!acts)
    return Error{"nothing to do", asked.empty() ? "" : std::string(asked[0].option->long_name()),
                 "it only changes how other options work"};
  for (const Asked& one : asked)
    if (one.option->action)
      if (auto done = one.option->action(run, one.value); !done) return done;
  return {};
}

}  // namespace

Result<const LoadedConfig*> Management::config() {
  if (!config_) {
    auto loaded = load_config(system, {});
    if (!loaded) return loaded.error();
    config_ = std::move(*loaded);
  }
  return &*config_;
}

CacheUmask::CacheUmask(Management& run)
    : console_(run.system.console), before_(console_.get_umask()) {
  const auto loaded = run.config();
  if (loaded && (*loaded)->config.umask) console_.set_umask(*(*loaded)->config.umask);
}

std::string Management::done(std::string_view past, std::string_view infinitive) const {
  return flags.dry_run ? fmt::format("Would {}", infinitive) : std::string(past);
}

int manage(System& system, const std::vector<std::string>& words) {
  if (words.empty()) {
    system.console.write_err(help_text(Painter(false)));
    return 1;
  }
  try {
    const auto asked = read_arguments(words);
    const auto done = asked ? carry_out(system, *asked) : Result<void>(asked.error());
    if (done) return 0;
    system.console.write_err(fmt::format("deja: error: {}\n", done.error().text()));
  } catch (const std::exception& error) {  // no memory, no thread
    system.console.write_err(fmt::format("deja: error: {}\n", error.what()));
  }
  return 1;
}

}  // namespace deja

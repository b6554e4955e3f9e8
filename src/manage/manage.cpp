// The command line of deja itself: ONE table of options, read, shown by --help, carried out in the
// order given.
#include "manage/manage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <thread>

#include "base/path.h"
#include "base/text.h"
#include "manage/dry_fs.h"
#include "manage/manage_actions.h"
#include "manage/tables.h"

namespace deja {

namespace {

Result<void> show_help(Management& run, const std::string&);

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

Result<void> stop_storage_helpers(Management&, const std::string&) {
  return Error{"stop storage helpers", "", "not available yet; this version starts none"};
}

enum class Section : unsigned char { common, storage, scripts };

struct ManageOption {
  std::string_view names;  // "-c,--cleanup" or "--trim-dir"
  std::string_view value;  // what its value is called; "" for none
  Section section;
  std::string_view doc;
  ManageAction action = nullptr;  // nullptr: it changes how others work

  // With its dashes.
  constexpr std::string_view long_name() const { return names.substr(names.find("--")); }
};

using enum Section;

constexpr ManageOption manage_options[] = {
    {"-s,--show-stats", "", common, "Show what the cache did and holds (-sv, -svv: more of it)",
     show_stats},
    {"-p,--show-config", "", common,
     "Show every configuration key, its value and where that comes from", show_config},
    {"-o,--set-config", "KEY=VALUE", common, "Set a key in the cache's configuration file",
     set_config},
    {"-M,--max-size", "SIZE", common,
     "Set max_size there: 500MB, 20GiB; a bare number is GiB, 0 no limit", set_max_size},
    {"-F,--max-files", "NUMBER", common, "Set max_files there; 0 is no limit", set_max_files},
    {"-c,--cleanup", "", common, "Remove what is over the limits now, and recount", cleanup_cache},
    {"-C,--clear", "", common, "Remove every entry; the configuration stays", clear_cache},
    {"-z,--zero-stats", "", common, "Set the statistics to zero", zero_stats},
    {"--evict-older-than", "AGE", common,
     "Remove what was not used for AGE: 10d, 12h, 30m, 90s, 500ms", evict_by_age},
    {"--evict-namespace", "NAME", common,
     "Remove what belongs to a namespace; with --evict-older-than, the old of it",
     evict_by_namespace},
    {"-X,--recompress", "LEVEL", common,
     "Store all results at this zstd level, or \"uncompressed\"", recompress_cache},
    {"-x,--show-compression", "", common, "Show how well the cache is compressed (reads all of it)",
     show_compression},
    {"--show-log-stats", "", common, "Show the statistics log (CCACHE_STATSLOG) as -s does",
     show_log_stats},
    {"-d,--dir", "PATH", common, "Work on this cache directory, as with CCACHE_DIR=PATH"},
    {"--config-path", "PATH", common,
     "Work on this configuration file, as with CCACHE_CONFIGPATH=PATH"},
    {"--dry-run", "", common, "Change nothing; say what would be done"},
    {"--threads", "NUMBER", common, "Use so many threads; without, one a processor"},
    {"-v,--verbose", "", common, "Show more; twice for all"},
    {"--stop-storage-helpers", "", common,
     "Stop helper programs of remote storage (not available yet)", stop_storage_helpers},
    {"-h,--help", "", common, "Show this text", show_help},
    {"-V,--version", "", common, "Show the version", show_version},

    {"--trim-dir", "PATH", storage,
     "Remove the least recently used files of a folder until it fits", trim_directory},
    {"--trim-max-size", "SIZE", storage, "The size to trim to"},
    {"--trim-method", "METHOD", storage,
     "What tells the last use: atime (as without this option) or mtime"},
    {"--trim-recompress", "LEVEL", storage, "Recompress what is kept (not available yet)"},

    {"-k,--get-config", "KEY", scripts, "Print the value of one key", get_config},
    {"--print-stats", "", scripts, "Print all statistics, an id and a number a line", print_stats},
    {"--print-log-stats", "", scripts, "Print the sums of the statistics log in the same form",
     print_log_stats},
    {"--format", "FORMAT", scripts, "Form of these two: tab (as without this option) or json"},
    {"--print-version", "", scripts, "Print the version number alone", print_version},
    {"--inspect", "PATH", scripts, "Describe a result or manifest file of the cache", inspect_file},
    {"--extract-result", "PATH", scripts,
     "Write the outputs of a result file to ccache-result.* files here", extract_result},
    {"--checksum-file", "PATH", scripts, "Print the 128-bit XXH3 checksum of a file",
     checksum_file},
    {"--hash-file", "PATH", scripts, "Print the digest by which deja knows a file's content",
     checksum_file},
};

// --- help
// ------------------------------------------------------------------------------------------------------

constexpr std::string_view usage =
    "deja remembers what compilers made, and serves it when the same is asked for again.\n"
    "\n"
    "Usage:\n"
    "  deja [KEY=VALUE ...] COMPILER [ARGUMENTS ...]   compile through the cache\n"
    "  COMPILER [ARGUMENTS ...]                        the same, where COMPILER is a link to deja\n"
    "  deja OPTIONS                                    look after the cache; several are done in "
    "order\n";

constexpr std::string_view closing =
    "\n"
    "Examples:\n"
    "  deja gcc -c hello.c                     compile; a second time it comes from the cache\n"
    "  cmake -DCMAKE_CXX_COMPILER_LAUNCHER=deja -DCMAKE_C_COMPILER_LAUNCHER=deja ...\n"
    "  deja -M 20GiB -s                        set the size limit, then show the statistics\n"
    "  deja -z; make; deja -s                  what one build got from the cache\n"
    "  deja debug=true gcc -c hello.c          leave files that explain a hit or a miss\n"
    "\n"
    "Every configuration key is an environment variable too: CCACHE_DIR, CCACHE_LOGFILE, "
    "CCACHE_DISABLE=1, ...\n"
    "deja -p lists the keys, docs/options.md explains them.\n";

// "  -c, --cleanup            Remove ...", the long names below each other.
std::string help_line(const ManageOption& option) {
  static constexpr std::size_t column = 32;
  const bool has_letter = option.names.size() > option.long_name().size();
  std::string line = fmt::format(
      "  {:<4}{}", has_letter ? std::string{'-', option.names[1], ','} : "", option.long_name());
  if (!option.value.empty()) line += fmt::format(" {}", option.value);
  line.resize(std::max(line.size() + 1, column), ' ');
  return fmt::format("{}{}\n", line, option.doc);
}

std::string help_text(const Painter& paint) {
  static constexpr std::string_view titles[] = {
      "Options:", "Folders of file storage (not the local cache):",
      "For scripts and for looking inside:"};
  std::string out(usage);
  for (const Section section : {common, storage, scripts}) {
    out += "\n" + paint(Paint::heading, titles[static_cast<std::size_t>(section)]) + "\n";
    for (const ManageOption& option : manage_options)
      if (option.section == section) out += help_line(option);
  }
  return out.append(closing);
}

Result<void> show_help(Management& run, const std::string&) {
  run.print(help_text(painter_for(run.system)));
  return {};
}

// --- reading the command line
// ----------------------------------------------------------------------------------

struct Asked {
  const ManageOption* option;
  std::string value;
};

// In the order of the command line.
using AskedList = std::vector<Asked>;

Error unknown_option(std::string_view name) {
  return Error{"unknown option", std::string(name), "deja --help shows the options"};
}

Result<const ManageOption*> option_of_letter(char letter) {
  for (const ManageOption& row : manage_options)
    if (row.names.starts_with(std::string{'-', letter, ','})) return &row;
  return unknown_option(std::string{'-', letter});
}

// `name` with its dashes, or a beginning that only one option has, as getopt_long takes it.
Result<const ManageOption*> option_of_name(std::string_view name) {
  const ManageOption* found = nullptr;
  for (const ManageOption& row : manage_options) {
    const std::string_view whole = row.long_name();
    if (whole == name) return &row;
    if (!whole.starts_with(name)) continue;
    if (found != nullptr)
      return Error{"ambiguous option", std::string(name),
                   fmt::format("{} or {}", found->long_name(), whole)};
    found = &row;
  }
  if (found == nullptr) return unknown_option(name);
  return found;
}

// The words of a command line, taken one after the other.
class WordReader {
 public:
  explicit WordReader(const std::vector<std::string>& words) : rest_(words) {}

  Result<AskedList> read() {
    while (!rest_.empty()) {
      const std::string_view word = take();
      if (!word.starts_with('-') || word.size() == 1)
        return Error{"unexpected word", std::string(word), "deja --help shows the options"};
      if (auto done = word[1] == '-' ? read_name(word) : read_letters(word.substr(1)); !done)
        return done.error();
    }
    return std::move(asked_);
  }

 private:
  std::string_view take() {
    const std::string_view word = rest_.front();
    rest_ = rest_.subspan(1);
    return word;
  }

  // "--max-size=2G", "--max-size 2G"
  Result<void> read_name(std::string_view word) {
    const std::size_t equals = word.find('=');
    const auto option = option_of_name(word.substr(0, equals));
    if (!option) return option.error();
    return add(**option, equals == std::string_view::npos ? std::nullopt
                                                          : std::optional(word.substr(equals + 1)));
  }

  // "sv" as -s -v; "M2G" and "M", "2G" as -M 2G
  Result<void> read_letters(std::string_view letters) {
    for (std::size_t at = 0; at < letters.size(); ++at) {
      const auto option = option_of_letter(letters[at]);
      if (!option) return option.error();
      const std::string_view behind = letters.substr(at + 1);
      if (!(*option)->value.empty())
        return add(**option, behind.empty() ? std::nullopt : std::optional(behind));
      if (auto added = add(**option, std::nullopt); !added) return added;
    }
    return {};
  }

  Result<void> add(const ManageOption& option, std::optional<std::string_view> value) {
    if (option.value.empty() && value)
      return Error{"no value is taken by", std::string(option.long_name()), ""};
    if (!option.value.empty() && !value) {
      if (rest_.empty())
        return Error{"a value is missing after", std::string(option.long_name()), ""};
      value = take();
    }
    asked_.push_back({&option, std::string(value.value_or(""))});
    return {};
  }

  std::span<const std::string> rest_;
  AskedList asked_;
};

// The last value given for `name`, such as "--threads".
std::optional<std::string> value_of(const AskedList& asked, std::string_view name) {
  for (auto it = asked.rbegin(); it != asked.rend(); ++it)
    if (it->option->long_name() == name) return it->value;
  return std::nullopt;
}

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
                outside.clock, env, outside.console};
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

// --- what the actions share
// ------------------------------------------------------------------------------------

Result<const LoadedConfig*> Management::config() {
  if (!config_) {
    auto loaded = load_config(system, {});
    if (!loaded) return loaded.error();
    config_ = std::move(*loaded);
  }
  return &*config_;
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
    const auto asked = WordReader(words).read();
    const auto done = asked ? carry_out(system, *asked) : Result<void>(asked.error());
    if (done) return 0;
    system.console.write_err(fmt::format("deja: error: {}\n", done.error().text()));
  } catch (const std::exception& error) {  // no memory, no thread
    system.console.write_err(fmt::format("deja: error: {}\n", error.what()));
  }
  return 1;
}

}  // namespace deja

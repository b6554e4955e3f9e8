// Loading the configuration. Files are read once and never stat'ed apart; what decides comes from
// the open file.
#include "config/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/options.h"
#include "config/places.h"
#include "config/syntax.h"

namespace deja {

namespace {

constexpr std::uint64_t largest_file = 1 << 20;  // bytes; nobody writes a longer one
constexpr std::string_view prefix = "CCACHE_";
constexpr std::string_view own_prefix = "DEJA_";
constexpr std::string_view from_environment = "environment";
constexpr std::string_view from_command_line = "command line";
constexpr std::string_view from_default = "default";

Error bad_value(const std::string& where, std::string_view key, std::string_view value,
                std::string_view complaint) {
  return Error{fmt::format("{}: bad value for {}", where, key), std::string(value),
               std::string(complaint)};
}

struct FileText {
  std::string path;
  std::string text;
  FileFacts facts;
};

// Where the search upward ends. Names are compared as they are spelled and as the links in them
// lead: a working directory that was reached through a link may have a ceiling above its real place
// only.
class Ceilings {
 public:
  Ceilings(Fs& fs, const Strings& named, const std::string& start, PathStyle style)
      : fs_(fs), style_(style), all_(named) {
    for (const std::string& ceiling : named)
      if (std::string real = real_of(ceiling); real != ceiling) all_.push_back(std::move(real));
    start_is_real_ = real_of(start) == start;
  }

  // Whether `directory` is a ceiling.
  bool hold(const std::string& directory) const {
    const std::string real = real_place(directory);
    return std::any_of(all_.begin(), all_.end(), [&](const std::string& ceiling) {
      return is_same(directory, ceiling) || is_same(real, ceiling);
    });
  }

  // Whether a ceiling lies between the two: `from` is below it, `to` is not.
  bool part(const std::string& from, const std::string& to) const {
    const std::string real_from = real_place(from), real_to = real_place(to);
    return std::any_of(all_.begin(), all_.end(), [&](const std::string& ceiling) {
      return (is_inside(from, ceiling) && !is_inside(to, ceiling)) ||
             (is_inside(real_from, ceiling) && !is_inside(real_to, ceiling));
    });
  }

 private:
  bool is_inside(const std::string& directory, const std::string& ceiling) const {
    return path::is_below(directory, ceiling, style_) && !is_same(directory, ceiling);
  }
  bool is_same(const std::string& a, const std::string& b) const {
    return path::is_below(a, b, style_) && path::is_below(b, a, style_);
  }
  std::string real_of(const std::string& directory) const {
    const auto real = fs_.real_path(directory);
    return real ? path::normal(*real, style_) : directory;
  }
  // All that is above a directory without links has none either.
  std::string real_place(const std::string& directory) const {
    return start_is_real_ ? directory : real_of(directory);
  }

  Fs& fs_;
  PathStyle style_;
  Strings all_;  // as named, and their real places
  bool start_is_real_ = false;
};

class Loader {
 public:
  Loader(System& system, PathStyle style) : system_(system), style_(style) {
    out_.origins.assign(options().size(), std::string(from_default));
  }

  // Each step applies one source; rows that a stronger one has set are checked and left alone.
  void collect_environment();
  Result<void> load_only_file();
  Result<void> load_system_file();
  Result<void> load_cache_file();
  Result<void> apply_environment();
  Result<void> apply_overrides(const std::vector<Override>& overrides);
  void set_default_ceiling();
  Result<void> load_directory_file();
  void fill_computed_defaults();

  bool has_only_file() const { return !only_file_.empty(); }
  std::string config_path();
  LoadedConfig take() { return std::move(out_); }

 private:
  std::optional<FileText> read(const std::string& file);
  Result<void> apply_file(const FileText& file, bool from_directory);
  Result<void> check_trust(const Option& option, const std::string& where,
                           const std::string& directory, std::string_view value) const;
  Result<void> set(std::size_t row, const std::string& where, std::string_view value,
                   std::string_view origin);
  Result<void> set_from_variable(std::string_view name, const std::string& value);
  std::optional<std::string> cache_file_path();
  std::optional<FileText> find_directory_file();
  bool holds_marker(const std::string& directory, std::vector<std::string>& absent);
  bool is_known_file(const FileText& file) const;
  bool is_set(std::size_t row) const { return out_.origins[row] != from_default; }
  std::string absolute(const std::string& path);
  bool is_directory(const std::string& path);

  System& system_;
  PathStyle style_;
  LoadedConfig out_;
  std::vector<std::pair<std::string, std::string>>
      variables_;  // CCACHE_ variables: name without the prefix, value
  std::vector<std::pair<std::string, std::string>> own_variables_;  // the same, of DEJA_
  std::string only_file_;                                           // CCACHE_CONFIGPATH
  std::string environment_cache_dir_;                               // CCACHE_DIR
  std::vector<FileFacts> known_;                                    // of the files read
};

// --- values
// ----------------------------------------------------------------------------------------------------

Result<void> Loader::set(std::size_t row, const std::string& where, std::string_view value,
                         std::string_view origin) {
  const Option& option = options()[row];
  const VariableLookup lookup = [this](const std::string& name) {
    if (std::find(out_.variables.begin(), out_.variables.end(), name) == out_.variables.end())
      out_.variables.push_back(name);
    return system_.env.get(name);
  };
  const auto expanded = value.find('$') == std::string_view::npos
                            ? Result<std::string>(std::string(value))
                            : expand_variables(value, lookup);
  if (!expanded) return bad_value(where, option.key, value, expanded.error().reason);
  const bool outranked = out_.origins[row] == from_command_line ||
                         (out_.origins[row] == from_environment && origin != from_command_line);
  Config scratch;
  if (auto complaint = set_option(option, outranked ? scratch : out_.config, *expanded, style_))
    return bad_value(where, option.key, value, *complaint);
  for (const std::string& word : unknown_words(option, *expanded))
    out_.notes.push_back(fmt::format("{}: {} has no '{}' here; ignored", where, option.key, word));
  if (!outranked) out_.origins[row] = origin;
  return {};
}

// --- the environment and the command line
// ----------------------------------------------------------------------

void Loader::collect_environment() {
  for (const std::string& entry : system_.env.all()) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos) continue;
    if (entry.starts_with(own_prefix))
      own_variables_.emplace_back(entry.substr(own_prefix.size(), equals - own_prefix.size()),
                                  entry.substr(equals + 1));
    if (!entry.starts_with(prefix)) continue;
    variables_.emplace_back(entry.substr(prefix.size(), equals - prefix.size()),
                            entry.substr(equals + 1));
    const auto& [name, value] = variables_.back();
    if (name == "CONFIGPATH") only_file_ = value;
    if (name == "DIR") environment_cache_dir_ = value;
  }
}

Result<void> Loader::set_from_variable(std::string_view name, const std::string& value) {
  static constexpr std::string_view negatives[] = {"0", "false", "no", "disable"};
  const std::string where = fmt::format("environment variable {}{}", prefix, name);
  auto plain = option_of_variable(name);
  if (plain && options()[*plain].origin == Origin::own) plain.reset();
  if (plain && !is_boolean(options()[*plain])) return set(*plain, where, value, from_environment);

  const auto row = plain                    ? plain
                   : name.starts_with("NO") ? option_of_variable(name.substr(2))
                                            : std::nullopt;
  if (!row || !is_boolean(options()[*row])) {
    if (name != "CONFIGPATH")
      out_.notes.push_back(fmt::format("{} is not known and ignored", where));
    return {};
  }
  const Option& option = options()[*row];
  const auto same = [&](std::string_view negative) {
    return text::equals_ignoring_case(value, negative);
  };
  if (std::any_of(std::begin(negatives), std::end(negatives), same)) {
    const std::string other = fmt::format("{}{}{}", prefix, plain ? "NO" : "", option.variable);
    return bad_value(
        where, option.key, value,
        fmt::format(
            "a boolean variable counts as soon as it is set, whatever its value; use {}=1 instead",
            other));
  }
  return set(*row, where, plain ? "true" : "false", from_environment);
}

Result<void> Loader::apply_environment() {
  for (const auto& [name, value] : variables_)
    if (auto done = set_from_variable(name, value); !done) return done;
  // Others of that prefix are no settings: what a program of deja's tells another.
  for (const auto& [name, value] : own_variables_) {
    const auto row = option_of_variable(name);
    if (!row || options()[*row].origin != Origin::own) continue;
    const std::string where = fmt::format("environment variable {}{}", own_prefix, name);
    if (auto done = set(*row, where, value, from_environment); !done) return done;
  }
  return {};
}

Result<void> Loader::apply_overrides(const std::vector<Override>& overrides) {
  for (const auto& [key, value] : overrides) {
    const auto row = option_of_key(key);
    if (!row)
      return Error{"command line: no configuration key", key,
                   "see deja --show-config for all of them"};
    if (auto done = set(*row, std::string(from_command_line), value, from_command_line); !done)
      return done;
  }
  return {};
}

// --- files
// -----------------------------------------------------------------------------------------------------

std::optional<FileText> Loader::read(const std::string& file) {
  FileText out{file, {}, {}};
  const auto facts = system_.fs.read(file, out.text, largest_file);
  if (facts) {
    out.facts = *facts;
    return out;
  }
  const Cause cause = facts.error().cause;
  const bool absent = cause == Cause::not_found || cause == Cause::not_a_directory;
  (absent ? out_.files_absent : out_.files_read).push_back(file);
  if (!absent) out_.notes.push_back("configuration file ignored: " + facts.error().text());
  return std::nullopt;
}

Result<void> Loader::check_trust(const Option& option, const std::string& where,
                                 const std::string& directory, std::string_view value) const {
  const Trust trust = trust_of(option, value);
  if (trust == Trust::anywhere) return {};
  if (trust == Trust::never_from_directory)
    return bad_value(where, option.key, value, "not allowed in a directory's configuration file");
  for (const std::string& safe : out_.config.safe_dirs) {
    if (safe == "*") return {};
    const bool whole_tree =
        safe.ends_with("/*") || (style_ == PathStyle::windows && safe.ends_with("\\*"));
    const std::string folder = path::normal(
        whole_tree ? std::string_view(safe).substr(0, safe.size() - 2) : std::string_view(safe),
        style_);
    const bool is_it = path::relative(directory, folder, style_) == ".";
    if (whole_tree ? path::is_below(directory, folder, style_) && !is_it : is_it) return {};
  }
  return bad_value(
      where, option.key, value,
      fmt::format("unsafe: only taken from directories that safe_dirs lists, and '{}' is not one",
                  directory));
}

Result<void> Loader::apply_file(const FileText& file, bool from_directory) {
  out_.files_read.push_back(file.path);
  known_.push_back(file.facts);
  const auto settings = parse_settings(file.text, file.path);
  if (!settings) return settings.error();
  const std::string directory(path::directory(file.path, style_));
  for (const Setting& setting : *settings) {
    const std::string where = fmt::format("{}:{}", file.path, setting.line);
    const auto row = option_of_key(setting.key);
    if (!row) {
      out_.notes.push_back(fmt::format("{}: unknown key '{}' ignored", where, setting.key));
      continue;
    }
    if (from_directory)
      if (auto allowed = check_trust(options()[*row], where, directory, setting.value); !allowed)
        return allowed;
    if (auto done = set(*row, where, setting.value, file.path); !done) return done;
  }
  return {};
}

Result<void> Loader::load_only_file() {
  out_.config_path = only_file_;
  const auto file = read(only_file_);
  return file ? apply_file(*file, false) : Result<void>();
}

Result<void> Loader::load_system_file() {
  const auto place = system_config_file(system_.env, style_);
  const auto file = place ? read(*place) : std::nullopt;
  return file ? apply_file(*file, false) : Result<void>();
}

// Where the file is, or would be; nullopt without a home.
std::optional<std::string> Loader::cache_file_path() {
  const std::string& cache_dir =
      environment_cache_dir_.empty() ? out_.config.cache_dir : environment_cache_dir_;
  if (!cache_dir.empty()) return path::join(cache_dir, "ccache.conf", style_);
  const ConfigPlaces places = config_places(system_, style_);
  if (!places.legacy_folder.empty()) {
    if (is_directory(places.legacy_folder))
      return path::join(places.legacy_folder, "ccache.conf", style_);
    out_.files_absent.push_back(places.legacy_folder);
  }
  if (places.files.empty()) return std::nullopt;
  for (const std::string& file : places.files) {
    if (&file == &places.files.back() || system_.fs.stat(file)) return file;
    out_.files_absent.push_back(file);
  }
  return std::nullopt;
}

Result<void> Loader::load_cache_file() {
  out_.config_path = cache_file_path().value_or("");
  if (out_.config_path.empty()) return {};
  const auto file = read(out_.config_path);
  return file ? apply_file(*file, false) : Result<void>();
}

// A bad value in the system's file does not matter here: only cache_dir is of interest.
std::string Loader::config_path() {
  if (has_only_file()) return only_file_;
  static_cast<void>(load_system_file());
  return cache_file_path().value_or("");
}

// --- the directory's file
// --------------------------------------------------------------------------------------

bool Loader::is_known_file(const FileText& file) const {
  const auto same = [&](const FileFacts& known) {
    return known.inode != 0 && known.inode == file.facts.inode && known.device == file.facts.device;
  };
  const auto named = [&](const std::string& known) {
    return path::normal(known, style_) == file.path;
  };
  return std::any_of(known_.begin(), known_.end(), same) ||
         std::any_of(out_.files_read.begin(), out_.files_read.end(), named);
}

bool Loader::holds_marker(const std::string& directory, std::vector<std::string>& absent) {
  for (const std::string& marker : out_.config.ceiling_markers) {
    std::string entry = path::join(directory, marker, style_);
    if (system_.fs.lstat(entry)) return true;
    absent.push_back(std::move(entry));
  }
  return false;
}

// Up from the working directory, to the first ccache.conf that is not one of the files above. A
// ceiling is not entered, and neither is what belongs to somebody else or to another device.
std::optional<FileText> Loader::find_directory_file() {
  auto current = system_.fs.current_directory();
  if (!current) return std::nullopt;
  std::string directory = path::normal(*current, style_);
  auto facts = system_.fs.stat(directory);
  const std::uint32_t user = system_.console.user();
  const Ceilings ceilings(system_.fs, out_.config.ceiling_dirs, directory, style_);
  if (ceilings.hold(directory)) return std::nullopt;
  std::vector<std::string> absent_markers;
  while (facts && facts->owner == user) {
    auto file = read(path::join(directory, "ccache.conf", style_));
    if (file && !is_known_file(*file)) {
      out_.files_absent.insert(out_.files_absent.end(), absent_markers.begin(),
                               absent_markers.end());
      return file;
    }
    if (holds_marker(directory, absent_markers)) break;
    std::string parent(path::directory(directory, style_));
    if (parent == directory || parent == ".") break;
    if (ceilings.part(directory, parent)) break;
    auto above = system_.fs.stat(parent);
    if (!above || above->device != facts->device) break;
    directory = std::move(parent);
    facts = std::move(above);
  }
  return std::nullopt;
}

void Loader::set_default_ceiling() {
  const auto home = system_.console.home();
  if (home && !home->empty() && !is_set(*option_of_key("ceiling_dirs")))
    out_.config.ceiling_dirs = {path::normal(*home, style_)};
}

Result<void> Loader::load_directory_file() {
  const auto file = find_directory_file();
  if (!file) return {};
  if (file->facts.owner != system_.console.user())
    return Error{"refuse configuration file", file->path, "unsafe: it belongs to another user"};
  if ((file->facts.mode & 0002) != 0)
    return Error{"refuse configuration file", file->path,
                 "it is world-writable (chmod o-w would make it acceptable)"};
  return apply_file(*file, true);
}

// --- what is left
// ----------------------------------------------------------------------------------------------

std::string Loader::absolute(const std::string& path) {
  if (path::is_absolute(path, style_)) return path;
  return path::join(system_.fs.current_directory().value_or(""), path, style_);
}

bool Loader::is_directory(const std::string& path) {
  const auto facts = system_.fs.stat(path);
  return facts && facts->kind == FileKind::directory;
}

void Loader::fill_computed_defaults() {
  Config& config = out_.config;
  if (config.cache_dir.empty()) config.cache_dir = default_cache_dir(system_, style_).value_or("");
  if (config.cache_dir.empty()) {
    config.disable = true;
    config.stats = false;
    // Nothing can be created there.
    config.cache_dir = path::join(path::null_device(style_), "no-home", style_);
    out_.notes.push_back("no home directory and no CCACHE_DIR: nothing is cached");
  }
  config.cache_dir = path::normal(absolute(config.cache_dir), style_);
  if (config.temporary_dir.empty()) {
    const auto runtime = system_.env.get("XDG_RUNTIME_DIR").value_or("");
    const bool usable = !runtime.empty() && is_directory(runtime);
    config.temporary_dir = usable ? path::join(runtime, "deja-tmp", style_)
                                  : path::join(config.cache_dir, "tmp", style_);
  }
  config.temporary_dir = absolute(config.temporary_dir);
}

}  // namespace

std::optional<Override> as_override(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0 || word[0] < 'a' || word[0] > 'z')
    return std::nullopt;
  const std::string_view key = text::trim(word.substr(0, equals));
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (!std::all_of(key.begin(), key.end(), fits)) return std::nullopt;
  return Override(key, text::trim(word.substr(equals + 1)));
}

Result<LoadedConfig> load_config(System& system, const std::vector<Override>& overrides,
                                 PathStyle style) {
  Loader loader(system, style);
  loader.collect_environment();
  Result<void> step;
  if (loader.has_only_file()) {
    step = loader.load_only_file();
  } else {
    step = loader.load_system_file();
    if (step) step = loader.load_cache_file();
  }
  if (step) step = loader.apply_environment();
  if (step) step = loader.apply_overrides(overrides);
  loader.set_default_ceiling();
  if (step && !loader.has_only_file()) step = loader.load_directory_file();
  if (!step) return step.error();
  loader.fill_computed_defaults();
  return loader.take();
}

std::string config_path_of(System& system, PathStyle style) {
  Loader loader(system, style);
  loader.collect_environment();
  return loader.config_path();
}

}  // namespace deja

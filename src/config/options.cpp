// The table of configuration keys, and the text form of each type of field.
#include "config/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "config/compiler_check.h"

namespace deja {

namespace {

using enum Trust;
using enum WithReplay;

constexpr Option table[] = {
    {"absolute_paths_in_stderr", "ABSSTDERR", &Config::absolute_paths_in_stderr, anywhere, replays,
     "Make relative paths in diagnostics absolute."},
    {"base_dir", "BASEDIR", PathField{&Config::base_dir}, anywhere, replays,
     "Absolute paths below these directories become relative to the working directory, for the key "
     "and for the compiler."},
    {"cache_dir", "DIR", &Config::cache_dir, never_from_directory, replays, "The cache's root.",
     "`$XDG_CACHE_HOME/deja`, else `~/.cache/deja`; Windows: `%LOCALAPPDATA%\\deja`"},
    {"ceiling_dirs", "CEILING_DIRS", PathField{&Config::ceiling_dirs}, never_from_directory,
     replays,
     "The search for a directory's `ccache.conf` stops below these directories, by their real "
     "places too.",
     "the home directory"},
    {"ceiling_markers", "CEILING_MARKERS", NameField{&Config::ceiling_markers},
     never_from_directory, replays,
     "A directory that holds one of these names is the last one the search looks in."},
    {"compiler", "COMPILER", &Config::compiler, below_safe_dirs, replays,
     "Run this compiler, whatever the command line names."},
    {"compiler_check", "COMPILERCHECK", &Config::compiler_check, anywhere, replays,
     "What tells one compiler from another: `mtime`, `content`, `none`, `string:TEXT`, or commands "
     "separated by `;` whose output is hashed "
     "(`%compiler%` stands for the compiler). A command counts as U."},
    {"compiler_type", "COMPILERTYPE", &Config::compiler_type, anywhere, replays,
     "Which compiler's options are spoken."},
    {"compression", "COMPRESS", &Config::compression, anywhere, replays,
     "Compress results with zstd; off where file_clone or hard_link is used."},
    {"compression_level", "COMPRESSLEVEL", IntegerField{&Config::compression_level, -100, 22},
     anywhere, replays, "zstd's level; 0 stands for 1. Negative is faster, 1 to 19 smaller."},
    {"debug", "DEBUG", &Config::debug, anywhere, no_replay,
     "Leave files that explain the run beside each object: `.ccache-log` and the `.ccache-input-*` "
     "files that show what was hashed."},
    {"debug_dir", "DEBUGDIR", &Config::debug_dir, below_safe_dirs, replays,
     "Put the debug files below this directory, the object's full path mirrored."},
    {"debug_level", "DEBUGLEVEL", IntegerField{&Config::debug_level, 1, 2}, anywhere, replays,
     "1: only the log; 2: what was hashed too."},
    {"depend_mode", "DEPEND", &Config::depend_mode, anywhere, replays,
     "Never preprocess: the headers come from the compiler's own dependency output."},
    {"direct_mode", "DIRECT", &Config::direct_mode, anywhere, no_replay,
     "Look a result up by source content and options first, without preprocessing."},
    {"disable", "DISABLE", &Config::disable, anywhere, no_replay, "Only run the compiler."},
    {"extra_files_to_hash", "EXTRAFILES", NameField{&Config::extra_files_to_hash}, anywhere,
     replays, "Files whose content goes into every key."},
    {"file_clone", "FILECLONE", &Config::file_clone, anywhere, no_replay,
     "Clone files (reflink) where the file system can; wins over hard_link."},
    {"hard_link", "HARDLINK", &Config::hard_link, anywhere, no_replay,
     "Hard link objects instead of copying them."},
    {"hash_dir", "HASHDIR", &Config::hash_dir, anywhere, replays,
     "The working directory is part of the key where debug information records it."},
    {"ignore_headers_in_manifest", "IGNOREHEADERS", NameField{&Config::ignore_headers_in_manifest},
     anywhere, no_replay, "Headers, or folders of headers, that a manifest leaves out."},
    {"ignore_options", "IGNOREOPTIONS", WordField{&Config::ignore_options}, anywhere, replays,
     "Compiler options, separated by blanks, that are left out of the key; a `*` at the end stands "
     "for anything."},
    {"inode_cache", "INODECACHE", &Config::inode_cache, anywhere, no_replay,
     "Remember content digests by device, inode, size and times."},
    {"keep_comments_cpp", "COMMENTS", &Config::keep_comments_cpp, anywhere, replays,
     "Keep comments when preprocessing for the key."},
    {"libexec_dirs", "LIBEXEC_DIRS", PathField{&Config::libexec_dirs}, below_safe_dirs, replays,
     "Where storage helpers are looked for."},
    {"log_file", "LOGFILE", &Config::log_file, below_safe_dirs, replays,
     "Log every run to this file, or to `syslog`."},
    {"max_files", "MAXFILES", CountField{&Config::max_files}, never_from_directory, replays,
     "Number of files the cache is kept below; 0 for no limit."},
    {"max_size", "MAXSIZE", SizeField{&Config::max_size}, never_from_directory, replays,
     "Size the cache is kept below; 0 for no limit. kB MB GB TB are decimal, KiB MiB GiB TiB "
     "binary, a bare number is GiB."},
    {"msvc_dep_prefix", "MSVC_DEP_PREFIX", &Config::msvc_dep_prefix, anywhere, replays,
     "What a localized cl puts before the names of included files."},
    {"msvc_utf8", "MSVC_UTF8", &Config::msvc_utf8, anywhere, replays,
     "Add `/utf-8` when cl preprocesses."},
    {"namespace", "NAMESPACE", &Config::name_space, anywhere, replays,
     "Keeps entries apart, and names a group that --evict-namespace removes."},
    {"observe",
     "OBSERVE",
     &Config::observe,
     anywhere,
     replays,
     "Watch what a compile reads, asks for and writes (Linux), so that what no option tells counts "
     "too: `auto` watches compilers that deja knows, `always` any program.",
     {},
     Origin::own},
    {"path", "PATH", &Config::path, below_safe_dirs, replays,
     "Where the compiler is looked for, instead of `PATH`."},
    {"pch_external_checksum", "PCH_EXTSUM", &Config::pch_external_checksum, anywhere, replays,
     "Hash `X.gch.sum`, where it exists, instead of the precompiled header."},
    {"prefix_command", "PREFIX", &Config::prefix_command, below_safe_dirs, no_replay,
     "Words put before the compiler's command line."},
    {"prefix_command_cpp", "PREFIX_CPP", &Config::prefix_command_cpp, below_safe_dirs, replays,
     "The same for the preprocessor."},
    {"read_only", "READONLY", &Config::read_only, anywhere, no_replay,
     "Serve hits, store nothing."},
    {"read_only_direct", "READONLY_DIRECT", &Config::read_only_direct, anywhere, no_replay,
     "The same, and look up without preprocessing only."},
    {"recache", "RECACHE", &Config::recache, anywhere, no_replay, "Ignore hits and store anew."},
    {"remote_only", "REMOTE_ONLY", &Config::remote_only, anywhere, no_replay,
     "Skip the local store."},
    {"remote_storage", "REMOTE_STORAGE", &Config::remote_storage, below_safe_dirs, replays,
     "Remote stores, as URLs with properties."},
    {"reshare", "RESHARE", &Config::reshare, anywhere, no_replay,
     "Push local hits to the remote store."},
    {"response_file_format", "RESPONSE_FILE_FORMAT", &Config::response_file_format, anywhere,
     replays, "How `@file` arguments are quoted."},
    {"safe_dirs", "SAFE_DIRS", NameField{&Config::safe_dirs}, never_from_directory, replays,
     "Directories whose `ccache.conf` may set keys of class U: `/p` itself, `/p/*` for all below "
     "it, `*` for any."},
    {"sloppiness", "SLOPPINESS", &Config::sloppiness, anywhere, replays,
     "Checks to leave out, for more hits; a list."},
    {"stats", "STATS", &Config::stats, anywhere, replays,
     "Count; without, automatic clean-up is off too."},
    {"stats_log", "STATSLOG", &Config::stats_log, below_safe_dirs, no_replay,
     "Append what every run counted to this file."},
    {"temporary_dir", "TEMPDIR", &Config::temporary_dir, below_safe_dirs, replays,
     "Where temporary files go.",
     "`$XDG_RUNTIME_DIR/deja-tmp` where that folder's parent exists, else `<cache_dir>/tmp`"},
    {"umask", "UMASK", &Config::umask, below_safe_dirs, replays,
     "Octal file mode mask for the cache's files."},
};

constexpr bool sorted_by_key() {
  for (std::size_t i = 1; i < std::size(table); ++i)
    if (table[i - 1].key >= table[i].key) return false;
  return true;
}
static_assert(sorted_by_key());

// Row numbers in the order of the variables' names.
constexpr auto by_variable = [] {
  std::array<unsigned char, std::size(table)> rows{};
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<unsigned char>(i);
  std::sort(rows.begin(), rows.end(),
            [](unsigned char a, unsigned char b) { return table[a].variable < table[b].variable; });
  return rows;
}();

// --- names of values
// -------------------------------------------------------------------------------------------

template <class T>
struct Named {
  std::string_view name;
  T value;
};

constexpr Named<CompilerType> compiler_types[] = {
    {"auto", CompilerType::auto_detect},  {"clang", CompilerType::clang},
    {"clang-cl", CompilerType::clang_cl}, {"gcc", CompilerType::gcc},
    {"icl", CompilerType::icl},           {"icx", CompilerType::icx},
    {"icx-cl", CompilerType::icx_cl},     {"msvc", CompilerType::msvc},
    {"nvcc", CompilerType::nvcc},         {"qcc", CompilerType::qcc},
    {"other", CompilerType::other},
};

constexpr Named<ResponseFileFormat> response_file_formats[] = {
    {"auto", ResponseFileFormat::auto_detect},
    {"posix", ResponseFileFormat::posix},
    {"windows", ResponseFileFormat::windows},
};

constexpr Named<Observe> observe_names[] = {
    {"always", Observe::always},
    {"auto", Observe::when_possible},
    {"never", Observe::never},
};

constexpr Named<Sloppy> sloppy_names[] = {
    {"clang_index_store", Sloppy::clang_index_store},
    {"file_stat_matches", Sloppy::file_stat_matches},
    {"file_stat_matches_ctime", Sloppy::file_stat_matches_ctime},
    {"gcno_cwd", Sloppy::gcno_cwd},
    {"incbin", Sloppy::incbin},
    {"include_file_ctime", Sloppy::include_file_ctime},
    {"include_file_mtime", Sloppy::include_file_mtime},
    {"ivfsoverlay", Sloppy::ivfsoverlay},
    {"locale", Sloppy::locale},
    {"modules", Sloppy::modules},
    {"pch_defines", Sloppy::pch_defines},
    {"random_seed", Sloppy::random_seed},
    {"system_headers", Sloppy::system_headers},
    {"time_macros", Sloppy::time_macros},
};

template <class T, std::size_t N>
std::string names_of(const Named<T> (&names)[N]) {
  std::string out;
  for (const Named<T>& known : names) out.append(out.empty() ? "" : ", ").append(known.name);
  return out;
}

template <class T, std::size_t N>
std::optional<std::string> set_named(const Named<T> (&names)[N], T& into, std::string_view value) {
  for (const Named<T>& known : names) {
    if (value != known.name) continue;
    into = known.value;
    return std::nullopt;
  }
  return "not one of " + names_of(names);
}

template <class T, std::size_t N>
std::string show_named(const Named<T> (&names)[N], T value) {
  for (const Named<T>& known : names)
    if (known.value == value) return std::string(known.name);
  return {};
}

// --- text to field
// ---------------------------------------------------------------------------------------------

char list_separator(PathStyle style) { return style == PathStyle::windows ? ';' : ':'; }

struct Setter {
  Config& config;
  std::string_view value;
  PathStyle style;
  using Complaint = std::optional<std::string>;

  Complaint operator()(bool Config::*member) const {
    if (value != "true" && value != "false") return "not true or false";
    config.*member = value == "true";
    return std::nullopt;
  }
  Complaint operator()(std::string Config::*member) const {
    config.*member = value;
    return std::nullopt;
  }
  Complaint operator()(const PathField& field) const {
    Strings paths;
    for (const std::string& piece : path::split_list(value, style)) {
      if (!path::is_absolute(piece, style))
        return fmt::format("'{}' is not an absolute path", piece);
      paths.push_back(path::normal(piece, style));
    }
    config.*field.member = std::move(paths);
    return std::nullopt;
  }
  Complaint operator()(const NameField& field) const {
    Strings names;
    for (const std::string& piece : path::split_list(value, style))
      if (const std::string_view name = text::trim(piece); !name.empty()) names.emplace_back(name);
    config.*field.member = std::move(names);
    return std::nullopt;
  }
  // Blanks separate options; the list separator does too where the next option's dash follows it.
  Complaint operator()(const WordField& field) const {
    Strings found;
    for (std::string_view word : text::words(value)) {
      std::size_t start = 0;
      for (std::size_t i = 0; i + 1 < word.size(); ++i) {
        if (word[i] != list_separator(style) || word[i + 1] != '-') continue;
        if (i > start) found.emplace_back(word.substr(start, i - start));
        start = i + 1;
      }
      found.emplace_back(word.substr(start));
    }
    config.*field.member = std::move(found);
    return std::nullopt;
  }
  Complaint operator()(const SizeField& field) const {
    const auto bytes = text::parse_size(value);
    if (!bytes) return "not a size such as 500M, 5GiB or 0";
    config.*field.member = *bytes;
    return std::nullopt;
  }
  Complaint operator()(const CountField& field) const {
    const auto count = text::parse_unsigned(value);
    if (!count) return "not a whole number";
    config.*field.member = *count;
    return std::nullopt;
  }
  Complaint operator()(const IntegerField& field) const {
    const auto number = text::parse_signed(value);
    if (!number || *number < field.least || *number > field.most)
      return fmt::format("not a whole number from {} to {}", field.least, field.most);
    config.*field.member = *number;
    return std::nullopt;
  }
  Complaint operator()(CompilerType Config::*member) const {
    return set_named(compiler_types, config.*member, value);
  }
  Complaint operator()(ResponseFileFormat Config::*member) const {
    return set_named(response_file_formats, config.*member, value);
  }
  Complaint operator()(Observe Config::*member) const {
    return set_named(observe_names, config.*member, value);
  }
  Complaint operator()(Sloppiness Config::*member) const {
    Sloppiness chosen;
    for (std::string_view piece : text::split(value, ',')) {
      for (std::string_view word : text::words(piece)) {
        Sloppy one{};
        if (set_named(sloppy_names, one, word == "no_system_headers" ? "system_headers" : word))
          continue;  // of another version: see unknown_words()
        chosen.bits |= static_cast<std::uint32_t>(one);
      }
    }
    config.*member = chosen;
    return std::nullopt;
  }
  Complaint operator()(std::optional<unsigned> Config::*member) const {
    unsigned mask = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), mask, 8);
    const bool whole = failure == std::errc() && end == value.data() + value.size();
    if (!value.empty() && (!whole || mask > 0777)) return "not an octal number up to 777";
    config.*member = value.empty() ? std::nullopt : std::optional(mask);
    return std::nullopt;
  }
};

// --- field to text
// ---------------------------------------------------------------------------------------------

struct Shower {
  const Config& config;
  PathStyle style;

  std::string list(const Strings& pieces) const {
    return text::join(pieces, std::string(1, list_separator(style)));
  }

  std::string operator()(bool Config::*member) const { return config.*member ? "true" : "false"; }
  std::string operator()(std::string Config::*member) const { return config.*member; }
  std::string operator()(const PathField& field) const { return list(config.*field.member); }
  std::string operator()(const NameField& field) const { return list(config.*field.member); }
  std::string operator()(const WordField& field) const {
    return text::join(config.*field.member, " ");
  }
  // The largest unit that says it exactly, so that what is shown can be set again.
  std::string operator()(const SizeField& field) const {
    static constexpr Named<std::uint64_t> units[] = {
        {"TiB", 1ull << 40},   {"GiB", 1ull << 30}, {"TB", 1'000'000'000'000}, {"MiB", 1ull << 20},
        {"GB", 1'000'000'000}, {"KiB", 1ull << 10}, {"MB", 1'000'000},         {"kB", 1000}};
    const std::uint64_t bytes = config.*field.member;
    if (bytes == 0) return "0";
    const std::uint64_t tenfold = bytes > UINT64_MAX / 10 ? bytes : bytes * 10;
    for (const auto& unit : units)
      if (bytes >= unit.value && tenfold % unit.value == 0)
        return fmt::format("{:.1f} {}",
                           static_cast<double>(bytes) / static_cast<double>(unit.value), unit.name);
    return fmt::format("{:.3f} kB", static_cast<double>(bytes) / 1000.0);
  }
  std::string operator()(const CountField& field) const {
    return fmt::format("{}", config.*field.member);
  }
  std::string operator()(const IntegerField& field) const {
    return fmt::format("{}", config.*field.member);
  }
  std::string operator()(CompilerType Config::*member) const {
    return show_named(compiler_types, config.*member);
  }
  std::string operator()(ResponseFileFormat Config::*member) const {
    return show_named(response_file_formats, config.*member);
  }
  std::string operator()(Observe Config::*member) const {
    return show_named(observe_names, config.*member);
  }
  std::string operator()(Sloppiness Config::*member) const {
    std::string out;
    for (const auto& known : sloppy_names)
      if ((config.*member).has(known.value)) out.append(out.empty() ? "" : ", ").append(known.name);
    return out;
  }
  std::string operator()(std::optional<unsigned> Config::*member) const {
    return config.*member ? fmt::format("{:03o}", *(config.*member)) : std::string();
  }
};

struct TypeNamer {
  std::string_view operator()(bool Config::*) const { return "bool"; }
  std::string_view operator()(std::string Config::*) const { return "text"; }
  std::string_view operator()(const PathField&) const { return "path list"; }
  std::string_view operator()(const NameField&) const { return "list"; }
  std::string_view operator()(const WordField&) const { return "words"; }
  std::string_view operator()(const SizeField&) const { return "size"; }
  std::string_view operator()(const CountField&) const { return "number"; }
  std::string_view operator()(const IntegerField&) const { return "number"; }
  std::string_view operator()(CompilerType Config::*) const { return "choice"; }
  std::string_view operator()(ResponseFileFormat Config::*) const { return "choice"; }
  std::string_view operator()(Observe Config::*) const { return "choice"; }
  std::string_view operator()(Sloppiness Config::*) const { return "choices"; }
  std::string_view operator()(std::optional<unsigned> Config::*) const { return "octal"; }
};

// Where defaults and the places of files come from, besides CCACHE_ variables.
constexpr std::string_view place_variables[] = {
    "HOME",        "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
    "USERPROFILE", "LOCALAPPDATA",    "APPDATA",        "ALLUSERSPROFILE"};

std::string_view class_letter(Trust trust) {
  static constexpr std::string_view letters[] = {"A", "U", "R"};
  return letters[static_cast<std::size_t>(trust)];
}

std::string default_cell(const Option& option) {
  if (!option.default_text.empty()) return std::string(option.default_text);
  const std::string value = show_option(option, Config{}, PathStyle::posix);
  return value.empty() ? "empty" : "`" + value + "`";
}

std::string choices_cell(const Option& option) {
  if (std::holds_alternative<CompilerType Config::*>(option.field))
    return " One of " + names_of(compiler_types) + ".";
  if (std::holds_alternative<ResponseFileFormat Config::*>(option.field))
    return " One of " + names_of(response_file_formats) + ".";
  if (std::holds_alternative<Observe Config::*>(option.field))
    return " One of " + names_of(observe_names) + ".";
  if (std::holds_alternative<Sloppiness Config::*>(option.field))
    return " Of " + names_of(sloppy_names) + ".";
  return {};
}

}  // namespace

std::span<const Option> options() { return table; }

std::string variable_of(const Option& option) {
  return (option.origin == Origin::own ? "DEJA_" : "CCACHE_") + std::string(option.variable);
}

std::optional<std::size_t> option_of_key(std::string_view key) {
  const auto found =
      std::lower_bound(std::begin(table), std::end(table), key,
                       [](const Option& row, std::string_view k) { return row.key < k; });
  if (found == std::end(table) || found->key != key) return std::nullopt;
  return static_cast<std::size_t>(found - std::begin(table));
}

std::optional<std::size_t> option_of_variable(std::string_view name) {
  const auto found = std::lower_bound(
      by_variable.begin(), by_variable.end(), name,
      [](unsigned char row, std::string_view n) { return table[row].variable < n; });
  if (found == by_variable.end() || table[*found].variable != name) return std::nullopt;
  return *found;
}

Trust trust_of(const Option& option, std::string_view value) {
  const bool is_command =
      option.key == "compiler_check" && compiler_check_of(value).kind == CheckKind::commands;
  return is_command ? below_safe_dirs : option.trust;
}

std::optional<std::string> set_option(const Option& option, Config& config, std::string_view value,
                                      PathStyle style) {
  return std::visit(Setter{config, value, style}, option.field);
}

std::vector<std::string> unknown_words(const Option& option, std::string_view value) {
  std::vector<std::string> out;
  if (!std::holds_alternative<Sloppiness Config::*>(option.field)) return out;
  for (std::string_view piece : text::split(value, ','))
    for (std::string_view word : text::words(piece)) {
      Sloppy one{};
      if (word != "no_system_headers" && set_named(sloppy_names, one, word)) out.emplace_back(word);
    }
  return out;
}

std::string show_option(const Option& option, const Config& config, PathStyle style) {
  return std::visit(Shower{config, style}, option.field);
}

std::string_view type_name(const Option& option) { return std::visit(TypeNamer{}, option.field); }

bool is_boolean(const Option& option) {
  return std::holds_alternative<bool Config::*>(option.field);
}

std::string name_of(CompilerType type) { return show_named(compiler_types, type); }

std::vector<std::string> configuration_variables() {
  std::vector<std::string> names{"CCACHE_CONFIGPATH"};
  for (const Option& option : table) {
    names.push_back(variable_of(option));
    if (is_boolean(option)) names.push_back(fmt::format("CCACHE_NO{}", option.variable));
  }
  names.insert(names.end(), std::begin(place_variables), std::end(place_variables));
  return names;
}

std::string options_page() {
  std::string page =
      "<!-- Generated from src/config/options.cpp by test/unit/options_test.cpp, which fails when "
      "this page is stale. -->\n"
      "# Configuration keys\n\n"
      "A key is set, highest precedence first, by a `key=value` word before the compiler, by its "
      "environment variable, in the "
      "`ccache.conf`\n"
      "of the working directory or a directory above it, in the cache's configuration file (`deja "
      "-o key=value` writes there), or in the\n"
      "system's `/etc/ccache.conf`. `deja -p` shows every value and where it comes from.\n"
      "`CCACHE_CONFIGPATH` names one file to be read instead of all those.\n\n"
      "- A file has `key = value` lines and `#` comments; an indented line continues the value "
      "before it. `$VAR` and `${VAR}` are replaced "
      "by\n"
      "  the variable's value, `$$` by a dollar sign. Lists are separated by `:` (Windows: `;`).\n"
      "- A boolean variable is true when it is set, and `CCACHE_NO<NAME>` sets it false: "
      "`CCACHE_NODIRECT=1` is `direct_mode = false`.\n"
      "- Class: what a directory's `ccache.conf` may set. A: anywhere; U: only below `safe_dirs`; "
      "R: never.\n"
      "- The search for that file goes up from the working directory, and ends before a directory "
      "of `ceiling_dirs`, before one that "
      "belongs\n"
      "  to somebody else or lies on another file system, and after one that holds a name of "
      "`ceiling_markers`.\n\n"
      "| Key | Variable | Class | Type | Default | Meaning |\n|---|---|---|---|---|---|\n";
  for (const Option& option : table)
    page += fmt::format("| `{}` | `{}` | {} | {} | {} | {}{} |\n", option.key, variable_of(option),
                        class_letter(option.trust), type_name(option), default_cell(option),
                        option.doc, choices_cell(option));
  return page;
}

}  // namespace deja

// From names to conditions: what is known already, what the next look-up sees by itself, and what
// is left.
#include "wrap/observe.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/path.h"
#include "config/compiler_check.h"

namespace deja {

namespace {

// Read by programs of the system for their own use: what they hold does not reach an object, or not
// in a way that anybody could have keyed. The cache of the dynamic loader only says where libraries
// are, and those are conditions of their own. Random numbers make names that are different each
// time. Memory and processors decide how a compile goes about its work.
constexpr std::string_view harmless_files[] = {
    "/dev/null",          "/dev/tty",
    "/dev/urandom",       "/etc/ld.so.cache",
    "/etc/ld.so.preload", "/proc/cpuinfo",
    "/proc/filesystems",  "/proc/meminfo",
    "/proc/mounts",       "/proc/self/auxv",
    "/proc/self/cgroup",  "/proc/self/exe",
    "/proc/self/maps",    "/proc/self/mountinfo",
    "/proc/stat",         "/proc/sys/vm/overcommit_memory",
};
static_assert(std::ranges::is_sorted(harmless_files));

// Trees that hold no files but what the kernel says.
constexpr std::string_view kernel_trees[] = {"/dev", "/proc", "/sys"};
constexpr std::string_view harmless_trees[] = {"/sys/devices/system/cpu", "/sys/fs/cgroup"};
// Where distributions keep programs and what belongs to them.
constexpr std::string_view toolchain_trees[] = {"/bin",    "/etc",       "/lib", "/lib32", "/lib64",
                                                "/libx32", "/nix/store", "/opt", "/sbin",  "/usr"};

bool is_below_any(std::span<const std::string_view> trees, std::string_view name) {
  return std::ranges::any_of(trees,
                             [&](std::string_view tree) { return path::is_below(name, tree); });
}

bool is_precompiled(std::string_view name) {
  return name.ends_with(".gch") || name.ends_with(".pch");
}

// What the compile did with a name, all in all.
struct Use {
  bool read = false;  // or executed
  bool listed = false;
};

class Judge {
 public:
  Judge(const Session& session, const Invocation& call, HeaderSearch& search,
        const std::vector<std::string>& headers, const Compiled& compiled)
      : session_(session),
        fs_(session.system.fs),
        places_(places_of(session)),
        check_(compiler_check_of(session.config.compiler_check).kind),
        call_(call),
        headers_(headers),
        uses_(compiled.uses) {
    note_known();
    note_search(search.directories());
    note_made(compiled.own_depfile);
  }

  std::variant<Observation, Reason> result() {
    if (auto why = unexpected_output()) return *why;
    gather();
    for (const auto& [name, use] : names_)
      if (auto why = judge(name, use)) return *why;
    drop_implied();
    for (const std::string& name : absent_) add_absent(name);
    return std::move(out_);
  }

 private:
  std::string absolute(std::string_view name) const {
    return path::normal(path::join(session_.working_directory, name));
  }

  // Inputs that are in the ledger, whose answers are in keys, manifests and replay records.
  void note_known() {
    known_.insert(absolute(call_.source));
    for (const std::string& header : headers_) {
      known_.insert(absolute(header));
      header_names_.emplace(path::file_name(header));
    }
    // What only the text's key has is new to a direct look-up.
    for (const Input& input : session_.ledger.inputs())
      if (input.kind != Input::Kind::value && row_of(input.role).part != KeyPart::text)
        known_.insert(absolute(input.name));
    // Unlike another file, which is looked at by its name, these are everybody's own.
    for (const char* const variable : {"TMPDIR", "PWD"})
      if (const auto value = session_.system.env.get(variable)) ignored_.insert(absolute(*value));
    for (const char* const folder : {"/", "/tmp", "/var/tmp", "/usr/tmp"}) ignored_.insert(folder);
    note_way_to(session_.working_directory);
    note_way_to(std::string(path::directory(absolute(call_.source))));
  }

  // A directory that the compile stands in, and those above it.
  void note_way_to(std::string folder) {
    while (ignored_.insert(path::normal(folder)).second && path::directory(folder) != folder)
      folder = path::directory(folder);
  }

  void note_search(const std::vector<std::string>& directories) {
    const auto add = [&](std::string_view folder) { search_.insert(absolute(folder)); };
    for (const std::string& folder : directories) add(folder);
    if (session_.config.sloppiness.has(Sloppy::system_headers))
      for (const std::string& folder : directories)
        if (is_for_system(folder)) system_.push_back(absolute(folder));
    for (const SearchDirectory& directory : call_.search.directories)
      named_.insert(absolute(directory.path));
    add(path::directory(call_.source));
    for (const std::string& header : headers_) add(path::directory(header));
  }

  // One of -isystem, of -idirafter, or of the compiler's own.
  bool is_for_system(const std::string& folder) const {
    const auto is_it = [&](const SearchDirectory& directory) {
      return directory.path == folder && (directory.kind == SearchDirectory::Kind::quote ||
                                          directory.kind == SearchDirectory::Kind::angle);
    };
    return folder != path::directory(call_.source) &&
           std::ranges::none_of(call_.search.directories, is_it);
  }

  void note_made(const std::string& own_depfile) {
    for (const OutputFile& output : call_.outputs) {
      outputs_.insert(absolute(output.path));
      note_way_to(std::string(path::directory(absolute(output.path))));
    }
    if (!own_depfile.empty()) outputs_.insert(absolute(own_depfile));
    for (const NameUse& use : uses_) {
      using enum NameUse::Kind;
      if (use.kind == written || use.kind == made_directory) made_.insert(path::normal(use.name));
      if (use.kind == renamed || use.kind == linked) made_.insert(path::normal(use.to));
    }
  }

  // What was made, is still there, and is no output that anybody expects.
  std::optional<Reason> unexpected_output() {
    for (const std::string& name : made_) {
      if (outputs_.contains(name) || is_below_any(kernel_trees, name)) continue;
      const auto facts = fs_.lstat(name);
      if (!facts) continue;
      const std::string seen = path::relative(name, session_.working_directory);
      const bool may_be_kept = facts->kind == FileKind::regular && !call_.makes_files.empty() &&
                               out_.side_files.size() < most_side_files &&
                               is_side_file(session_, call_, seen);
      if (!may_be_kept) return Reason{Why::makes_unexpected, "'" + name + "'"};
      out_.side_files.push_back(seen);
    }
    return std::nullopt;
  }

  void gather() {
    for (const NameUse& use : uses_) {
      using enum NameUse::Kind;
      if (use.name.empty()) continue;
      if (use.kind == removed || use.kind == connected || use.kind == made_directory) continue;
      if (use.kind == written) continue;
      Use& all = names_[use.name];
      all.read |= use.kind == read || use.kind == executed;
      all.listed |= use.kind == listed;
    }
  }

  std::optional<Reason> judge(const std::string& name, const Use& use) {
    const std::string normal = path::normal(name);
    if (made_.contains(normal) || outputs_.contains(normal) || known_.contains(normal))
      return std::nullopt;
    if (ignored_.contains(normal) && !use.listed) return std::nullopt;
    if (std::ranges::binary_search(harmless_files, normal)) return std::nullopt;
    if (is_below_any(kernel_trees, normal)) {
      const bool matters = use.read && !is_below_any(harmless_trees, normal) && fs_.stat(name);
      return matters ? std::optional(Reason{Why::reads_unkeyed, "'" + name + "'"}) : std::nullopt;
    }
    const auto facts = fs_.stat(name);
    if (!facts) {
      absent_.push_back(name);
      return std::nullopt;
    }
    switch (facts->kind) {
      case FileKind::directory:
        return use.read || use.listed ? add_listed(name, *facts) : add_present(name, *facts);
      case FileKind::regular:
        return use.read ? add_file(name, *facts) : add_present(name, *facts);
      case FileKind::symlink:
      case FileKind::other:
        break;
    }
    if (use.read) return Reason{Why::reads_unkeyed, "'" + name + "'"};
    return std::nullopt;
  }

  bool in_toolchain(std::string_view name) const {
    return (!places_.compiler.empty() && path::is_below(name, places_.compiler)) ||
           is_below_any(toolchain_trees, name);
  }
  bool unchecked_toolchain() const { return !looks_at_programs(check_); }

  Condition& add(Condition::Kind kind, const std::string& name) {
    Condition& condition = out_.conditions.emplace_back();
    condition.kind = kind;
    set_path(condition, name, session_.working_directory, places_);
    return condition;
  }

  std::optional<Reason> add_file(const std::string& name, const FileFacts& facts) {
    if (facts.mtime_ns >= session_.started_ns || facts.ctime_ns >= session_.started_ns)
      return Reason{Why::changed_meanwhile, name};
    const std::string normal = path::normal(name);
    const bool unwanted = std::ranges::any_of(
        system_, [&](const std::string& folder) { return path::is_below(normal, folder); });
    if (unwanted) return std::nullopt;
    const bool toolchain = in_toolchain(normal);
    if (toolchain && unchecked_toolchain()) return std::nullopt;
    if (toolchain && check_ != CheckKind::content) {
      Condition& condition = add(Condition::Kind::same_facts, name);
      condition.size = facts.size;
      condition.mtime_ns = facts.mtime_ns;
      return std::nullopt;
    }
    const auto file = session_.files.get(name);
    if (!file || !(*file)->facts.same_content_as(facts))
      return Reason{Why::changed_meanwhile, name};
    if (is_read_for_comparison(**file)) return Reason{Why::same_content_twice, name};
    Condition& condition = add(Condition::Kind::same_content, name);
    condition.size = facts.size;
    condition.digest = (*file)->content;
    if (!toolchain && condition.base == Condition::Base::as_named)
      out_.data.push_back(condition.path);
    if (!toolchain) data_names_.emplace(path::file_name(name));
    return std::nullopt;
  }

  // GCC reads a header that was to be included once again where another has its size and time, and
  // takes it for that one when the content agrees: by its time, which no condition holds.
  bool is_read_for_comparison(const SourceFile& file) const {
    return file.facts.size != 0 && std::ranges::any_of(headers_, [&](const std::string& header) {
             const auto known = session_.files.get(header);
             return known && (*known)->content == file.content &&
                    (*known)->facts.inode != file.facts.inode;
           });
  }

  // Directories that are searched for headers are looked at in a manifest and by the preprocessor.
  std::optional<Reason> add_present(const std::string& name, const FileFacts& facts) {
    const std::string normal = path::normal(name);
    const bool is_search = facts.kind == FileKind::directory && search_.contains(normal);
    const bool is_header = search_.contains(std::string(path::directory(normal))) &&
                           facts.kind == FileKind::regular && !is_precompiled(normal);
    if (is_search || is_header || (unchecked_toolchain() && in_toolchain(normal)))
      return std::nullopt;
    if (!present_.insert(normal).second) return std::nullopt;
    add(Condition::Kind::present, name).size = static_cast<std::uint64_t>(facts.kind);
    return std::nullopt;
  }

  std::optional<Reason> add_listed(const std::string& name, const FileFacts& facts) {
    auto items = fs_.list(name);
    if (!items) return Reason{Why::reads_unkeyed, "'" + name + "'"};
    // What this compile makes there comes and goes.
    std::erase_if(*items, [&](const DirectoryItem& item) {
      return made_.contains(path::normal(path::join(name, item.name)));
    });
    Condition& condition = add(Condition::Kind::same_names, name);
    condition.digest = digest_of_names(*items);
    note_rest(condition, facts);
    return std::nullopt;
  }

  // A directory that has a file is there.
  void drop_implied() {
    std::unordered_set<std::string> ways;
    const auto add_way = [&](const std::string& name) {
      std::string folder(path::directory(path::normal(name)));
      while (ways.insert(folder).second && path::directory(folder) != folder)
        folder = path::directory(folder);
    };
    add_way(session_.compiler.path);
    add_way(session_.compiler.real_path);
    const auto is_present = [](const Condition& row) {
      return row.kind == Condition::Kind::present;
    };
    for (const Condition& row : out_.conditions)
      if (!is_present(row)) add_way(absolute(path_of(row, places_)));
    std::erase_if(out_.conditions, [&](const Condition& row) {
      return is_present(row) && ways.contains(absolute(path_of(row, places_)));
    });
  }

  void note_rest(Condition& condition, const FileFacts& facts) const {
    if (!is_settled(facts, session_.started_ns)) return;
    condition.mtime_ns = facts.mtime_ns;
    condition.ctime_ns = facts.ctime_ns;
  }

  // The shortest beginning of `name` that is not there, and the directory that it would be in.
  struct Absence {
    std::string directory;
    std::string name;
    std::optional<FileFacts> facts;  // of the directory
  };
  Absence absence_of(const std::string& name) {
    std::size_t end = 1;
    while (true) {
      const std::size_t next = std::min(name.find('/', end), name.size());
      const std::string beginning = name.substr(0, next);
      const auto [known, is_new] = on_the_way_.try_emplace(beginning);
      if (is_new)
        if (const auto facts = fs_.stat(beginning)) known->second = *facts;
      if (!known->second || next == name.size()) {
        const std::string directory(path::directory(beginning));
        const auto parent = on_the_way_.find(directory);
        return {directory, std::string(path::file_name(beginning)),
                parent != on_the_way_.end() ? parent->second : std::nullopt};
      }
      end = next + 1;
    }
  }

  // A header that was looked for before the place where it was found: the manifest watches for it,
  // and the preprocessed text would show it. Not so what other programs look for.
  bool is_header_search(const std::string& name) const {
    const std::string file(path::file_name(name));
    if (!header_names_.contains(file) || data_names_.contains(file)) return false;
    for (const std::string& folder : search_)
      if (name.starts_with(folder) && name.size() > folder.size() && name[folder.size()] == '/' &&
          name.find("/../", folder.size()) == std::string::npos)
        return true;
    return false;
  }

  void add_absent(const std::string& name) {
    // A directory of headers that the command names is looked for there as well.
    if (is_header_search(name) || named_.contains(path::normal(name))) return;
    const Absence absence = absence_of(name);
    const std::string beginning = path::join(absence.directory, absence.name);
    if (!gone_.insert(beginning).second) return;
    const bool quiet = in_toolchain(path::normal(beginning)) && absence.facts &&
                       is_settled(*absence.facts, session_.started_ns);
    if (unchecked_toolchain() && in_toolchain(path::normal(beginning))) return;
    if (!quiet) {
      add(Condition::Kind::absent, beginning);
      return;
    }
    const auto [place, is_new] = groups_.try_emplace(
        std::pair(absence.facts->device, absence.facts->inode), out_.conditions.size());
    if (is_new) note_rest(add(Condition::Kind::none_of, absence.directory), *absence.facts);
    out_.conditions[place->second].names.push_back(absence.name);
  }

  const Session& session_;
  Fs& fs_;
  Places places_;
  CheckKind check_;
  const Invocation& call_;
  const std::vector<std::string>& headers_;
  const std::vector<NameUse>& uses_;
  std::map<std::string, Use> names_;         // as given
  std::unordered_set<std::string> known_;    // absolute and normal, as all below
  std::unordered_set<std::string> ignored_;  // directories
  std::unordered_set<std::string> search_;   // directories where headers are looked for
  std::unordered_set<std::string> named_;    // those of them that the command names
  std::unordered_set<std::string> header_names_, data_names_;  // without directories
  std::vector<std::string> system_;  // whose headers nobody minds (sloppiness)
  std::unordered_set<std::string> outputs_;
  std::set<std::string> made_;
  std::vector<std::string> absent_;  // as given
  std::unordered_set<std::string> gone_, present_;
  std::unordered_map<std::string, std::optional<FileFacts>> on_the_way_;
  // Directory, whatever it is called → place among the conditions.
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> groups_;
  Observation out_;
};

}  // namespace

bool may_observe(System& system, const Config& config, const FoundCompiler& compiler) {
  if (config.observe == Observe::never || !system.processes.can_observe()) return false;
  if (config.observe == Observe::always) return true;
  const bool known_type =
      compiler.type == CompilerType::gcc || compiler.type == CompilerType::clang;
  return known_type && config.prefix_command.empty();
}

Places places_of(const Session& session) {
  const auto above = [](std::string_view file) {
    const std::string folder(path::directory(path::directory(file)));
    return folder == "/" || folder == "." ? std::string() : folder;
  };
  return {above(session.compiler.real_path), session.system.env.get("HOME").value_or("")};
}

bool is_side_file(const Session& session, const Invocation& call, std::string_view name) {
  for (const std::string& word : session.words)
    if (word.ends_with(name) &&
        (word.size() == name.size() || word[word.size() - name.size() - 1] == '=' ||
         word[word.size() - name.size() - 1] == ','))
      return true;
  const auto folder_of = [&](std::string_view file) {
    return path::normal(path::join(session.working_directory, path::directory(file)));
  };
  if (folder_of(name) != session.working_directory &&
      folder_of(name) != folder_of(call.object.path))
    return false;
  for (const std::string& file : {call.object.path, call.source}) {
    const std::string_view stem = path::without_extension(path::file_name(file));
    if (!stem.empty() && path::file_name(name).starts_with(stem)) return true;
  }
  return false;
}

std::variant<Observation, Reason> judge(const Session& session, const Invocation& call,
                                        HeaderSearch& search,
                                        const std::vector<std::string>& headers,
                                        const Compiled& compiled) {
  return Judge(session, call, search, headers, compiled).result();
}

}  // namespace deja

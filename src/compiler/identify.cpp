// Finding the compiler, telling its family by name, and reading what drivers print about
// themselves.
#include "compiler/identify.h"

#include <algorithm>
#include <iterator>

#include "base/path.h"
#include "base/program_mark.h"
#include "base/text.h"

namespace deja {
namespace {

struct NameRow {
  std::string_view name;  // without target, version and .exe
  CompilerType type;
  bool is_cpp_driver;
};

// A word that ends in "-<name>" counts too (x86_64-linux-gnu-gcc); the longest name wins.
constexpr NameRow compiler_names[] = {
    {"cl", CompilerType::msvc, false},      {"clang", CompilerType::clang, false},
    {"clang++", CompilerType::clang, true}, {"clang-cl", CompilerType::clang_cl, false},
    {"g++", CompilerType::gcc, true},       {"gcc", CompilerType::gcc, false},
    {"icl", CompilerType::icl, false},      {"icpx", CompilerType::icx, true},
    {"icx", CompilerType::icx, false},      {"icx-cl", CompilerType::icx_cl, false},
    {"nvcc", CompilerType::nvcc, false},    {"q++", CompilerType::qcc, true},
    {"qcc", CompilerType::qcc, false},
};

struct FamilyRow {
  CompilerType type;
  Family family;
};

constexpr FamilyRow families[] = {
    {CompilerType::clang, Family::clang}, {CompilerType::clang_cl, Family::clang_cl},
    {CompilerType::gcc, Family::gcc},     {CompilerType::icl, Family::cl},
    {CompilerType::icx, Family::clang},   {CompilerType::icx_cl, Family::clang_cl},
    {CompilerType::msvc, Family::cl},     {CompilerType::nvcc, Family::nvcc},
    {CompilerType::qcc, Family::gcc},     {CompilerType::other, Family::gcc},
};

std::string without_exe(std::string name) {
  if (text::lower(name).ends_with(".exe")) name.resize(name.size() - 4);
  return name;
}

// "x86_64-linux-gnu-g++" for "/usr/bin/x86_64-linux-gnu-g++-12.exe".
std::string plain_name(const std::string& program) {
  std::string name = text::lower(without_exe(std::string(path::file_name(program))));
  const std::size_t version = name.find_last_not_of("0123456789.");
  if (version != std::string::npos && version + 1 < name.size())
    name.resize(name[version] == '-' ? version : version + 1);
  return name;
}

const NameRow* row_of_name(const std::string& program) {
  const std::string name = plain_name(program);
  const NameRow* best = nullptr;
  for (const NameRow& row : compiler_names) {
    const bool parted =
        name.size() == row.name.size() ||
        (name.size() > row.name.size() && name[name.size() - row.name.size() - 1] == '-');
    const bool is_it = parted && name.ends_with(row.name);
    if (is_it && (!best || row.name.size() > best->name.size())) best = &row;
  }
  return best;
}

void classify(FoundCompiler& found, const std::string& typed, CompilerType configured) {
  const std::string name = plain_name(typed);
  const bool generic = name == "cc" || name == "c++";
  const NameRow* row = row_of_name(typed);
  if (!row) row = row_of_name(found.real_path);
  found.type = row ? row->type : generic ? CompilerType::gcc : CompilerType::other;
  found.is_cpp_driver = row && row->is_cpp_driver;
  if (name.ends_with("++")) found.is_cpp_driver = true;
  if (configured != CompilerType::auto_detect) found.type = configured;
  for (const FamilyRow& known : families)
    if (known.type == found.type) found.family = known.family;
}

// Looks at candidates, one after another.
class Finder {
 public:
  explicit Finder(System& system) : system_(system) {
    if (const Result<std::string> own = system_.processes.own_path())
      if (const Result<FileFacts> facts = system_.fs.stat(*own)) {
        own_ = *facts;
        knows_own_ = true;
      }
  }

  unsigned caches_met = 0;
  std::vector<Candidate> passed_over;

  // The compiler at `path`, unless nothing runnable is there or it is a compiler cache.
  std::optional<FoundCompiler> look(const std::string& path) {
    const Result<FileFacts> facts = system_.fs.stat(path);
    if (!facts || !is_runnable(*facts)) {
      passed_over.push_back({path, facts ? std::optional(*facts) : std::nullopt});
      return std::nullopt;
    }
    FoundCompiler found;
    found.path = path;
    found.real_path = system_.fs.real_path(path).value_or(path);
    found.facts = *facts;
    const std::string real_name =
        text::lower(without_exe(std::string(path::file_name(found.real_path))));
    const bool same_file = knows_own_ && own_.device == facts->device && own_.inode == facts->inode;
    // Another cache in front of the compiler would hide the compiler's own changes.
    const bool is_cache =
        same_file || real_name == "deja" || real_name == "ccache" || is_copy(path, *facts);
    caches_met += is_cache;
    if (is_cache) passed_over.push_back({path, *facts});
    if (is_cache) return std::nullopt;
    return found;
  }

 private:
  static bool is_runnable(const FileFacts& facts) {
    constexpr std::uint32_t execute_bits = 0111;
    return facts.kind == FileKind::regular &&
           (native_style == PathStyle::windows || (facts.mode & execute_bits) != 0);
  }

  // A copy of this program, or another build of it, under the compiler's name.
  bool is_copy(const std::string& path, const FileFacts& facts) {
    const auto beginning = system_.fs.read_part(path, 0, program_mark_within);
    if (!beginning) return false;
    if (has_program_mark(*beginning)) return true;
    if (native_style == PathStyle::posix || !knows_own_ || facts.size != own_.size) return false;
    const auto own = system_.processes.own_path();
    const auto own_beginning =
        own ? system_.fs.read_part(*own, 0, program_mark_within) : Result<std::string>(own.error());
    return own_beginning && *own_beginning == *beginning;
  }

  System& system_;
  FileFacts own_;
  bool knows_own_ = false;
};

// The names a program may have in a folder.
std::vector<std::string> program_names(const std::string& name) {
  const std::string_view suffix = path::program_suffix();
  if (suffix.empty() || text::lower(name).ends_with(suffix)) return {name};
  return {std::string(name).append(suffix), name};
}

}  // namespace

Result<FoundCompiler> find_compiler(System& system, const Config& config, const std::string& name) {
  Finder finder(system);
  const std::vector<std::string> names = program_names(name);
  const bool has_separator =
      std::any_of(name.begin(), name.end(), [](char c) { return path::is_separator(c); });
  std::vector<std::string> folders = {""};
  if (!has_separator)
    folders =
        path::search_path(config.path.empty() ? system.env.get("PATH").value_or("") : config.path);
  for (const std::string& folder : folders) {
    for (const std::string& candidate : names) {
      std::optional<FoundCompiler> found =
          finder.look(folder.empty() ? candidate : path::join(folder, candidate));
      if (!found) continue;
      classify(*found, name, config.compiler_type);
      found->passed_over = std::move(finder.passed_over);
      found->passed_over_cache = finder.caches_met > 0;
      return std::move(*found);
    }
  }
  // A link to deja called by its path: the compiler it is named after is on PATH.
  const std::string base(path::file_name(name));
  if (has_separator && finder.caches_met > 0 && !text::lower(base).starts_with("deja")) {
    auto found = find_compiler(system, config, base);
    if (!found) return found;
    found->passed_over_cache = true;
    found->passed_over.insert(found->passed_over.begin(), finder.passed_over.begin(),
                              finder.passed_over.end());
    return found;
  }
  if (finder.caches_met > 0)
    return Error{"find compiler", name, "it is deja itself or another compiler cache",
                 Cause::exists};
  return Error{"find compiler", name, "not found", Cause::not_found};
}

std::vector<std::string> search_query_words(const Invocation& invocation) {
  struct LanguageName {
    Language language;
    std::string_view name;
  };
  constexpr LanguageName names[] = {
      {Language::cpp, "c++"},
      {Language::cpp_header, "c++"},
      {Language::objc, "objective-c"},
      {Language::objc_header, "objective-c"},
      {Language::objcpp, "objective-c++"},
      {Language::objcpp_header, "objective-c++"},
  };
  std::vector<std::string> words = {"-E", "-v"};
  for (const Argument& argument : invocation.arguments) {
    // What is seen in the text only (-D, -I, -include) does not change the built-in directories.
    const bool shapes_search =
        argument.to_preprocess && argument.keys == Keys::both && argument.words.front() != "-x";
    if (shapes_search) words.insert(words.end(), argument.words.begin(), argument.words.end());
  }
  const auto* row = std::find_if(std::begin(names), std::end(names), [&](const LanguageName& n) {
    return n.language == invocation.language;
  });
  words.insert(words.end(), {"-x", row == std::end(names) ? "c" : std::string(row->name)});
  words.emplace_back(path::null_device());
  return words;
}

std::vector<std::string> parse_search_directories(std::string_view verbose_text) {
  constexpr std::string_view ignored = "ignoring nonexistent directory \"";
  std::vector<std::string> folders;
  std::size_t absent = 0;
  bool inside = false;
  for (std::string_view line : text::split(verbose_text, '\n')) {
    const bool is_folder = inside && line.starts_with(' ');
    line = text::trim(line);
    if (line.starts_with(ignored) && line.ends_with('"') && line.size() > ignored.size()) {
      line.remove_prefix(ignored.size());
      line.remove_suffix(1);
      folders.emplace(folders.begin() + static_cast<std::ptrdiff_t>(absent++), line);
      continue;
    }
    if (line.ends_with("search starts here:")) {
      inside = true;
    } else if (line.starts_with("End of search list")) {
      inside = false;
    } else if (is_folder && !line.ends_with("(framework directory)")) {
      folders.emplace_back(line);
    }
  }
  return folders;
}

std::string parse_resolved_native(std::string_view driver_text) {
  // Words that take the next one with them.
  constexpr std::string_view with_value[] = {"--param", "-target-abi", "-target-cpu",
                                             "-target-feature", "-tune-cpu"};
  std::string resolved;
  for (std::string_view line : text::split(driver_text, '\n')) {
    if (line.find("cc1") == std::string_view::npos) continue;
    bool takes_next = false;
    for (std::string_view word : text::words(line)) {
      if (word.size() >= 2 && word.front() == '"' && word.back() == '"')
        word = word.substr(1, word.size() - 2);
      const bool is_value = takes_next;
      takes_next =
          std::find(std::begin(with_value), std::end(with_value), word) != std::end(with_value);
      const bool is_machine =
          word.starts_with("-m") && word != "-main-file-name" && word != "-mllvm";
      if (!is_value && !takes_next && !is_machine) continue;
      if (!resolved.empty()) resolved += ' ';
      resolved += word;
    }
    if (!resolved.empty()) break;
  }
  return resolved;
}

}  // namespace deja

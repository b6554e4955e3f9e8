// What the words of gcc and clang imply together: the source, the names of all outputs, the files
// and facts that reach the object.
#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "compiler/gcc_reader.h"
#include "compiler/languages.h"

namespace deja {

// Counts as ccache counts, in its order: standard output, preprocessing, no input, several sources,
// linking, language.
std::optional<Bypass> GccReader::choose_source() {
  if (call_.object.path == "-" || (call_.object.path == "/dev/stdout"))
    return Bypass(Why::output_is_stream, "-o " + call_.object.path);
  if (preprocess_) return Bypass(Why::preprocesses_only, "-E");
  std::vector<Input> sources;
  for (const Input& input : inputs_) {
    if (input.file.empty() || input.file == "-") return Bypass(Why::source_is_stream);
    const bool is_source = input.language ||
                           language_of_file(input.file, in_.family, in_.is_cpp_driver) ||
                           is_module_unit(input.file);
    if (is_source) sources.push_back(input);
  }
  if (inputs_.empty()) return Bypass(Why::no_source);
  if (sources.size() > 1)
    return Bypass(Why::several_sources, sources[0].file + " and " + sources[1].file);
  const bool one_file = sources.size() == 1 && inputs_.size() == 1;
  if (one_file) {
    const Input& input = inputs_.front();
    call_.source = local(input.file);
    if (input.file.starts_with('-')) return Bypass(Why::refused_combination, input.file);
    if (is_module_unit(input.file) || (input.language && *input.language == "c++-module"))
      return Bypass(Why::module_unit, input.file);
    const auto language = input.language
                              ? language_of_name(*input.language)
                              : language_of_file(input.file, in_.family, in_.is_cpp_driver);
    if (!language || (*language == Language::bitcode && !is_clang()))
      return Bypass(Why::unknown_language, *input.language);
    call_.language = *language;
    if (input.language)
      call_.arguments.insert(
          call_.arguments.begin() + static_cast<std::ptrdiff_t>(input.arguments_before),
          Argument{.words = {"-x", *input.language}});
  }
  const bool is_object =
      compile_ || assemble_ || syntax_only_ || (one_file && is_header(call_.language));
  if (!is_object) {
    const bool autoconf =
        !sources.empty() && path::file_name(sources[0].file).starts_with("conftest.");
    return Bypass(autoconf ? Why::autoconf_probe : Why::links);
  }
  if (!one_file) return Bypass(Why::unknown_language, inputs_.back().file);
  return check_source();
}

std::optional<Bypass> GccReader::check_source() const {
  if (information_) return Bypass(Why::asks_for_information);
  const bool makes_more = coverage_notes_ || !beside_.empty() || is_header(call_.language);
  if (syntax_only_ && makes_more)
    return Bypass(Why::refused_combination, "-fsyntax-only beside other outputs");
  if (compile_ && assemble_) return Bypass(Why::refused_combination, "-c beside -S");
  // g++ takes a .c file for C++, but for C after "-x none".
  // GCC warns that it has no effect, and the word's place is not kept when the command is put
  // together again.
  if (language_too_late_) return Bypass(Why::refused_combination, "-x after the source");
  if (language_reset_ && in_.is_cpp_driver) return Bypass(Why::refused_option, "-x none");
  // Only the preprocessor proper writes it where the driver compiles and would have linked:
  // a-foo.d.
  const bool header_alone = is_header(call_.language) && !compile_ && !assemble_;
  if (emits_pch_ && !is_header(call_.language))
    return Bypass(Why::refused_option, "-Xclang -emit-pch of what is no header");
  if (header_alone && call_.depfile.wanted && !call_.object.named && dep_file_.empty())
    return Bypass(Why::refused_combination, "a dependency file of a header without -o");
  return std::nullopt;
}

void GccReader::name_object() {
  call_.pch.made = is_header(call_.language);
  call_.already_preprocessed = is_preprocessed(call_.language);
  if (call_.object.named) return;
  if (call_.pch.made) {
    call_.object.path = call_.source + ".gch";
    return;
  }
  // [-S][-emit-llvm]
  constexpr std::array<std::array<std::string_view, 2>, 2> suffixes{{{".o", ".bc"}, {".s", ".ll"}}};
  call_.object.path = without_last_suffix(std::string(path::file_name(call_.source)));
  call_.object.path += suffixes[assemble_][emit_llvm_];
}

void GccReader::complete_facts() {
  Invocation& c = call_;
  const bool in_debug = debug_ && !debug_directory_;
  const bool in_mapping = coverage_mapping_ && !coverage_directory_;
  // Bitcode names the file in full that is to be written one day.
  const bool in_bitcode = is_clang() && (lto_ || emit_llvm_) &&
                          std::ranges::find(beside_, OutputKind::stack_usage) != beside_.end();
  c.matters.working_directory = in_debug || in_mapping || in_bitcode || (effects_ & cwd) != 0;
  c.programs.assembler |= !is_clang();
  c.programs.objcopy = split_dwarf_;
  c.matters.columns = debug_ || (effects_ & columns) != 0;
  c.matters.macro_columns = debug_macros_ || (effects_ & (columns | macros)) != 0;
  c.matters.object_path = (effects_ & object_path) != 0;
  c.matters.command_line = (effects_ & verbatim) != 0;
  c.allows.additions = (effects_ & no_additions) == 0;
  c.allows.direct_mode &= (effects_ & no_direct) == 0;
  c.allows.preprocessed_mode &= (effects_ & no_text) == 0;
  const bool text_is_not_all =
      debug_macros_ || (effects_ & macros) != 0 || c.already_preprocessed || c.matters.command_line;
  if (text_is_not_all) hide_nothing_in_text(c);
  if (frontend_colors_) c.colors.chosen = c.colors.on = true;
  c.matters.comments = !is_clang() && (effects_ & comments) != 0;
  c.matters.layout = asks_for_warnings();
  c.allows.other_comments = hides_comments();
  if (c.pch.made) complete_pch(c, is_clang());
  // The counters' and notes' own record of the working directory is not mapped, nor is what a
  // precompiled header holds. Of maps that fit one path clang takes the first by name, not the
  // last; its assembler maps only some of the names.
  const bool assembles =
      c.language == Language::assembler || c.language == Language::assembler_with_cpp;
  if (c.coverage.wanted || c.pch.made || (is_clang() && (assembles || maps_overlap())))
    c.prefix_maps.clear();
  else
    hide_prefix_maps();
  if (c.coverage.wanted) c.coverage.object_path = c.object.path;
  // Taken off the object's path as text, so that another spelling takes off nothing.
  const std::string prefix = path::normal(profile_prefix_);
  if (c.coverage.wanted && !profile_prefix_.empty())
    c.coverage.object_path =
        prefix == profile_prefix_
            ? path::relative(path::normal(path::join(in_.working_directory, c.object.path)), prefix)
            : c.object.path + " and not below " + profile_prefix_;
  for (SearchDirectory& directory : c.search.directories)
    if (directory.path.starts_with('=')) c.allows.direct_mode = false;
}

// Whether an option asks for warnings: some tell macros from what they stand for, or one
// indentation from another.
bool GccReader::asks_for_warnings() const {
  constexpr std::string_view others[] = {"-Wa,", "-Wl,", "-Wno-", "-Wp,"};
  return std::ranges::any_of(call_.arguments, [&](const Argument& argument) {
    const std::string& word = argument.words.front();
    const auto begins = [&](std::string_view beginning) { return word.starts_with(beginning); };
    return word.starts_with("-pedantic") ||
           (word.starts_with("-W") && std::ranges::none_of(others, begins));
  });
}

// Whether no output can tell what comments say. Clang puts digests of sources into debug
// information, and skips comments in its maps of coverage; the options in the table show comments,
// or blanks at the ends of lines, or pass on what does.
bool GccReader::hides_comments() const {
  constexpr std::string_view shows[] = {"-C",
                                        "-Wa,",
                                        "-Wdocumentation",
                                        "-Weverything",
                                        "-Wleading-whitespace",
                                        "-Wp,",
                                        "-Wtrailing-whitespace",
                                        "-Xassembler",
                                        "-Xclang",
                                        "-Xpreprocessor",
                                        "-fcoverage-mapping",
                                        "-fparse-all-comments",
                                        "-fplugin",
                                        "-fverbose-asm",
                                        "-gembed-source"};
  const Language language = call_.language;
  const bool is_code = language == Language::c || language == Language::cpp ||
                       language == Language::objc || language == Language::objcpp;
  if (!is_code || call_.pch.made || call_.coverage.wanted || (is_clang() && debug_) ||
      (effects_ & verbatim) != 0 || debug_macros_)
    return false;
  return std::ranges::none_of(call_.arguments, [&](const Argument& argument) {
    // What enters no key says nothing: a choice of colours by -Xclang.
    return argument.keys != Keys::none &&
           std::ranges::any_of(shows, [&](std::string_view beginning) {
             return argument.words.front().starts_with(beginning);
           });
  });
}

// OLD of OLD=NEW ends at the first '=' for clang, at the last for gcc.
std::size_t GccReader::size_of_old(std::string_view map) const {
  return is_clang() ? map.find('=') : map.rfind('=');
}

// Whether OLD says where this tree lies: the working directory is below it, or below the directory
// that holds it. One that is not deep may hold the system's headers.
bool GccReader::may_hide(const std::string& old) const {
  const auto is_deep = [](std::string_view path) {
    return std::count(path.begin(), path.end(), '/') >= 2 && !path.starts_with("/usr/") &&
           !path.starts_with("/lib") && !path.starts_with("/opt/");
  };
  const std::string normal = path::normal(old);
  const std::string beside(path::directory(normal));
  const std::string here = path::normal(in_.working_directory);
  return path::is_absolute(normal) && is_deep(normal) &&
         (path::is_below(here, normal) || (is_deep(beside) && path::is_below(here, beside)));
}

// How each full name on the command line, and the working directory's, lies to OLD: what a map
// makes of the names that come from it follows from that.
std::vector<std::string> GccReader::relations_to(const std::string& old) const {
  std::vector<std::string> out;
  const auto relate = [&](const std::string& path) {
    if (path.starts_with(old)) out.push_back("in " + path.substr(old.size()));
    if (old.starts_with(path)) out.push_back("above " + old.substr(path.size()));
  };
  const auto relate_word = [&](const std::string& word) {
    const std::size_t root = word.find('/');
    if (root == std::string::npos || root + 1 == word.size()) return;
    const std::string path = word.substr(root), normal = path::normal(path);
    relate(path);
    if (normal != path) relate(normal);
  };
  for (const Argument& argument : call_.arguments) {
    const CompilerOption* const option = find(argument.words.front());
    if (option != nullptr && option->role() == OptionRole::prefix_map) continue;
    for (const std::string& word : argument.words) relate_word(word);
  }
  relate_word(call_.source);
  if (config_.hash_dir) relate(path::normal(in_.working_directory));
  return out;
}

// OLD need not be part of a key where all that it does is known without it, so that copies of a
// tree share results. What the maps turn the working directory into is hashed besides.
void GccReader::hide_prefix_maps() {
  for (Argument& argument : call_.arguments) {
    const CompilerOption* const option = find(argument.words.front());
    if (option == nullptr || option->role() != OptionRole::prefix_map) continue;
    const std::string map(joined_value(*option, argument.words.front()));
    if (map.find('=') == std::string::npos) continue;
    const std::string old = map.substr(0, size_of_old(map));
    if (!may_hide(old)) continue;
    argument.hashed_as = relations_to(old);
    argument.hashed_as.push_back(std::string(option->name) + map.substr(old.size()));
  }
}

bool GccReader::maps_overlap() const {
  for (std::size_t i = 0; i < call_.prefix_maps.size(); ++i)
    for (std::size_t j = 0; j < call_.prefix_maps.size(); ++j) {
      const std::string& other = call_.prefix_maps[j];
      const auto old =
          std::string_view(call_.prefix_maps[i]).substr(0, size_of_old(call_.prefix_maps[i]));
      if (i != j && std::string_view(other).substr(0, size_of_old(other)).starts_with(old))
        return true;
    }
  return false;
}

// Where profiles are read from, as strace shows it for gcc 12 and clang 14. What does not exist is
// not part of the key; when it appears the key changes.
void GccReader::find_profiles() {
  const std::string stem = path::join(in_.working_directory, object_stem());
  for (auto [kind, named] : profiles_) {
    std::vector<std::string> candidates;
    if (kind == ProfileKind::file) {
      candidates = {named.empty() ? "fbdata.afdo" : named};
    } else if (kind == ProfileKind::clang_indexed) {
      candidates = {named,
                    named.empty() ? "default.profdata" : path::join(named, "default.profdata")};
    } else {
      const std::string folder = named.empty() ? profile_dir_ : named;
      candidates = {
          folder.empty()
              ? stem + ".gcda"
              : path::join(folder, text::replaced(path::normal(stem), "/", "#") + ".gcda"),
          named};
    }
    for (const std::string& candidate : candidates) {
      if (candidate.empty()) continue;
      const auto facts = look_for(candidate);
      if (facts && facts->kind == FileKind::regular) call_.files.to_hash.push_back(candidate);
    }
  }
}

// -include X reads X.gch (clang also X.pch) beside the X that is found first: in the working
// directory, then as for #include "X". The X itself need not be there.
void GccReader::find_precompiled_headers() {
  std::vector<std::string> folders = {""};
  for (const auto kind :
       {SearchDirectory::Kind::quote, SearchDirectory::Kind::angle, SearchDirectory::Kind::system})
    for (const SearchDirectory& directory : call_.search.directories)
      if (directory.kind == kind) folders.push_back(directory.path);
  for (const std::string& name : includes_) {
    for (const std::string& folder : folders) {
      const std::string header = folder.empty() ? name : path::join(folder, name);
      const bool has_gch = take_precompiled_header(header + ".gch");
      const bool has_pch = is_clang() && take_precompiled_header(header + ".pch");
      if (has_gch || has_pch || exists(header)) break;
    }
  }
  if (call_.pch.files.empty()) return;
  // Which macros there are decides whether it is taken, and the text does not show it.
  hide_nothing_in_text(call_);
  call_.pch.times_matter |= is_clang();
  // Clang compares the headers' sizes.
  call_.allows.other_comments = false;
}

// The file that is to be made is emptied before anything is read. A directory holds several, of
// which the first that fits is taken.
bool GccReader::take_precompiled_header(const std::string& path) {
  if (path::normal(path) == path::normal(call_.object.path)) return false;
  const auto found = look_for(path);
  if (!found) return false;
  if (found->kind != FileKind::directory) {
    call_.pch.files.push_back(path);
    return true;
  }
  call_.pch.directories.push_back(path);
  auto items = fs_.list(path).value_or({});
  std::ranges::sort(items, {}, &DirectoryItem::name);
  for (const DirectoryItem& item : items) call_.pch.files.push_back(path::join(path, item.name));
  return true;
}

namespace {

// Standard output, or what the caller has open: through deja it is something else.
bool is_stream(std::string_view file) {
  return file == "-" || (file.starts_with("/dev/") && !path::is_null_device(file)) ||
         file.starts_with("/proc/");
}

}  // namespace

void GccReader::name_depfile() {
  // gcc writes to the file of -Wp,-MD, clang to the one of -MF.
  if (!dep_file_of_preprocessor_.empty() && !dep_file_.empty())
    return refuse(Why::refused_combination, "-MF beside -Wp,-MD");
  // Nothing is preprocessed, nothing is written.
  if (call_.already_preprocessed) call_.depfile.wanted = false;
  // Without -MD the words shape a warning at most.
  if (!call_.depfile.wanted) {
    if (!dep_file_.empty()) call_.depfile.key.emplace_back("-MF");
    if (!dep_targets_.empty() || !dep_targets_of_preprocessor_.empty())
      call_.depfile.key.emplace_back("-MT");
    return;
  }
  call_.depfile.path = !dep_file_of_preprocessor_.empty() ? dep_file_of_preprocessor_ : dep_file_;
  if (call_.depfile.path.empty()) call_.depfile.path = object_stem() + ".d";
  if (is_stream(call_.depfile.path))
    return refuse(Why::output_is_stream, "-MF " + call_.depfile.path);
  name_targets();
}

// Make knows the object by the name that its rule has, not by the one that base_dir makes of it.
// gcc's driver names the object to the preprocessor where it has seen -MD itself; where only -Wp,
// asks, the preprocessor names it after the source.
void GccReader::name_targets() {
  const std::string by_source =
      without_last_suffix(std::string(path::file_name(call_.source))) + ".o";
  const bool after_source = !call_.object.named || (!is_clang() && !driver_makes_deps_);
  const std::string target = after_source ? by_source : object_typed_;
  std::vector<std::string>& targets = call_.depfile.targets;
  targets = dep_targets_;
  const bool by_default =
      targets.empty() && (is_clang() || driver_makes_deps_ || dep_targets_of_preprocessor_.empty());
  if (by_default) targets = {quoted_target(target)};
  targets.insert(targets.end(), dep_targets_of_preprocessor_.begin(),
                 dep_targets_of_preprocessor_.end());
  if (by_default && !after_source && object_typed_ != call_.object.path)
    call_.depfile.target_words = {"-MQ", target};
}

void GccReader::name_outputs() {
  if (!syntax_only_) add_output(OutputKind::object, call_.object.path);
  if (call_.depfile.wanted) add_output(OutputKind::depfile, call_.depfile.path);
  if (coverage_notes_) beside_.push_back(OutputKind::coverage_notes);
  // Only clang splits assembler text too; only gcc splits where there is no debug information.
  if (split_dwarf_ && !syntax_only_ && (debug_ || !is_clang()) && (!assemble_ || is_clang()))
    beside_.push_back(OutputKind::split_debug);
  std::sort(beside_.begin(), beside_.end());
  beside_.erase(std::unique(beside_.begin(), beside_.end()), beside_.end());
  for (OutputKind kind : beside_) {
    const bool by_driver =
        !is_clang() && (kind == OutputKind::ipa_clones || kind == OutputKind::split_debug);
    std::string path = by_driver ? driver_stem() : object_stem();
    if (kind == OutputKind::ipa_clones) path += path::extension(call_.source);
    add_output(kind, path + std::string(row_of(kind).suffix));
  }
  for (auto& [kind, path] : named_) add_output(kind, std::move(path));
}

// As seen with gcc 12 and clang 14 over files of other modes, with two names, and over links.
Existing GccReader::existing_of(OutputKind kind) const {
  const bool object = kind == OutputKind::object;
  const bool from_assembler =
      call_.language == Language::assembler || call_.language == Language::assembler_with_cpp;
  if (is_clang())
    return (object && !from_assembler) || kind == OutputKind::diagnostics ? Existing::replaced
                                                                          : Existing::kept;
  const bool by_binutils =
      (object && !assemble_ && !call_.pch.made) || kind == OutputKind::split_debug;
  return by_binutils ? Existing::removed : Existing::kept;
}

}  // namespace deja

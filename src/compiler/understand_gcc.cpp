// Command lines of gcc and clang, read word by word through the option tables, then completed by what the words imply.
#include <algorithm>
#include <array>
#include <utility>

#include "base/path.h"
#include "base/text.h"
#include "compiler/base_dir.h"
#include "compiler/languages.h"
#include "compiler/option_details.h"
#include "compiler/readers.h"

namespace deja {
namespace {

constexpr CompilerOption unknown_option{"", Value::none};

struct Input {
  std::string file;
  std::optional<std::string> language;  // of -x; nullopt: by its name
  std::size_t arguments_before;
};

// One option with its words and value.
struct Given {
  const CompilerOption& option;
  Argument argument;
  std::string value;

  Effect has(Effect effect) const { return static_cast<Effect>(option.effects & effect); }
};

class Reader {
 public:
  Reader(Fs& fs, const Config& config, const UnderstandInput& input)
      : fs_(fs), config_(config), in_(input), base_dirs_(fs, config.base_dir, input.working_directory) {
    call_.family = input.family;
  }

  Understood read();

 private:
  bool is_clang() const { return in_.family == Family::clang; }
  const CompilerOption* find(const std::string& word) const {
    return is_clang() ? find_option(clang_options(), gcc_options(), word) : find_option(gcc_options(), word);
  }

  // Reading words.
  void word();
  void input_word(const std::string& file);
  void option_word(const std::string& typed);
  void apply(Given given);
  bool apply_mode(const Given& given);
  bool apply_dependency(const Given& given);
  bool apply_file(Given& given);
  bool apply_fact(Given& given);
  bool apply_passed_on(Given& given);
  void take_effects(const Given& given);
  void keep(Given& given) { call_.arguments.push_back(std::move(given.argument)); }
  void refuse(Outcome why, std::string detail) {
    if (!refusal_) refusal_ = Bypass{why, std::move(detail)};
  }

  // Single options.
  void take_language(const std::string& name);
  void take_debug(const std::string& value);
  void take_color(const Given& given);
  void take_prefix_map(Given& given);
  void take_assembler_word(std::string_view word, const std::string& typed);
  void take_preprocessor_words(Given& given);
  void take_frontend_word(Given& given);
  void take_dep_from_preprocessor(const std::string& mode, const std::string& file);

  // What the words imply.
  std::optional<Bypass> choose_source();
  std::optional<Bypass> check_source() const;
  void name_object();
  void name_outputs();
  void name_depfile();
  void find_profiles();
  void find_precompiled_headers();
  void complete_facts();
  void forget_prefix_maps();
  void add_output(unsigned kind, std::string path) { call_.outputs.push_back({kind, std::move(path), existing_of(kind)}); }
  Existing existing_of(unsigned kind) const;
  // base_dir applied to a path of the command line.
  std::string local(const std::string& path) {
    std::string rewritten = base_dirs_.rewrite(path);
    call_.rewritten |= rewritten != path;
    return rewritten;
  }
  bool exists(const std::string& path) const { return static_cast<bool>(fs_.stat(path)); }
  std::string object_stem() const { return without_last_suffix(call_.object); }

  Fs& fs_;
  const Config& config_;
  const UnderstandInput& in_;
  BaseDirs base_dirs_;
  Invocation call_;
  std::optional<Bypass> refusal_;
  std::size_t next_ = 0;
  bool options_ended_ = false;

  std::vector<Input> inputs_;
  std::optional<std::string> language_;
  bool compile_ = false, assemble_ = false, preprocess_ = false, syntax_only_ = false, information_ = false, language_reset_ = false,
       language_too_late_ = false, emit_llvm_ = false;
  unsigned effects_ = 0;  // of all options together
  bool debug_ = false, debug_macros_ = false, debug_directory_ = false, split_dwarf_ = false, coverage_notes_ = false;
  std::vector<OutputKind> beside_;                       // outputs named after the object
  std::vector<std::pair<unsigned, std::string>> named_;  // kind and name of outputs named by options
  std::string dep_file_, dep_file_of_preprocessor_;
  bool dep_target_given_ = false;
  std::optional<std::string> include_prefix_;
  std::vector<std::string> includes_;  // -include, as the compiler sees them
  std::vector<std::pair<ProfileKind, std::string>> profiles_;
  std::string profile_dir_, profile_prefix_;
};

// --- words ----------------------------------------------------------------------------------------------------------

Understood Reader::read() {
  while (next_ < in_.words.size() && !refusal_) word();
  if (refusal_) return *refusal_;
  if (auto bypass = choose_source()) return *bypass;
  name_object();
  complete_facts();
  find_profiles();
  find_precompiled_headers();
  name_depfile();
  name_outputs();
  if (refusal_) return *refusal_;
  return std::move(call_);
}

void Reader::word() {
  const std::string& typed = in_.words[next_++];
  const bool is_option = !options_ended_ && typed.size() > 1 && typed.front() == '-';
  if (!options_ended_ && matches_ignored(config_, typed)) {
    Argument ignored{.words = {typed}};
    ignored.in_direct_key = ignored.in_preprocessed_key = false;
    call_.arguments.push_back(std::move(ignored));
  } else if (is_option) {
    option_word(typed);
  } else {
    input_word(typed);
  }
}

void Reader::input_word(const std::string& file) {
  if (file.starts_with('@')) return refuse(Outcome::bad_compiler_arguments, "unreadable response file " + file);
  inputs_.push_back({file, language_, call_.arguments.size()});
}

void Reader::option_word(const std::string& typed) {
  const CompilerOption* found = find(typed);
  if (!found && typed.starts_with("--")) return refuse(Outcome::unsupported_compiler_option, typed);
  Given given{found ? *found : unknown_option, Argument{.words = {typed}}, {}};
  if (found) given.value = joined_value(*found, typed);
  if (found && takes_next_word(*found, typed)) {
    if (next_ == in_.words.size()) return refuse(Outcome::bad_compiler_arguments, typed + " without a value");
    if (found->value != Value::joined_and_separate) given.value = in_.words[next_];
    given.argument.words.push_back(in_.words[next_++]);
  }
  const bool names_output = given.option.role == Role::object || given.option.role == Role::dep_file;
  if (names_output && given.value.empty()) return refuse(Outcome::bad_compiler_arguments, typed + " without a name");
  if (given.has(is_path)) {
    const std::string path = local(given.value);
    std::string& last = given.argument.words.back();
    last.replace(last.size() - given.value.size(), std::string::npos, path);
    given.value = path;
  }
  apply(std::move(given));
}

void Reader::apply(Given given) {
  given.argument.to_preprocess = !given.has(no_preprocess);
  given.argument.in_direct_key = !given.has(unkeyed);
  given.argument.in_preprocessed_key = !given.has(unkeyed) && !given.has(in_text);
  if (apply_mode(given) || apply_dependency(given)) return;
  if (apply_file(given) || apply_fact(given) || apply_passed_on(given)) return;
  take_effects(given);
  keep(given);
}

void Reader::take_effects(const Given& given) {
  effects_ |= given.option.effects;
  // A bare name that is not here is a file of the compiler's own (nano.specs), and belongs to it as its cc1 does.
  if (given.has(hash_file) && exists(given.value)) call_.files_to_hash.push_back(given.value);
}

// Options that say what is to be done. True: done with.
bool Reader::apply_mode(const Given& given) {
  const std::string& typed = given.argument.words.front();
  switch (given.option.role) {
    case Role::refuse:
      refuse(static_cast<Outcome>(given.option.detail), typed);
      return true;
    case Role::refuse_if_value:
      if (given.value.find('=') == std::string::npos) return false;
      refuse(Outcome::unsupported_compiler_option, typed);
      return true;
    case Role::compile:
      call_.arguments.push_back(given.argument);
      return compile_ = true;
    case Role::assemble:
      call_.arguments.push_back(given.argument);
      return assemble_ = true;
    case Role::preprocess:
      return preprocess_ = true;
    case Role::syntax_only:
      return syntax_only_ = true;
    case Role::information:
      return information_ = true;
    case Role::end_of_options:
      // gcc 12 takes "--" for an unknown option, so only clang's command may go without it.
      if (!is_clang()) refuse(Outcome::bad_compiler_arguments, typed);
      return options_ended_ = true;
    case Role::object:
      call_.object = local(given.value);
      call_.object_option = given.argument.words;
      return call_.object_named = true;
    case Role::language:
      take_language(given.value);
      return true;
    default:
      return false;
  }
}

void Reader::take_language(const std::string& name) {
  if (!inputs_.empty()) language_too_late_ = true;
  if (name == "none")
    language_.reset(), language_reset_ = true;
  else
    language_ = name;
}

bool Reader::apply_dependency(const Given& given) {
  const auto remember = [&] {
    std::vector<std::string>& key = call_.dep_key;
    key.insert(key.end(), given.argument.words.begin(), given.argument.words.end());
    call_.arguments.push_back(given.argument);
    return true;
  };
  switch (given.option.role) {
    case Role::dep_make:
      call_.wants_depfile = true;
      return remember();
    case Role::dep_target:
      dep_target_given_ = true;
      return remember();
    case Role::dep_style:
      return remember();
    case Role::dep_file:
      dep_file_ = given.value;
      call_.arguments.push_back(given.argument);
      return true;
    default:
      return false;
  }
}

// Options that name files or folders.
bool Reader::apply_file(Given& given) {
  const auto and_keep = [&] {
    take_effects(given);
    keep(given);
    return true;
  };
  switch (given.option.role) {
    case Role::search:
      call_.search.push_back({static_cast<SearchDirectory::Kind>(given.option.detail), given.value});
      return and_keep();
    case Role::include_prefix:
      include_prefix_ = given.value;
      return and_keep();
    case Role::search_with_prefix:
      // The compiler's own prefix is not known here.
      if (!include_prefix_) call_.allows_direct = false;
      call_.search.push_back({static_cast<SearchDirectory::Kind>(given.option.detail), include_prefix_.value_or("") + given.value});
      return and_keep();
    case Role::include:
      includes_.push_back(given.value);
      call_.searches_working_directory = true;
      return and_keep();
    case Role::include_pch:
      call_.pch_files.push_back(given.value);
      return and_keep();
    case Role::imacros:
      call_.searches_working_directory = true;
      return and_keep();
    case Role::program_prefix:
      call_.search.push_back({SearchDirectory::Kind::after, path::join(given.value, "include")});
      return and_keep();
    case Role::output_named:
      named_.emplace_back(given.option.detail, given.value);
      return and_keep();
    case Role::output_beside:
      beside_.push_back(static_cast<OutputKind>(given.option.detail));
      return and_keep();
    case Role::profile_use:
      profiles_.emplace_back(static_cast<ProfileKind>(given.option.detail), given.value);
      return and_keep();
    case Role::profile_dir:
      profile_dir_ = given.value;
      return and_keep();
    case Role::profile_prefix:
      profile_prefix_ = given.value;
      return and_keep();
    default:
      return false;
  }
}

// Options that are kept as they are but tell something.
bool Reader::apply_fact(Given& given) {
  switch (given.option.role) {
    case Role::emit_llvm:
      emit_llvm_ = true;
      break;
    case Role::debug:
      take_debug(given.value);
      keep(given);
      return true;
    case Role::split_dwarf:
      split_dwarf_ = given.value != "single";
      if (!is_clang()) debug_ = true;
      break;
    case Role::no_split_dwarf:
      split_dwarf_ = false;
      break;
    case Role::debug_directory:
      debug_directory_ = true;
      break;
    case Role::prefix_map:
      take_prefix_map(given);
      break;
    case Role::coverage:
      coverage_notes_ = call_.is_coverage = true;
      break;
    case Role::profile_generate:
      call_.is_coverage = true;
      break;
    case Role::native:
      call_.native_architecture |= given.value == "native";
      break;
    case Role::arch:
      call_.arches.push_back(given.value);
      break;
    case Role::color:
      take_color(given);
      break;
    case Role::modules:
      if (!config_.depend_mode || !config_.sloppiness.has(Sloppy::modules)) refuse(Outcome::could_not_use_modules, given.argument.words[0]);
      break;
    case Role::sloppy:
      if (!config_.sloppiness.has(static_cast<Sloppy>(given.option.detail)))
        refuse(Outcome::unsupported_compiler_option, given.argument.words[0]);
      given.argument.in_direct_key = given.argument.in_preprocessed_key = false;
      break;
    case Role::random_seed:
      if (config_.sloppiness.has(Sloppy::random_seed)) given.argument.in_direct_key = given.argument.in_preprocessed_key = false;
      break;
    default:
      return false;
  }
  take_effects(given);
  keep(given);
  return true;
}

// Options that carry words for another program.
bool Reader::apply_passed_on(Given& given) {
  switch (given.option.role) {
    case Role::assembler:
      for (std::string_view piece : text::split(given.value, ',')) take_assembler_word(piece, given.argument.words[0]);
      break;
    case Role::to_assembler:
      take_assembler_word(given.value, given.value);
      break;
    case Role::preprocessor:
    case Role::to_preprocessor:
      take_preprocessor_words(given);
      return true;
    case Role::to_frontend:
      take_frontend_word(given);
      return true;
    case Role::skip:
      given.argument.words.erase(given.argument.words.begin());
      call_.rewritten = true;
      break;
    default:
      return false;
  }
  keep(given);
  return true;
}

// --- single options -------------------------------------------------------------------------------------------------

// "", "2", "gdb3", "dwarf-5", "line-tables-only": whether debug information and macros are asked for; the last word counts.
void Reader::take_debug(const std::string& value) {
  constexpr std::string_view formats[] = {"", "gdb", "stabs", "stabs+", "vms", "xcoff", "xcoff+", "coff", "codeview"};
  const std::string_view format = value.empty() ? "" : std::string_view(value).substr(0, value.size() - 1);
  const bool has_level = !value.empty() && std::find(std::begin(formats), std::end(formats), format) != std::end(formats);
  debug_ = !has_level || value.back() != '0';
  if (has_level) debug_macros_ = value.back() >= '3';
}

void Reader::take_color(const Given& given) {
  constexpr unsigned by_value = 2;
  const bool on = given.option.detail == by_value ? given.value != "never" : given.option.detail == 1;
  call_.diagnostics_color_given = given.value != "auto";
  call_.color_wanted_explicitly = call_.diagnostics_color_given && on;
}

// OLD need not be part of a key where it only says how the working directory is spelled: it is an ancestor of it or itself, and too
// deep to hold the system's headers. What it turns the directory into is hashed instead.
void Reader::take_prefix_map(Given& given) {
  const std::size_t equals = given.value.rfind('=');
  const std::string old = given.value.substr(0, is_clang() ? given.value.find('=') : equals);
  if (equals == std::string::npos) return;
  if (given.option.detail == 1) call_.prefix_maps.push_back(given.value);
  const std::string normal = path::normal(old);
  const bool deep = std::count(normal.begin(), normal.end(), '/') >= 2 && !normal.starts_with("/usr/");
  if (!deep || !path::is_absolute(normal) || !path::is_below(path::normal(in_.working_directory), normal)) return;
  given.argument.hashed_as = {std::string(given.option.name), given.value.substr(old.size())};
}

// Words of -Wa, and -Xassembler: listings are outputs, dependency files and the assembler's own @files are not understood.
void Reader::take_assembler_word(std::string_view word, const std::string& typed) {
  const std::size_t equals = word.find('=');
  const bool is_listing = word.starts_with("-a") && equals != std::string_view::npos;
  if (is_listing) named_.emplace_back(output_detail(OutputKind::listing), word.substr(equals + 1));
  const bool hidden_files = word.starts_with("--MD") || word.starts_with("-MD") || word.starts_with("-o") || word.starts_with("@");
  if (hidden_files) refuse(Outcome::unsupported_compiler_option, typed);
}

void Reader::take_dep_from_preprocessor(const std::string& mode, const std::string& file) {
  call_.wants_depfile = true;
  dep_file_of_preprocessor_ = file;
  call_.dep_key.push_back("-Wp," + mode);
}

// Words of -Wp, and -Xpreprocessor. Understood: one dependency file, its targets, macros. Other words about dependencies are refused,
// anything else is passed on and rules out direct mode.
void Reader::take_preprocessor_words(Given& given) {
  const std::string& typed = given.argument.words.front();
  const bool is_list = given.option.role == Role::preprocessor;
  const auto pieces = is_list ? text::split(given.value, ',') : std::vector<std::string_view>{given.value};
  const std::string first(pieces.front());
  const bool is_dependency = std::any_of(pieces.begin(), pieces.end(), [](std::string_view p) { return p.starts_with("-M"); });
  const bool names_file = pieces.size() == 2 && !pieces[1].empty();
  if (is_list && names_file && (first == "-MD" || first == "-MMD")) {
    take_dep_from_preprocessor(first, std::string(pieces[1]));
  } else if (is_list && (first == "-MP" || (pieces.size() == 2 && (first == "-MT" || first == "-MQ")))) {
    call_.dep_key.push_back(typed);
  } else if (is_dependency || first.starts_with("-o")) {
    return refuse(Outcome::unsupported_compiler_option, is_list ? typed : given.value);
  } else {
    const bool only_macros = std::all_of(pieces.begin(), pieces.end(),
                                         [](std::string_view p) { return p.size() > 2 && (p.starts_with("-D") || p.starts_with("-U")); });
    if (!only_macros) call_.allows_direct = false;
    return keep(given);
  }
  given.argument.to_preprocess = given.argument.in_direct_key = given.argument.in_preprocessed_key = false;
  keep(given);
}

// -Xclang WORD, with the value of WORD in the next pair.
void Reader::take_frontend_word(Given& given) {
  const CompilerOption* found = find_option(frontend_options(), given.value);
  if (!found) return keep(given);
  if (found->role == Role::refuse) return refuse(static_cast<Outcome>(found->detail), "-Xclang " + given.value);
  Given inner{*found, given.argument, std::string(joined_value(*found, given.value))};
  if (takes_next_word(*found, given.value)) {
    if (next_ + 1 >= in_.words.size() || in_.words[next_] != "-Xclang")
      return refuse(Outcome::bad_compiler_arguments, "-Xclang " + given.value + " without a value");
    inner.value = in_.words[next_ + 1];
    if (inner.has(is_path)) inner.value = local(inner.value);
    inner.argument.words.insert(inner.argument.words.end(), {"-Xclang", inner.value});
    next_ += 2;
  }
  apply(std::move(inner));
}

// --- what the words imply -------------------------------------------------------------------------------------------

// Counts as ccache counts, in its order: standard output, preprocessing, no input, several sources, linking, language.
std::optional<Bypass> Reader::choose_source() {
  if (call_.object == "-" || (call_.object == "/dev/stdout")) return Bypass{Outcome::output_to_stdout, "-o " + call_.object};
  if (preprocess_) return Bypass{Outcome::called_for_preprocessing, "-E"};
  std::vector<Input> sources;
  for (const Input& input : inputs_) {
    if (input.file.empty() || input.file == "-") return Bypass{Outcome::no_input_file, "standard input"};
    const bool is_source = input.language || language_of_file(input.file, in_.family, in_.is_cpp_driver) || is_module_unit(input.file);
    if (is_source) sources.push_back(input);
  }
  if (inputs_.empty()) return Bypass{Outcome::no_input_file, {}};
  if (sources.size() > 1) return Bypass{Outcome::multiple_source_files, sources[0].file + " and " + sources[1].file};
  const bool one_file = sources.size() == 1 && inputs_.size() == 1;
  if (one_file) {
    const Input& input = inputs_.front();
    call_.source = local(input.file);
    if (input.file.starts_with('-')) return Bypass{Outcome::unsupported_compiler_option, input.file};
    if (is_module_unit(input.file) || (input.language && *input.language == "c++-module"))
      return Bypass{Outcome::could_not_use_modules, input.file};
    const auto language = input.language ? language_of_name(*input.language) : language_of_file(input.file, in_.family, in_.is_cpp_driver);
    if (!language) return Bypass{Outcome::unsupported_source_language, *input.language};
    call_.language = *language;
    if (input.language)
      call_.arguments.insert(call_.arguments.begin() + static_cast<std::ptrdiff_t>(input.arguments_before),
                             Argument{.words = {"-x", *input.language}});
  }
  const bool is_object = compile_ || assemble_ || syntax_only_ || (one_file && is_header(call_.language));
  if (!is_object) {
    const bool autoconf = !sources.empty() && path::file_name(sources[0].file).starts_with("conftest.");
    return Bypass{autoconf ? Outcome::autoconf_test : Outcome::called_for_link, {}};
  }
  if (!one_file) return Bypass{Outcome::unsupported_source_language, inputs_.back().file};
  return check_source();
}

std::optional<Bypass> Reader::check_source() const {
  if (information_) return Bypass{Outcome::unsupported_compiler_option, "an option that asks for information"};
  if (syntax_only_) return Bypass{Outcome::unsupported_compiler_option, "-fsyntax-only"};
  if (compile_ && assemble_) return Bypass{Outcome::unsupported_compiler_option, "-c beside -S"};
  // g++ takes a .c file for C++, but for C after "-x none".
  // GCC warns that it has no effect, and the word's place is not kept when the command is put together again.
  if (language_too_late_) return Bypass{Outcome::unsupported_compiler_option, "-x after the source"};
  if (language_reset_ && in_.is_cpp_driver) return Bypass{Outcome::unsupported_compiler_option, "-x none"};
  // Only the preprocessor proper writes it where the driver compiles and would have linked: a-foo.d.
  const bool header_alone = is_header(call_.language) && !compile_ && !assemble_;
  if (header_alone && call_.wants_depfile && !call_.object_named && dep_file_.empty())
    return Bypass{Outcome::unsupported_compiler_option, "a dependency file of a header without -o"};
  return std::nullopt;
}

void Reader::name_object() {
  call_.generates_pch = is_header(call_.language);
  call_.already_preprocessed = is_preprocessed(call_.language);
  if (call_.object_named) return;
  if (call_.generates_pch) {
    call_.object = call_.source + ".gch";
    return;
  }
  // [-S][-emit-llvm]
  constexpr std::array<std::array<std::string_view, 2>, 2> suffixes{{{".o", ".bc"}, {".s", ".ll"}}};
  call_.object = without_last_suffix(std::string(path::file_name(call_.source)));
  call_.object += suffixes[assemble_][emit_llvm_];
}

void Reader::complete_facts() {
  Invocation& c = call_;
  const bool has_debug_directory = debug_ && !debug_directory_;
  c.working_directory_matters = has_debug_directory || (effects_ & cwd) != 0;
  c.columns_matter = debug_ || (effects_ & columns) != 0;
  c.object_path_matters = (effects_ & object_path) != 0;
  c.verbatim_key = (effects_ & verbatim) != 0;
  c.suppress_additions = (effects_ & no_additions) != 0;
  c.allows_direct &= (effects_ & no_direct) == 0;
  c.allows_preprocessed &= (effects_ & no_text) == 0;
  const bool text_is_not_all = debug_macros_ || (effects_ & macros) != 0 || c.already_preprocessed || c.verbatim_key;
  if (text_is_not_all)
    for (Argument& argument : c.arguments) argument.in_preprocessed_key |= argument.in_direct_key;
  // Of several maps clang applies the first by name, not the last: with one there is no question.
  if (is_clang() && c.prefix_maps.size() > 1) forget_prefix_maps();
  if (c.is_coverage) {
    c.profile_path_hint = c.object;
    // The counters' and notes' own record of the working directory is not mapped.
    forget_prefix_maps();
  }
  if (c.is_coverage && !profile_prefix_.empty())
    c.profile_path_hint = path::relative(path::normal(path::join(in_.working_directory, c.object)), path::normal(profile_prefix_));
  for (SearchDirectory& directory : c.search)
    if (directory.path.starts_with('=')) c.allows_direct = false;
}

// Both directories and maps go into the keys as they are.
void Reader::forget_prefix_maps() {
  call_.prefix_maps.clear();
  for (Argument& argument : call_.arguments) argument.hashed_as.clear();
}

// Where profiles are read from, as strace shows it for gcc 12 and clang 14. What does not exist is not part of the key; when it
// appears the key changes.
void Reader::find_profiles() {
  const std::string stem = path::join(in_.working_directory, object_stem());
  for (auto [kind, named] : profiles_) {
    std::vector<std::string> candidates;
    if (kind == ProfileKind::file) {
      candidates = {named.empty() ? "fbdata.afdo" : named};
    } else if (kind == ProfileKind::clang_indexed) {
      candidates = {named, named.empty() ? "default.profdata" : path::join(named, "default.profdata")};
    } else {
      const std::string folder = named.empty() ? profile_dir_ : named;
      candidates = {folder.empty() ? stem + ".gcda" : path::join(folder, text::replaced(path::normal(stem), "/", "#") + ".gcda"), named};
    }
    for (const std::string& candidate : candidates) {
      const auto facts = candidate.empty() ? Result<FileFacts>(Error{}) : fs_.stat(candidate);
      if (facts && facts->kind == FileKind::regular) call_.files_to_hash.push_back(candidate);
    }
  }
}

// -include X reads X.gch (clang also X.pch) beside the X that is found first: in the working directory, then as for #include "X".
void Reader::find_precompiled_headers() {
  std::vector<std::string> folders = {""};
  for (const auto kind : {SearchDirectory::Kind::quote, SearchDirectory::Kind::angle, SearchDirectory::Kind::system})
    for (const SearchDirectory& directory : call_.search)
      if (directory.kind == kind) folders.push_back(directory.path);
  for (const std::string& name : includes_) {
    for (const std::string& folder : folders) {
      const std::string header = folder.empty() ? name : path::join(folder, name);
      const bool has_gch = exists(header + ".gch");
      const bool has_pch = is_clang() && exists(header + ".pch");
      if (has_gch) call_.pch_files.push_back(header + ".gch");
      if (has_pch) call_.pch_files.push_back(header + ".pch");
      if (has_gch || has_pch || exists(header)) break;
    }
  }
}

void Reader::name_depfile() {
  // gcc writes to the file of -Wp,-MD, clang to the one of -MF.
  if (!dep_file_of_preprocessor_.empty() && !dep_file_.empty()) return refuse(Outcome::unsupported_compiler_option, "-MF beside -Wp,-MD");
  // Nothing is preprocessed, nothing is written.
  if (call_.already_preprocessed) call_.wants_depfile = false;
  // Without -MD the words shape a warning at most.
  if (!call_.wants_depfile) {
    if (!dep_file_.empty()) call_.dep_key.emplace_back("-MF");
    return;
  }
  call_.depfile = !dep_file_of_preprocessor_.empty() ? dep_file_of_preprocessor_ : dep_file_;
  if (call_.depfile.empty()) call_.depfile = object_stem() + ".d";
  if (call_.depfile == "-" || call_.depfile == "/dev/stdout") return refuse(Outcome::output_to_stdout, "-MF " + call_.depfile);
  if (dep_target_given_ && dep_file_of_preprocessor_.empty()) return;
  const std::string source_name(path::file_name(call_.source));
  call_.dep_key.push_back(call_.object_named ? call_.object : without_last_suffix(source_name) + ".o");
}

void Reader::name_outputs() {
  const std::string stem = object_stem();
  add_output(output_detail(OutputKind::object), call_.object);
  if (call_.wants_depfile) add_output(output_detail(OutputKind::depfile), call_.depfile);
  if (coverage_notes_) beside_.push_back(OutputKind::coverage_notes);
  // Only clang splits assembler text too.
  if (split_dwarf_ && debug_ && (!assemble_ || in_.family == Family::clang)) beside_.push_back(OutputKind::split_debug);
  std::sort(beside_.begin(), beside_.end());
  beside_.erase(std::unique(beside_.begin(), beside_.end()), beside_.end());
  for (OutputKind kind : beside_) {
    std::string path = stem;
    if (kind == OutputKind::ipa_clones) path += path::extension(call_.source);
    add_output(output_detail(kind), path + std::string(output_rows[output_detail(kind)].suffix));
  }
  for (auto& [kind, path] : named_) add_output(kind, std::move(path));
}

// As seen with gcc 12 and clang 14 over files of other modes, with two names, and over links.
Existing Reader::existing_of(unsigned kind) const {
  const bool object = kind == output_detail(OutputKind::object);
  const bool from_assembler = call_.language == Language::assembler || call_.language == Language::assembler_with_cpp;
  if (is_clang())
    return (object && !from_assembler) || kind == output_detail(OutputKind::diagnostics) ? Existing::replaced : Existing::kept;
  const bool by_binutils = (object && !assemble_ && !call_.generates_pch) || kind == output_detail(OutputKind::split_debug);
  return by_binutils ? Existing::removed : Existing::kept;
}

}  // namespace

Understood understand_gcc(Fs& fs, const Config& config, const UnderstandInput& input) { return Reader(fs, config, input).read(); }

}  // namespace deja

// Command lines of cl and clang-cl, read word by word through their tables.
#include <algorithm>
#include <array>
#include <utility>

#include "base/path.h"
#include "compiler/base_dir.h"
#include "compiler/languages.h"
#include "compiler/readers.h"

namespace deja {
namespace {

class ClReader : private CallReader {
 public:
  using CallReader::CallReader;

  Understood read() {
    while (next_ < in_.words.size() && !refusal_) word();
    if (!refusal_) refusal_ = choose_source();
    if (!refusal_) complete();
    if (refusal_) return *refusal_;
    return std::move(call_);
  }

 private:
  struct Input {
    std::string file;
    std::optional<Language> language;  // of /Tp and /Tc
  };

  bool is_clang() const { return in_.family == Family::clang_cl; }
  const CompilerOption* find(const std::string& word) const;
  void word();
  void option_word(const std::string& typed, const CompilerOption& option);
  void apply(Given given);
  void take_object(const Given& given);
  void take_pch_make(const std::string& name);
  void take_for_clang(const Given& given);
  void take_for_frontend(Given& given);
  void keep(Given& given);

  std::optional<Bypass> choose_source();
  void complete();
  void take_pch();
  void name_object();

  bool compile_ = false, preprocess_ = false, other_mode_ = false;
  std::optional<Language> all_as_;  // /TP, /TC
  std::vector<Input> inputs_;
  std::vector<OutputFile> named_;
  std::string pch_file_;
  bool makes_pch_ = false, uses_pch_ = false;
};

// cl's names by either spelling; clang's own words with '-' as they are.
const CompilerOption* ClReader::find(const std::string& word) const {
  std::string slashed = word;
  if (slashed.starts_with('-') && !slashed.starts_with("--")) slashed.front() = '/';
  const CompilerOption* base = find_option(cl_options(), slashed);
  if (!is_clang()) return base;
  const CompilerOption* as_typed = find_option(clang_cl_options(), word);
  const CompilerOption* as_slashed = find_option(clang_cl_options(), slashed);
  const CompilerOption* over = as_typed ? as_typed : as_slashed;
  if (!over || !base) return over ? over : base;
  return over->name.size() >= base->name.size() ? over : base;
}

void ClReader::word() {
  const std::string& typed = in_.words[next_++];
  const bool dashed = typed.size() > 1 && typed.front() == '-';
  const bool slashed = typed.size() > 1 && typed.front() == '/';
  if (options_ended_ || (!dashed && !slashed)) {
    if (typed.starts_with('@')) return refuse(Why::response_file_unreadable, typed);
    inputs_.push_back({typed, {}});
    return;
  }
  if (matches_ignored(config_, typed)) {
    call_.arguments.push_back(Argument{.words = {typed}, .keys = Keys::none});
    return;
  }
  const CompilerOption* option = find(typed);
  // "/home/me/a.c" where no option begins so.
  const bool is_path = !option && slashed && typed.find('/', 1) != std::string::npos;
  if (is_path) {
    inputs_.push_back({typed, {}});
    return;
  }
  if (!option && typed.starts_with("--") && !typed.starts_with("--target="))
    return refuse(Why::unknown_option, typed);
  option_word(typed, option ? *option : unknown_option);
}

void ClReader::option_word(const std::string& typed, const CompilerOption& option) {
  Given given{option, Argument{.words = {typed}}, {}};
  if (!option.name.empty()) given.value = joined_value(option, typed);
  if (takes_next_word(option, typed)) {
    if (next_ == in_.words.size()) return refuse(Why::bad_option, typed + " without a value");
    given.value = in_.words[next_];
    given.argument.words.push_back(in_.words[next_++]);
  }
  if (given.has(is_path)) {
    const std::string path = local(given.value);
    std::string& last = given.argument.words.back();
    last.replace(last.size() - given.value.size(), std::string::npos, path);
    given.value = path;
  }
  apply(std::move(given));
}

// What each option means, a role a line. An option is kept unless its line returns.
void ClReader::apply(Given given) {
  set_reach(given);
  const std::string& value = given.value;
  const std::string& typed = given.argument.words.front();
  const Meaning& meaning = given.option.meaning;
  // clang-format off
  switch (meaning.role()) {
    case OptionRole::plain: break;
    case OptionRole::debug: break;

    // What is to be done.
    case OptionRole::refuse: return refuse(meaning.detail<OptionRole::refuse>(), typed);
    case OptionRole::compile: compile_ = true; return;
    case OptionRole::preprocess: preprocess_ = true; return;
    case OptionRole::syntax_only: other_mode_ = true; return;
    case OptionRole::information: other_mode_ = true; return;
    case OptionRole::end_of_options: options_ended_ = true; return;
    case OptionRole::cl_link: next_ = in_.words.size(); return;
    case OptionRole::object: return take_object(given);
    case OptionRole::cl_compile_as: all_as_ = meaning.detail<OptionRole::cl_compile_as>(); break;
    case OptionRole::cl_compile_this_as: inputs_.push_back({value, meaning.detail<OptionRole::cl_compile_this_as>()}); return;
    case OptionRole::skip: drop_first_word(given); break;

    // Files and directories.
    case OptionRole::search: add_search(meaning.detail<OptionRole::search>(), value); break;
    case OptionRole::include: call_.search.working_directory_first = true; break;
    case OptionRole::output_named: named_.push_back({meaning.detail<OptionRole::output_named>(), value}); break;
    case OptionRole::cl_pch_file: pch_file_ = value; break;
    case OptionRole::cl_pch_make: take_pch_make(value); break;
    case OptionRole::cl_pch_use: uses_pch_ = true; break;

    // Facts.
    case OptionRole::cl_show_includes: call_.show_includes = true; break;
    case OptionRole::color: take_color(call_, given); break;
    case OptionRole::native: call_.architecture.native |= value == "native"; break;

    // Words for another program.
    case OptionRole::cl_pass_clang: take_for_clang(given); break;
    case OptionRole::to_frontend: return take_for_frontend(given);
    case OptionRole::to_backend: take_backend_word(given.value); break;

    // In no table that is read here.
    case OptionRole::refuse_if_value: break;
    case OptionRole::assemble: break;
    case OptionRole::language: break;
    case OptionRole::emit_llvm: break;
    case OptionRole::dep_make: break;
    case OptionRole::dep_file: break;
    case OptionRole::dep_target: break;
    case OptionRole::dep_style: break;
    case OptionRole::search_with_prefix: break;
    case OptionRole::include_prefix: break;
    case OptionRole::include_pch: break;
    case OptionRole::imacros: break;
    case OptionRole::program_prefix: break;
    case OptionRole::external_assembler: break;
    case OptionRole::split_dwarf: break;
    case OptionRole::no_split_dwarf: break;
    case OptionRole::debug_directory: break;
    case OptionRole::coverage_mapping: break;
    case OptionRole::lto: break;
    case OptionRole::emit_pch: break;
    case OptionRole::thinlto_index: break;
    case OptionRole::dropped: break;
    case OptionRole::coverage_directory: break;
    case OptionRole::file_directory: break;
    case OptionRole::prefix_map: break;
    case OptionRole::coverage: break;
    case OptionRole::profile_generate: break;
    case OptionRole::profile_use: break;
    case OptionRole::profile_dir: break;
    case OptionRole::profile_prefix: break;
    case OptionRole::output_beside: break;
    case OptionRole::arch: break;
    case OptionRole::modules: break;
    case OptionRole::sloppy: break;
    case OptionRole::random_seed: break;
    case OptionRole::assembler: break;
    case OptionRole::preprocessor: break;
    case OptionRole::to_preprocessor: break;
    case OptionRole::to_assembler: break;
  }
  // clang-format on
  keep(given);
}

void ClReader::take_object(const Given& given) {
  call_.object.path = local(given.value.starts_with(':') ? given.value.substr(1) : given.value);
  call_.object.words = given.argument.words;
  if (call_.object.path.empty())
    refuse(Why::bad_option, given.argument.words.front() + " without a name");
  call_.object.named = true;
}

// Without a name it ends at a pragma, which the text does not show.
void ClReader::take_pch_make(const std::string& name) {
  makes_pch_ = true;
  if (name.empty()) refuse(Why::precompiled_header_refused, "/Yc without a name");
}

void ClReader::keep(Given& given) {
  const bool is_debug_off = given.option.role() == OptionRole::debug && given.value == "0";
  if (!is_debug_off) effects_ |= given.option.effects;
  call_.arguments.push_back(std::move(given.argument));
}

// /clang:WORD reaches clang's own driver; words that would change what is written are refused.
void ClReader::take_for_clang(const Given& given) {
  const CompilerOption* option = find_option(clang_options(), gcc_options(), given.value);
  constexpr std::array harmless = {OptionRole::plain,   OptionRole::debug,  OptionRole::search,
                                   OptionRole::include, OptionRole::native, OptionRole::color};
  const bool is_harmless =
      !option || std::find(harmless.begin(), harmless.end(), option->role()) != harmless.end();
  if (!is_harmless) return refuse(Why::refused_option, "/clang:" + given.value);
  // Where it makes headers come from is not told apart here.
  if (option && (option->role() == OptionRole::search || option->role() == OptionRole::include))
    call_.allows.direct_mode = false;
  if (option) effects_ |= option->effects & ~static_cast<unsigned>(in_text);
}

void ClReader::take_for_frontend(Given& given) {
  const CompilerOption* option = find_option(frontend_options(), given.value);
  if (option && option->role() != OptionRole::plain)
    return refuse(Why::refused_option, "-Xclang " + given.value);
  if (option) effects_ |= option->effects;
  keep(given);
}

std::optional<Bypass> ClReader::choose_source() {
  if (preprocess_) return Bypass(Why::preprocesses_only, "/E");
  if (inputs_.empty()) return Bypass(Why::no_source);
  if (other_mode_) return Bypass(Why::refused_combination, "nothing is compiled");
  if (!compile_) return Bypass(Why::links);
  if (inputs_.size() > 1)
    return Bypass(Why::several_sources, inputs_[0].file + " and " + inputs_[1].file);
  const Input& input = inputs_.front();
  if (input.file.empty() || input.file == "-") return Bypass(Why::source_is_stream);
  if (is_module_unit(input.file)) return Bypass(Why::module_unit, input.file);
  call_.source = local(input.file);
  std::optional<Language> language = input.language ? input.language : all_as_;
  if (!language) language = language_of_file(input.file, in_.family, false);
  if (language != Language::c && language != Language::cpp)
    return Bypass(Why::unknown_language, input.file);
  call_.language = *language;
  if (input.language)
    call_.arguments.push_back(Argument{.words = {input.language == Language::c ? "/TC" : "/TP"}});
  return std::nullopt;
}

// "dir/" means dir/<source>.obj; a name without a suffix gets one.
void ClReader::name_object() {
  const std::string base =
      without_last_suffix(std::string(path::file_name(call_.source, PathStyle::windows)));
  std::string& object = call_.object.path;
  const bool names_folder = object.empty() || path::is_separator(object.back(), PathStyle::windows);
  if (names_folder)
    object += base + ".obj";
  else if (path::extension(object, PathStyle::windows).empty())
    object += ".obj";
}

void ClReader::take_pch() {
  // A folder, or a name without a suffix, the compiler completes.
  const bool is_file = !path::extension(pch_file_, PathStyle::windows).empty();
  if (!is_file || (makes_pch_ && uses_pch_))
    return refuse(Why::precompiled_header_refused, "/Yc or /Yu without /Fp and a file's name");
  if (uses_pch_) {
    hide_nothing_in_text(call_);
    call_.pch.times_matter = is_clang();
    return call_.pch.files.push_back(pch_file_);
  }
  // What cl's own holds has not been looked into.
  if (!is_clang()) return refuse(Why::precompiled_header_refused, "/Yc of cl");
  complete_pch(call_, true);
  call_.outputs.push_back({OutputKind::precompiled_header, pch_file_});
}

void ClReader::complete() {
  name_object();
  call_.matters.working_directory = (effects_ & cwd) != 0;
  call_.matters.columns = call_.matters.macro_columns = (effects_ & columns) != 0;
  call_.matters.object_path = (effects_ & object_path) != 0;
  call_.matters.command_line = (effects_ & verbatim) != 0;
  call_.allows.additions = (effects_ & no_additions) == 0;
  call_.allows.direct_mode &= (effects_ & no_direct) == 0;
  if (call_.matters.command_line) hide_nothing_in_text(call_);
  call_.outputs.push_back({OutputKind::object, call_.object.path});
  if (makes_pch_ || uses_pch_) take_pch();
  for (OutputFile& output : named_) {
    // cl writes a folder's worth of names; only a file's name is understood.
    const bool is_file = !output.path.empty() && output.path != "-" &&
                         !path::is_separator(output.path.back(), PathStyle::windows);
    const auto facts = fs_.stat(output.path);
    if (!is_file || (facts && facts->kind == FileKind::directory))
      return refuse(Why::refused_option, "/sourceDependencies " + output.path);
    call_.outputs.push_back(std::move(output));
  }
}

}  // namespace

Understood understand_cl(Fs& fs, const Config& config, const UnderstandInput& input) {
  return ClReader(fs, config, input).read();
}

}  // namespace deja

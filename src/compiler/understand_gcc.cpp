// Command lines of gcc and clang, read word by word through the option tables.
#include "base/text.h"
#include "compiler/gcc_reader.h"

namespace deja {
Understood GccReader::read() {
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

void GccReader::word() {
  const std::string& typed = in_.words[next_++];
  const bool is_option = !options_ended_ && typed.size() > 1 && typed.front() == '-';
  if (!options_ended_ && matches_ignored(config_, typed)) {
    call_.arguments.push_back(Argument{.words = {typed}, .keys = Keys::none});
  } else if (is_option) {
    option_word(typed);
  } else {
    input_word(typed);
  }
}

void GccReader::input_word(const std::string& file) {
  if (file.starts_with('@')) return refuse(Why::response_file_unreadable, file);
  inputs_.push_back({file, language_, call_.arguments.size()});
}

void GccReader::option_word(const std::string& typed) {
  const CompilerOption* found = find(typed);
  if (!found && typed.starts_with("--")) return refuse(Why::unknown_option, typed);
  Given given{found ? *found : unknown_option, Argument{.words = {typed}}, {}};
  if (found) given.value = joined_value(*found, typed);
  if (found && takes_next_word(*found, typed)) {
    if (next_ == in_.words.size()) return refuse(Why::bad_option, typed + " without a value");
    if (found->value != Value::joined_and_separate) given.value = in_.words[next_];
    given.argument.words.push_back(in_.words[next_++]);
  }
  const bool names_output =
      given.option.role() == OptionRole::object || given.option.role() == OptionRole::dep_file;
  if (names_output && given.value.empty())
    return refuse(Why::bad_option, typed + " without a name");
  // The question is asked in the source, where it is not seen.
  if (given.has(in_text) && (given.value.find("has\137include") != std::string::npos ||
                             given.value.find("has\137embed") != std::string::npos))
    call_.allows.direct_mode = false;
  path_typed_ = given.value;
  if (given.has(is_path)) {
    std::string path = local(given.value);
    // What stands behind a prefix is a name in it only if it ends so.
    if (given.value.ends_with('/') && !path.ends_with('/') &&
        given.option.role() == OptionRole::include_prefix)
      path.push_back('/');
    std::string& last = given.argument.words.back();
    last.replace(last.size() - given.value.size(), std::string::npos, path);
    given.value = path;
  }
  apply(std::move(given));
}

// What each option means, a role a line. An option is kept, with its effects, unless its line
// returns.
void GccReader::apply(Given given) {
  set_reach(given);
  const std::string& value = given.value;
  const std::string& typed = given.argument.words.front();
  const Meaning& meaning = given.option.meaning;
  // clang-format off
  switch (meaning.role()) {
    case OptionRole::plain: break;

    // What is to be done.
    case OptionRole::refuse: return refuse(meaning.detail<OptionRole::refuse>(), typed);
    case OptionRole::refuse_if_value: take_refused_value(given); break;
    case OptionRole::compile: compile_ = true; break;
    case OptionRole::assemble: assemble_ = true; break;
    case OptionRole::preprocess: preprocess_ = true; return;
    case OptionRole::syntax_only: syntax_only_ = true; break;
    case OptionRole::information: information_ = true; return;
    case OptionRole::end_of_options: return end_options(typed);
    case OptionRole::object: return take_object(given);
    case OptionRole::language: return take_language(value);
    case OptionRole::emit_llvm: emit_llvm_ = true; break;
    case OptionRole::lto: lto_ = true; break;
    case OptionRole::emit_pch: emits_pch_ = true; break;
    case OptionRole::thinlto_index: take_thinlto_index(given); break;
    case OptionRole::dropped: call_.rewritten = true; return;
    case OptionRole::skip: drop_first_word(given); return keep(given);

    // The dependency file.
    case OptionRole::dep_make: call_.depfile.wanted = driver_makes_deps_ = true; add_to_dep_key(given); break;
    case OptionRole::dep_style: add_to_dep_key(given); break;
    case OptionRole::dep_target: take_dep_target(given); break;
    case OptionRole::dep_file: dep_file_ = value; break;

    // Files and directories.
    case OptionRole::search: add_search(meaning.detail<OptionRole::search>(), value); break;
    case OptionRole::search_with_prefix: take_prefixed_search(given); break;
    case OptionRole::include_prefix: include_prefix_ = value; break;
    case OptionRole::include: take_include(value); includes_.push_back(value); break;
    case OptionRole::imacros: take_include(value); break;
    case OptionRole::include_pch: call_.pch.files.push_back(value); break;
    case OptionRole::program_prefix: take_program_prefix(value); break;
    case OptionRole::output_named: name_output(meaning.detail<OptionRole::output_named>(), value); break;
    case OptionRole::output_beside: beside_.push_back(meaning.detail<OptionRole::output_beside>()); break;
    case OptionRole::profile_use: profiles_.emplace_back(meaning.detail<OptionRole::profile_use>(), value); break;
    case OptionRole::profile_dir: profile_dir_ = value; break;
    case OptionRole::profile_prefix: profile_prefix_ = value; break;

    // Facts. The last debug level decides whether the effects of one count, not each of them.
    case OptionRole::debug: take_debug(value); return keep(given);
    case OptionRole::split_dwarf: take_split_dwarf(value); break;
    case OptionRole::no_split_dwarf: split_dwarf_ = false; break;
    case OptionRole::debug_directory: debug_directory_ = true; break;
    case OptionRole::coverage_mapping: coverage_mapping_ = true; break;
    case OptionRole::coverage_directory: coverage_directory_ = true; break;
    case OptionRole::file_directory: debug_directory_ = coverage_directory_ = true; break;
    case OptionRole::prefix_map: take_prefix_map(given); break;
    case OptionRole::coverage: coverage_notes_ = call_.coverage.wanted = true; break;
    case OptionRole::profile_generate: call_.coverage.wanted = true; break;
    case OptionRole::external_assembler: call_.programs.assembler = true; break;
    case OptionRole::native: call_.architecture.native |= value == "native"; break;
    case OptionRole::arch: call_.architecture.named.push_back(value); break;
    case OptionRole::color: take_color(call_, given); break;
    case OptionRole::modules: take_modules(typed); break;
    case OptionRole::sloppy: take_sloppy(given); break;
    case OptionRole::random_seed: take_random_seed(given); break;

    // Words for another program.
    case OptionRole::assembler: take_assembler_words(given); break;
    case OptionRole::to_assembler: take_assembler_word(value, value); break;
    case OptionRole::preprocessor: return take_preprocessor_words(given);
    case OptionRole::to_preprocessor: return take_preprocessor_words(given);
    case OptionRole::to_frontend: return take_frontend_word(given);
    case OptionRole::to_backend: take_backend_word(value); break;

    // In no table that is read here.
    case OptionRole::cl_compile_as: break;
    case OptionRole::cl_compile_this_as: break;
    case OptionRole::cl_show_includes: break;
    case OptionRole::cl_pass_clang: break;
    case OptionRole::cl_pch_make: break;
    case OptionRole::cl_pch_use: break;
    case OptionRole::cl_pch_file: break;
    case OptionRole::cl_link: break;
  }
  // clang-format on
  take_effects(given);
  keep(given);
}

void GccReader::take_effects(const Given& given) {
  effects_ |= given.option.effects;
  if (given.has(makes_files)) call_.makes_files = given.argument.words.front();
  if (given.has(holds_options)) take_option_file(given);
  // A bare name that is not here is a file of the compiler's own (nano.specs), and belongs to it as
  // its cc1 does.
  if (given.has(hash_file) && exists(given.value)) call_.files.to_hash.push_back(given.value);
}

Understood understand_gcc(Fs& fs, const Config& config, const UnderstandInput& input) {
  return GccReader(fs, config, input).read();
}

}  // namespace deja

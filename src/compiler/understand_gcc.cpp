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
    Argument ignored{.words = {typed}};
    ignored.in_direct_key = ignored.in_preprocessed_key = false;
    call_.arguments.push_back(std::move(ignored));
  } else if (is_option) {
    option_word(typed);
  } else {
    input_word(typed);
  }
}

void GccReader::input_word(const std::string& file) {
  if (file.starts_with('@'))
    return refuse(Why::response_file_unreadable, file);
  inputs_.push_back({file, language_, call_.arguments.size()});
}

void GccReader::option_word(const std::string& typed) {
  const CompilerOption* found = find(typed);
  if (!found && typed.starts_with("--")) return refuse(Why::unknown_option, typed);
  Given given{found ? *found : unknown_option, Argument{.words = {typed}}, {}};
  if (found) given.value = joined_value(*found, typed);
  if (found && takes_next_word(*found, typed)) {
    if (next_ == in_.words.size())
      return refuse(Why::bad_option, typed + " without a value");
    if (found->value != Value::joined_and_separate) given.value = in_.words[next_];
    given.argument.words.push_back(in_.words[next_++]);
  }
  const bool names_output =
      given.option.role == Role::object || given.option.role == Role::dep_file;
  if (names_output && given.value.empty())
    return refuse(Why::bad_option, typed + " without a name");
  // The question is asked in the source, where it is not seen.
  if (given.has(in_text) && (given.value.find("has\137include") != std::string::npos ||
                             given.value.find("has\137embed") != std::string::npos))
    call_.allows_direct = false;
  path_typed_ = given.value;
  if (given.has(is_path)) {
    const std::string path = local(given.value);
    std::string& last = given.argument.words.back();
    last.replace(last.size() - given.value.size(), std::string::npos, path);
    given.value = path;
    if (!names_output) paths_.push_back(path);
  }
  apply(std::move(given));
}

void GccReader::apply(Given given) {
  given.argument.to_preprocess = !given.has(no_preprocess);
  given.argument.in_direct_key = !given.has(unkeyed);
  given.argument.in_preprocessed_key = !given.has(unkeyed) && !given.has(in_text);
  if (apply_mode(given) || apply_dependency(given)) return;
  if (apply_file(given) || apply_fact(given) || apply_passed_on(given)) return;
  take_effects(given);
  keep(given);
}

void GccReader::take_effects(const Given& given) {
  effects_ |= given.option.effects;
  if (given.has(holds_options)) take_option_file(given);
  // A bare name that is not here is a file of the compiler's own (nano.specs), and belongs to it as
  // its cc1 does.
  if (given.has(hash_file) && exists(given.value)) call_.files_to_hash.push_back(given.value);
}

// Options that say what is to be done. True: done with.
bool GccReader::apply_mode(const Given& given) {
  const std::string& typed = given.argument.words.front();
  switch (given.option.role) {
    case Role::refuse:
      refuse(static_cast<Why>(given.option.detail), typed);
      return true;
    case Role::refuse_if_value:
      if (given.value.find('=') == std::string::npos) return false;
      refuse(Why::refused_option, typed);
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
      if (!is_clang()) refuse(Why::bad_option, typed);
      return options_ended_ = true;
    case Role::object:
      object_typed_ = path_typed_;
      call_.object = local(given.value);
      call_.object_option.insert(call_.object_option.end(), given.argument.words.begin(),
                                 given.argument.words.end());
      return call_.object_named = true;
    case Role::language:
      take_language(given.value);
      return true;
    default:
      return false;
  }
}

void GccReader::take_language(const std::string& name) {
  if (!inputs_.empty()) language_too_late_ = true;
  if (name == "none")
    language_.reset(), language_reset_ = true;
  else
    language_ = name;
}

bool GccReader::apply_dependency(const Given& given) {
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
      dep_targets_.push_back(given.option.name == "-MQ" || given.option.name == "--quote-target"
                                 ? quoted_target(given.value)
                                 : given.value);
      dep_target_words_.insert(dep_target_words_.end(), given.argument.words.begin(),
                               given.argument.words.end());
      call_.arguments.push_back(given.argument);
      return true;
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
bool GccReader::apply_file(Given& given) {
  const auto and_keep = [&] {
    take_effects(given);
    keep(given);
    return true;
  };
  switch (given.option.role) {
    case Role::search:
      call_.search.push_back(
          {static_cast<SearchDirectory::Kind>(given.option.detail), given.value});
      return and_keep();
    case Role::include_prefix:
      include_prefix_ = given.value;
      return and_keep();
    case Role::search_with_prefix:
      // The compiler's own prefix is not known here.
      if (!include_prefix_) call_.allows_direct = false;
      call_.search.push_back({static_cast<SearchDirectory::Kind>(given.option.detail),
                              include_prefix_.value_or("") + given.value});
      return and_keep();
    case Role::include:
      refuse_stream(given.value);
      includes_.push_back(given.value);
      call_.searches_working_directory = true;
      return and_keep();
    case Role::include_pch:
      call_.pch_files.push_back(given.value);
      return and_keep();
    case Role::imacros:
      refuse_stream(given.value);
      call_.searches_working_directory = true;
      return and_keep();
    case Role::program_prefix:
      call_.search.push_back({SearchDirectory::Kind::after, path::join(given.value, "include")});
      call_.program_prefixes.push_back(given.value);
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
bool GccReader::apply_fact(Given& given) {
  switch (given.option.role) {
    case Role::emit_llvm:
      emit_llvm_ = true;
      break;
    case Role::debug:
      take_debug(given.value);
      keep(given);
      return true;
    case Role::external_assembler:
      call_.runs_assembler = true;
      break;
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
      take_color(call_, given);
      break;
    case Role::modules:
      if (!config_.depend_mode || !config_.sloppiness.has(Sloppy::modules))
        refuse(Why::refused_module_option, given.argument.words[0]);
      break;
    case Role::sloppy:
      if (!config_.sloppiness.has(static_cast<Sloppy>(given.option.detail)))
        refuse(Why::refused_option, given.argument.words[0]);
      given.argument.in_direct_key = given.argument.in_preprocessed_key = false;
      break;
    case Role::random_seed:
      if (config_.sloppiness.has(Sloppy::random_seed))
        given.argument.in_direct_key = given.argument.in_preprocessed_key = false;
      break;
    default:
      return false;
  }
  take_effects(given);
  keep(given);
  return true;
}

// Options that carry words for another program.
bool GccReader::apply_passed_on(Given& given) {
  switch (given.option.role) {
    case Role::assembler:
      for (std::string_view piece : text::split(given.value, ','))
        take_assembler_word(piece, given.argument.words[0]);
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

Understood understand_gcc(Fs& fs, const Config& config, const UnderstandInput& input) {
  return GccReader(fs, config, input).read();
}

}  // namespace deja

// Options of gcc and clang that need code of their own: debug levels, colours, maps, and words for
// other programs.
#include <algorithm>
#include <iterator>

#include "base/path.h"
#include "base/text.h"
#include "compiler/gcc_reader.h"

namespace deja {

// -fopt-info writes to standard error, -fopt-info=file to a file.
void GccReader::take_refused_value(const Given& given) {
  if (given.value.find('=') != std::string::npos)
    refuse(Why::refused_option, given.argument.words.front());
}

// gcc 12 takes "--" for an unknown option, so only clang's command may go without it.
void GccReader::end_options(const std::string& typed) {
  if (!is_clang()) refuse(Why::bad_option, typed);
  options_ended_ = true;
}

void GccReader::take_object(const Given& given) {
  object_typed_ = path_typed_;
  call_.object.path = local(given.value);
  call_.object.words.insert(call_.object.words.end(), given.argument.words.begin(),
                            given.argument.words.end());
  call_.object.named = true;
}

void GccReader::take_language(const std::string& name) {
  if (!inputs_.empty()) language_too_late_ = true;
  if (name == "none")
    language_.reset(), language_reset_ = true;
  else
    language_ = name;
}

void GccReader::add_to_dep_key(const Given& given) {
  call_.depfile.key.insert(call_.depfile.key.end(), given.argument.words.begin(),
                           given.argument.words.end());
}

void GccReader::take_dep_target(const Given& given) {
  const bool is_quoted = given.option.name == "-MQ" || given.option.name == "--quote-target";
  dep_targets_.push_back(is_quoted ? quoted_target(given.value) : given.value);
  dep_target_words_.insert(dep_target_words_.end(), given.argument.words.begin(),
                           given.argument.words.end());
}

// The compiler's own prefix is not known here.
void GccReader::take_prefixed_search(const Given& given) {
  if (!include_prefix_) call_.allows.direct_mode = false;
  add_search(given.option.meaning.detail<OptionRole::search_with_prefix>(),
             include_prefix_.value_or("") + given.value);
}

// -include and -imacros look in the working directory first. A pipe gives its text once, to the
// preprocessor or to the compiler.
void GccReader::take_include(const std::string& file) {
  const auto facts = fs_.stat(file);
  if (facts && facts->kind == FileKind::other && file != "/dev/null")
    refuse(Why::input_unreadable, "'" + file + "' is no regular file");
  call_.search.working_directory_first = true;
}

void GccReader::take_program_prefix(const std::string& prefix) {
  add_search(SearchDirectory::Kind::after, path::join(prefix, "include"));
  call_.programs.prefixes.push_back(prefix);
}

void GccReader::take_split_dwarf(const std::string& value) {
  split_dwarf_ = value != "single";
  if (!is_clang()) debug_ = true;
}

void GccReader::take_modules(const std::string& typed) {
  if (!config_.depend_mode || !config_.sloppiness.has(Sloppy::modules))
    refuse(Why::refused_module_option, typed);
}

void GccReader::take_sloppy(Given& given) {
  if (!config_.sloppiness.has(given.option.meaning.detail<OptionRole::sloppy>()))
    refuse(Why::refused_option, given.argument.words.front());
  given.argument.keys = Keys::none;
}

void GccReader::take_random_seed(Given& given) {
  if (config_.sloppiness.has(Sloppy::random_seed)) given.argument.keys = Keys::none;
}

// "", "2", "gdb3", "dwarf-5", "line-tables-only": whether debug information and macros are asked
// for; the last word counts.
void GccReader::take_debug(const std::string& value) {
  constexpr std::string_view formats[] = {"",      "gdb",    "stabs", "stabs+",  "vms",
                                          "xcoff", "xcoff+", "coff",  "codeview"};
  const std::string_view format =
      value.empty() ? "" : std::string_view(value).substr(0, value.size() - 1);
  const bool has_level = !value.empty() && std::find(std::begin(formats), std::end(formats),
                                                     format) != std::end(formats);
  debug_ = !has_level || value.back() != '0';
  if (has_level) debug_macros_ = value.back() >= '3';
}

// clang's --config, gcc's -specs: the file's content is part of the key, but not what it leads to.
// What only changes the code is fine. Both tables count, and what is no option: another file that
// is read.
void GccReader::take_option_file(const Given& given) {
  constexpr std::string_view separators = " \t\r\n{}():%*!;,|'\"";
  constexpr std::string_view directives[] = {"@", "include", "rename"};
  std::string text;
  if (!fs_.read(given.value, text)) return;
  for (std::size_t start = 0;
       (start = text.find_first_not_of(separators, start)) != std::string::npos;) {
    const std::size_t end = std::min(text.find_first_of(separators, start), text.size());
    const std::string_view word = std::string_view(text).substr(start, end - start);
    start = end;
    const bool leads_on =
        std::ranges::any_of(directives,
                            [&](std::string_view begin) { return word.starts_with(begin); }) ||
        begins_with_any(gcc_options(), word, not_in_file) ||
        begins_with_any(clang_options(), word, not_in_file);
    if (leads_on) return refuse(Why::refused_option, std::string(word) + " in " + given.value);
    if (word.starts_with("-g")) effects_ |= cwd | columns;
  }
}

// OLD need not be part of a key where it only says how the working directory is spelled: it is an
// ancestor of it or itself, and too deep to hold the system's headers. What it turns the directory
// into is hashed instead.
void GccReader::take_prefix_map(Given& given) {
  const std::size_t equals = given.value.rfind('=');
  const std::string old = given.value.substr(0, is_clang() ? given.value.find('=') : equals);
  if (equals == std::string::npos) return;
  if (given.option.meaning.detail<OptionRole::prefix_map>() == Maps::debug_directory)
    call_.prefix_maps.push_back(given.value);
  const std::string normal = path::normal(old);
  const bool deep = std::count(normal.begin(), normal.end(), '/') >= 2 &&
                    !normal.starts_with("/usr/") && !normal.starts_with("/lib") &&
                    !normal.starts_with("/opt/");
  if (!deep || !path::is_absolute(normal) ||
      !path::is_below(path::normal(in_.working_directory), normal))
    return;
  given.argument.hashed_as = {std::string(given.option.name), given.value.substr(old.size())};
  hidden_olds_.push_back(normal);
}

void GccReader::take_assembler_words(const Given& given) {
  for (std::string_view piece : text::split(given.value, ','))
    take_assembler_word(piece, given.argument.words.front());
}

// Words of -Wa, and -Xassembler: listings are outputs, dependency files and the assembler's own
// @files are not understood.
void GccReader::take_assembler_word(std::string_view word, const std::string& typed) {
  const std::size_t equals = word.find('=');
  const bool is_listing = word.starts_with("-a") && equals != std::string_view::npos;
  if (is_listing) name_output(OutputKind::listing, std::string(word.substr(equals + 1)));
  // The assembler's own debug information names the working directory.
  if (word.starts_with("-g") || word.starts_with("--g")) effects_ |= cwd | columns;
  const bool hidden_files = word.starts_with("--MD") || word.starts_with("-MD") ||
                            word.starts_with("-o") || word.starts_with("@");
  if (hidden_files) refuse(Why::refused_option, typed);
}

void GccReader::take_dep_from_preprocessor(const std::string& mode, const std::string& file) {
  call_.depfile.wanted = true;
  dep_file_of_preprocessor_ = file;
  call_.depfile.key.push_back("-Wp," + mode);
}

// Words of -Wp, and -Xpreprocessor. Understood: one dependency file, its targets, macros. Other
// words about dependencies are refused, anything else is passed on and rules out direct mode.
void GccReader::take_preprocessor_words(Given& given) {
  const std::string& typed = given.argument.words.front();
  const bool is_list = given.option.role() == OptionRole::preprocessor;
  const auto pieces =
      is_list ? text::split(given.value, ',') : std::vector<std::string_view>{given.value};
  const std::string first(pieces.front());
  const bool is_dependency = std::any_of(pieces.begin(), pieces.end(),
                                         [](std::string_view p) { return p.starts_with("-M"); });
  const bool names_file = pieces.size() == 2 && !pieces[1].empty();
  if (is_list && names_file && (first == "-MD" || first == "-MMD")) {
    take_dep_from_preprocessor(first, std::string(pieces[1]));
  } else if (is_list &&
             (first == "-MP" || (pieces.size() == 2 && (first == "-MT" || first == "-MQ")))) {
    call_.depfile.key.push_back(typed);
  } else if (is_dependency || first.starts_with("-o")) {
    return refuse(Why::refused_option, is_list ? typed : given.value);
  } else {
    const bool only_macros = std::all_of(pieces.begin(), pieces.end(), [](std::string_view p) {
      return p.size() > 2 && (p.starts_with("-D") || p.starts_with("-U"));
    });
    if (!only_macros) call_.allows.direct_mode = false;
    if (std::ranges::find(pieces, "-P") != pieces.end()) call_.allows.preprocessed_mode = false;
    return keep(given);
  }
  given.argument.to_preprocess = false;
  given.argument.keys = Keys::none;
  keep(given);
}

// -Xclang WORD, with the value of WORD in the next pair.
void GccReader::take_frontend_word(Given& given) {
  const CompilerOption* found = find_option(frontend_options(), given.value);
  if (!found) return keep(given);
  if (found->role() == OptionRole::refuse)
    return refuse(found->meaning.detail<OptionRole::refuse>(), "-Xclang " + given.value);
  Given inner{*found, given.argument, std::string(joined_value(*found, given.value))};
  if (takes_next_word(*found, given.value)) {
    if (next_ + 1 >= in_.words.size() || in_.words[next_] != "-Xclang")
      return refuse(Why::bad_option, "-Xclang " + given.value + " without a value");
    inner.value = in_.words[next_ + 1];
    if (inner.has(is_path)) inner.value = local(inner.value);
    inner.argument.words.insert(inner.argument.words.end(), {"-Xclang", inner.value});
    next_ += 2;
  }
  apply(std::move(inner));
}

}  // namespace deja

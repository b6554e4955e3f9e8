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
  if (facts && facts->kind == FileKind::other && !path::is_null_device(file))
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

// An index names the modules whose code is taken in; one that is empty names none.
void GccReader::take_thinlto_index(const Given& given) {
  const auto facts = look_for(given.value);
  if (facts && facts->kind == FileKind::regular && facts->size != 0)
    refuse(Why::refused_option, given.argument.words.front() + " with modules to import");
  if (facts && facts->kind == FileKind::regular) call_.files.to_hash.push_back(given.value);
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

void GccReader::take_prefix_map(const Given& given) {
  if (given.value.find('=') == std::string::npos) return;
  if (given.option.meaning.detail<OptionRole::prefix_map>() == Maps::debug_directory)
    call_.prefix_maps.push_back(given.value);
}

// The names of listings are no part of the keys, what they are to show is.
void GccReader::take_assembler_words(Given& given) {
  std::string keyed = "-Wa";
  for (std::string_view piece : text::split(given.value, ',')) {
    take_assembler_word(piece, given.argument.words.front());
    const bool is_listing = piece.starts_with("-a") && piece.find('=') != std::string_view::npos;
    keyed.append(",").append(is_listing ? piece.substr(0, piece.find('=') + 1) : piece);
  }
  given.argument.hashed_as = {keyed};
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

// "-MD,file" and what may follow it in one -Wp, word: -MP, -MT and -MQ with their targets. False
// where it holds anything else. Clang gives a file to the first two words only; behind them it
// keeps none of them but -MD itself, and the file is the driver's.
bool GccReader::take_dep_list(const std::vector<std::string_view>& pieces) {
  const std::string mode(pieces.front());
  const bool makes = mode == "-MD" || mode == "-MMD";
  const bool passed_on = makes && (!is_clang() || pieces.size() == 2);
  std::vector<std::string> targets;
  std::size_t at = 0;
  if (makes) at = pieces.size() > 1 && !pieces[1].empty() && pieces[1].front() != '-' ? 2 : 1;
  if (makes && at == 1) return false;
  bool phony = false;
  while (at < pieces.size()) {
    const bool names_target = pieces[at] == "-MT" || pieces[at] == "-MQ";
    if (pieces[at] == "-MP") {
      phony = true;
    } else if (names_target && at + 1 < pieces.size()) {
      const std::string name(pieces[at + 1]);
      targets.push_back(pieces[at] == "-MQ" ? quoted_target(name) : name);
      ++at;
    } else {
      return false;
    }
    ++at;
  }
  if (makes) {
    call_.depfile.wanted = true;
    call_.depfile.key.push_back(mode);
    if (passed_on) dep_file_of_preprocessor_ = std::string(pieces[1]);
  }
  if (makes && !passed_on) return true;
  if (phony) call_.depfile.key.emplace_back("-MP");
  dep_targets_of_preprocessor_.insert(dep_targets_of_preprocessor_.end(), targets.begin(),
                                      targets.end());
  return true;
}

// Words of -Wp, and -Xpreprocessor. Understood: dependency files, their targets, macros. Other
// words about dependencies are refused, anything else is passed on and rules out direct mode.
void GccReader::take_preprocessor_words(Given& given) {
  const std::string& typed = given.argument.words.front();
  const bool is_list = given.option.role() == OptionRole::preprocessor;
  const auto pieces =
      is_list ? text::split(given.value, ',') : std::vector<std::string_view>{given.value};
  const bool is_dependency = std::any_of(pieces.begin(), pieces.end(),
                                         [](std::string_view p) { return p.starts_with("-M"); });
  if (is_dependency && is_list && take_dep_list(pieces)) {
    given.argument.to_preprocess = false;
    given.argument.keys = Keys::none;
    return keep(given);
  }
  if (is_dependency || pieces.front().starts_with("-o"))
    return refuse(Why::refused_option, is_list ? typed : given.value);
  const bool only_macros = std::all_of(pieces.begin(), pieces.end(), [](std::string_view p) {
    return p.size() > 2 && (p.starts_with("-D") || p.starts_with("-U"));
  });
  if (!only_macros) call_.allows.direct_mode = false;
  if (std::ranges::find(pieces, "-P") != pieces.end()) call_.allows.preprocessed_mode = false;
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
  frontend_colors_ |= found->role() == OptionRole::color;
  apply(std::move(inner));
}

}  // namespace deja

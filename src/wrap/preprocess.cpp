// -E, a pipe and a scanner.
#include "wrap/preprocess.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "compiler/depfile.h"
#include "wrap/deliver.h"
#include "wrap/lookup.h"
#include "wrap/precompiled.h"

namespace deja {

namespace {

// Whether gcc's preprocessor is to look for precompiled headers, as the compiler does: then the
// text names the one that is taken, and no header need lie beside it.
bool looks_for_precompiled(const Session& session, const Invocation& call, bool any_hidden) {
  return call.family == Family::gcc && session.compiler.type == CompilerType::gcc &&
         !call.pch.made && (any_hidden || !call.pch.files.empty());
}

std::vector<std::string> preprocessor_words(const Session& session, const Invocation& call,
                                            bool any_hidden) {
  std::vector<std::string> argv;
  for (const Argument& argument : call.arguments)
    if (argument.to_preprocess)
      argv.insert(argv.end(), argument.words.begin(), argument.words.end());
  argv.emplace_back("-E");
  if (looks_for_precompiled(session, call, any_hidden)) argv.emplace_back("-fpch-preprocess");
  // cl writes the text in the system's code page otherwise, whose letters may be fewer.
  if (call.family == Family::cl && session.config.msvc_utf8) argv.emplace_back("/utf-8");
  if (session.config.keep_comments_cpp) argv.emplace_back("-C");
  argv.push_back(call.source);
  return argv;
}

// What brings in data that the text does not show; "" for nothing.
std::string_view hidden_data(const Session& session, const PreprocessedFindings& found) {
  const bool sloppy = session.config.sloppiness.has(Sloppy::incbin);
  if (found.has_incbin && !sloppy) return "the assembler's incbin";
  if (found.has_assembler_include && !sloppy) return "the assembler's include";
  return found.has_embed ? "an embed directive" : "";
}

std::optional<Bypass> objection(const Session& session, const PreprocessedFindings& found,
                                bool any_precompiled) {
  if (const std::string_view what = hidden_data(session, found); !what.empty() && !session.observes)
    return Bypass(Why::hidden_data, std::string(what));
  if (found.has_modules) return Bypass(Why::module_directive);
  if (found.has_pch_pragma && !any_precompiled)
    return Bypass(Why::precompiled_header_refused, "#pragma GCC pch_preprocess");
  return std::nullopt;
}

// Names that the dependency file has and the text does not, where clang writes one: headers that it
// only asked for, or did not enter a second time under another name.
std::vector<std::string> names_beside_text(const std::vector<std::string>& named,
                                           const PreprocessedFindings& found,
                                           const std::string& source) {
  std::vector<std::string> out;
  for (const std::string& name : named)
    if (name != source && std::ranges::find(found.files, name) == found.files.end())
      out.push_back(name);
  return out;
}

// Runs the preprocessor: its text into `scanner`, what it says into `messages`.
std::optional<Bypass> run_preprocessor(const Session& session, const Invocation& call,
                                       bool any_hidden, PreprocessedScanner& scanner,
                                       std::string& messages, std::vector<std::string>& named) {
  std::vector<std::string> words = preprocessor_words(session, call, any_hidden);
  std::string depfile;
  if (call.family == Family::clang && call.depfile.wanted) {
    (void)session.system.fs.make_directories(session.config.temporary_dir);
    depfile = session.system.fs.temporary_name(session.config.temporary_dir, "dependencies");
    words.insert(words.begin(), {"-MD", "-MF", depfile});
  }
  auto command = compiler_command(session.system, session.config, session.compiler,
                                  session.words.front(), session.config.prefix_command_cpp, words);
  if (!command) return Bypass(Why::compiler_missing, command.error().text());
  command->input = Command::Input::empty;
  if (session.log.enabled()) session.log.add("Preprocess: " + text::quoted(command->argv));
  const auto done =
      session.system.processes.run(*command, [&](std::string_view chunk) { scanner.feed(chunk); });
  std::string rules;
  const bool is_read = depfile.empty() || session.system.fs.read(depfile, rules);
  if (!depfile.empty()) (void)session.system.fs.remove(depfile);
  if (!done) return Bypass(Why::compiler_not_run, done.error().text());
  // Bare, there would have been one compiler, and it would have ended here.
  if (done->interrupted_by != 0) die_of(session, done->interrupted_by);
  if (done->exit_code != 0)
    return Bypass(Why::preprocessor_failed, "exit code " + std::to_string(done->exit_code));
  if (!is_read) return Bypass(Why::preprocessor_failed, "it wrote no dependency file");
  messages = done->err;
  named = parse_depfile(rules);
  return std::nullopt;
}

// A file that was read and can be read only once, or is another each time; "" for none.
std::string stream_among(const Session& session, const PreprocessedFindings& found) {
  for (const std::string& file : found.files) {
    const auto facts = session.files.facts(file);
    if (facts && facts->kind == FileKind::other && !path::is_null_device(file)) return file;
  }
  return {};
}

// Named by a #line only, and not there: no part of the compile.
bool is_absent(const Session& session, const PreprocessedFindings& found, const std::string& path) {
  if (found.entered_files.contains(path)) return false;
  const auto facts = session.files.facts(path);
  return !facts &&
         (facts.error().cause == Cause::not_found || facts.error().cause == Cause::not_a_directory);
}

// Why a file's content is part of the key beside the text.
bool content_matters(const Invocation& call, const PreprocessedFindings& found,
                     const std::string& path, const SourceTraits& traits, bool any_precompiled) {
  // The text has lost its columns, and they reach the object: then only the very same files will
  // do. A header that gives nothing but macros (config.h) may change without another text.
  const bool all_files = call.matters.macro_columns || call.pch.made || any_precompiled ||
                         call.language == Language::bitcode || found.has_columns ||
                         found.has_macro_pragma;
  const bool has_text = path == call.source || found.files_with_text.contains(path);
  const bool some_files = call.matters.columns || call.matters.layout;
  return all_files || (some_files && has_text) || (call.matters.comments && traits.falls_through);
}

std::optional<Bypass> ask_what_text_lacks(const Session& session, const Invocation& call,
                                          const PreprocessedFindings& found,
                                          const std::vector<std::string>& precompiled) {
  std::vector<std::string> files = found.files;
  files.push_back(call.source);
  const bool mtimes = times_matter(session, call);
  const bool any_precompiled = !precompiled.empty() || !call.pch.files.empty();
  for (const std::string& path : files) {
    if (is_absent(session, found, path)) continue;
    const auto file = session.files.get(path);
    if (!file && !call.matters.columns && !call.matters.layout && !found.has_columns &&
        !found.has_macro_pragma)
      continue;
    if (!file) return Bypass(Why::input_unreadable, file.error().text());
    if (!content_matters(call, found, path, (*file)->traits, any_precompiled)) continue;
    const Digest stands_for =
        by_code(session, call) ? session.files.code(path, **file) : (*file)->content;
    std::string answer(stands_for.view());
    const bool is_own = path == call.source && !call.pch.made;
    if (mtimes && !is_own) answer += std::to_string((*file)->facts.mtime_ns);
    session.ledger.file(Role::columns, path, std::move(answer), (*file)->facts, (*file)->content);
  }
  for (const std::string& path : precompiled)
    if (const auto file = session.files.get(path))
      session.ledger.file(Role::columns, path, origin_of(session, (*file)->content), (*file)->facts,
                          (*file)->content);
  const bool options_matter = found.has_macro_pragma || !precompiled.empty();
  for (const Argument& argument : call.arguments)
    if (options_matter && argument.keys == Keys::direct)
      for (const std::string& word : argument.words)
        session.ledger.value(Role::option_beside_text, word);
  return std::nullopt;
}

}  // namespace

std::variant<Preprocessed, Bypass> preprocess(const Session& session, const Invocation& call,
                                              const Digest& common,
                                              const std::vector<std::string>& precompiled) {
  Hasher text(session.traces.preprocessed);
  const bool expands_pragmas = call.family != Family::clang;
  PreprocessedScanner scanner({session.working_directory, session.config.hash_dir,
                               session.config.base_dir, expands_pragmas},
                              [&](std::string_view bytes) { text.continue_stream(bytes); });
  std::string messages;
  std::vector<std::string> named;
  if (call.already_preprocessed) {
    const auto content = session.files.read_again(call.source);
    if (!content) return Bypass(Why::input_unreadable, content.error().text());
    scanner.feed(*content);
  } else if (auto why =
                 run_preprocessor(session, call, !precompiled.empty(), scanner, messages, named)) {
    return *why;
  }
  const PreprocessedFindings found = scanner.finish();
  session.ledger.value(Role::text, "digest", text.finish().view());
  session.ledger.value(Role::messages, "", without_colors(messages, call.family));
  for (const std::string& name : names_beside_text(named, found, call.source))
    session.ledger.value(Role::text, "name beside it", name);
  const bool any_precompiled = !precompiled.empty() || !call.pch.files.empty();
  if (auto why = objection(session, found, any_precompiled)) return *why;
  if (const std::string stream = stream_among(session, found); !stream.empty())
    return Bypass(Why::input_unreadable, "'" + stream + "' is no regular file");

  Preprocessed out;
  out.hides_data = !hidden_data(session, found).empty();
  const bool skip_system = session.config.sloppiness.has(Sloppy::system_headers);
  for (const std::string& file : found.files) {
    const bool skip = file == call.source || call.already_preprocessed ||
                      (skip_system && found.system_files.contains(file));
    if (skip) continue;
    if (is_absent(session, found, file)) {
      out.names_absent_file = true;
    } else {
      out.files.push_back(file);
    }
  }
  if (call.already_preprocessed) session.ledger.value(Role::text_of, call.source);
  if (auto why = ask_what_text_lacks(session, call, found, precompiled)) return *why;
  out.key = key_of(KeyPart::text, session.ledger.inputs(), common, session.traces.preprocessed);
  return out;
}

}  // namespace deja

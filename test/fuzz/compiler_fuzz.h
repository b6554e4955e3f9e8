// What must hold for any command line, response file, dependency file and preprocessed text.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "compiler/depfile.h"
#include "compiler/identify.h"
#include "compiler/outputs.h"
#include "compiler/preprocessed.h"
#include "compiler/response_file.h"
#include "compiler/understand.h"
#include "sys/fs.h"

namespace deja {

// Nothing exists: every operation fails.
class NoFiles final : public Fs {
 public:
  Result<FileFacts> stat(const std::string&) override { return none(); }
  Result<FileFacts> lstat(const std::string&) override { return none(); }
  Result<FileFacts> read(const std::string&, std::string&, std::uint64_t) override {
    return none();
  }
  Result<FileFacts> read_stored(const std::string& path, std::string&, const Accept&) override {
    return Error{"read", path, "none here", Cause::not_found};
  }
  Result<void> create(const std::string&, std::span<const std::string_view>, Access) override {
    return none();
  }
  Result<void> write_output(const std::string&, std::string_view, Existing) override {
    return none();
  }
  Result<void> rename(const std::string&, const std::string&, Overwrite) override { return none(); }
  Result<void> remove(const std::string&) override { return none(); }
  Result<void> remove_directory(const std::string&) override { return none(); }
  Result<void> make_directories(const std::string&) override { return none(); }
  Result<std::vector<DirectoryItem>> list(const std::string&) override { return none(); }
  Result<std::vector<ListedFile>> list_with_facts(const std::string&) override { return none(); }
  Result<std::string> read_part(const std::string&, std::uint64_t, std::size_t) override {
    return none();
  }
  Result<void> set_mtime(const std::string&, std::int64_t) override { return none(); }
  Result<void> touch(const std::string&) override { return none(); }
  Result<void> append(const std::string&, std::string_view, const AppendOptions&) override {
    return none();
  }
  Result<void> with_append_lock(const std::string&, std::int64_t,
                                const std::function<Result<void>()>&) override {
    return none();
  }
  Result<std::unique_ptr<RandomFile>> open_random(const std::string&) override { return none(); }
  std::string temporary_name(const std::string& folder, std::string_view) override {
    return folder;
  }
  Result<std::string> current_directory() override { return none(); }
  Result<std::string> real_path(const std::string&) override { return none(); }

 private:
  static Error none() { return {"look at", "file", "nothing is here", Cause::not_found}; }
};

// One word a line; the first line's length chooses the family. Every word that was typed is still
// there, or is one of the few that the call holds elsewhere.
inline void check_argv(std::string_view text) {
  const auto lines = text::split(text, '\n');
  NoFiles fs;
  Config config;
  config.ignore_options = {"-ignored*"};
  UnderstandInput input;
  constexpr Family families[] = {Family::gcc, Family::clang, Family::cl, Family::clang_cl,
                                 Family::nvcc};
  input.family = families[lines[0].size() % std::size(families)];
  input.is_cpp_driver = lines[0].starts_with('+');
  input.working_directory = "/work";
  for (std::size_t i = 1; i < lines.size(); ++i) input.words.emplace_back(lines[i]);
  if (lines[0].ends_with('b')) config.base_dir = {"/work", "/"};
  const Understood understood = understand(fs, config, input);
  const Invocation* call = std::get_if<Invocation>(&understood);
  if (!call) return;
  if (call->source.empty() || call->object.path.empty() || call->outputs.empty()) std::abort();
  if (call->outputs.front().kind != OutputKind::object ||
      call->outputs.front().path != call->object.path)
    std::abort();
  // Clang's warning of an -MF that has no effect is in the key, too.
  if (call->depfile.wanted != !call->depfile.path.empty() ||
      (call->depfile.wanted && call->depfile.key.empty()))
    std::abort();
  for (const OutputFile& output : call->outputs)
    if (!output_row(static_cast<unsigned>(output.kind))) std::abort();
  for (const Argument& argument : call->arguments)
    if (argument.words.empty()) std::abort();
  static_cast<void>(search_query_words(*call));
}

inline void check_response_file(std::string_view text) {
  std::string quoted;
  for (const std::string& word : split_posix_response(text)) {
    for (const char c : word) {
      quoted += '\\';
      quoted += c;
    }
    quoted += word.empty() ? "'' " : " ";
  }
  if (split_posix_response(quoted) != split_posix_response(text)) std::abort();
  static_cast<void>(split_windows_response(text));
}

inline void check_depfile(std::string_view text) {
  for (const std::string& file : parse_depfile(text))
    if (file.empty()) std::abort();
  const ShowIncludes found = parse_show_includes(text, "Note: ");
  if (found.rest.size() > text.size()) std::abort();
  static_cast<void>(parse_search_directories(text));
  static_cast<void>(parse_resolved_native(text));
}

// The first byte is the size of the chunks of the second reading, which must find and hash the
// same.
inline void check_preprocessed(std::string_view text) {
  if (text.empty()) return;
  const std::size_t chunk = static_cast<unsigned char>(text[0]) + std::size_t{1};
  text.remove_prefix(1);
  PreprocessedOptions options;
  options.working_directory = "/work/d";
  options.hash_working_directory = chunk % 2 == 0;
  options.base_dirs = {"/work"};
  std::string whole, parts;
  PreprocessedScanner at_once(options, [&](std::string_view bytes) { whole += bytes; });
  PreprocessedScanner in_chunks(options, [&](std::string_view bytes) { parts += bytes; });
  at_once.feed(text);
  for (std::size_t at = 0; at < text.size(); at += std::min(chunk, text.size() - at))
    in_chunks.feed(text.substr(at, chunk));
  const PreprocessedFindings a = at_once.finish(), b = in_chunks.finish();
  const auto flags = [](const PreprocessedFindings& f) {
    return std::array{f.has_incbin,     f.has_assembler_include, f.has_embed,
                      f.has_pch_pragma, f.has_modules,           f.has_columns};
  };
  if (whole != parts || a.files != b.files || a.size != b.size || flags(a) != flags(b))
    std::abort();
}

}  // namespace deja

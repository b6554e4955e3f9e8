// The reader of gcc's and clang's command lines: words through the option tables
// (understand_gcc.cpp), the options that need code of their own (gcc_single_options.cpp), and what
// all words together imply (gcc_implied.cpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/depfile.h"
#include "compiler/options.h"
#include "compiler/readers.h"

namespace deja {

class GccReader : private CallReader {
 public:
  using CallReader::CallReader;

  Understood read();

 private:
  struct Input {
    std::string file;
    std::optional<std::string> language;  // of -x; nullopt: by its name
    std::size_t arguments_before;
  };

  bool is_clang() const { return in_.family == Family::clang; }
  const CompilerOption* find(const std::string& word) const {
    return is_clang() ? find_option(clang_options(), gcc_options(), word)
                      : find_option(gcc_options(), word);
  }

  // Reading words.
  void word();
  void input_word(const std::string& file);
  void option_word(const std::string& typed);
  void apply(Given given);
  void take_effects(const Given& given);
  void keep(Given& given) { call_.arguments.push_back(std::move(given.argument)); }

  // Single options.
  void take_refused_value(const Given& given);
  void end_options(const std::string& typed);
  void take_object(const Given& given);
  void take_language(const std::string& name);
  void add_to_dep_key(const Given& given);
  void take_dep_target(const Given& given);
  void take_prefixed_search(const Given& given);
  void take_include(const std::string& file);
  void take_program_prefix(const std::string& prefix);
  void take_split_dwarf(const std::string& value);
  void take_thinlto_index(const Given& given);
  void take_modules(const std::string& typed);
  void take_sloppy(Given& given);
  void take_random_seed(Given& given);
  void take_debug(const std::string& value);
  void take_option_file(const Given& given);
  void take_prefix_map(const Given& given);
  void take_assembler_words(Given& given);
  void take_assembler_word(std::string_view word, const std::string& typed);
  void take_preprocessor_words(Given& given);
  void take_frontend_word(Given& given);
  bool take_dep_list(const std::vector<std::string_view>& pieces);

  // What the words imply.
  std::optional<Bypass> choose_source();
  std::optional<Bypass> check_source() const;
  void name_object();
  void name_outputs();
  void name_depfile();
  void name_targets();
  void find_profiles();
  void find_precompiled_headers();
  bool take_precompiled_header(const std::string& path);
  void complete_facts();
  bool asks_for_warnings() const;
  bool hides_comments() const;
  std::size_t size_of_old(std::string_view map) const;
  bool may_hide(const std::string& old) const;
  std::vector<std::string> relations_to(const std::string& old) const;
  void hide_prefix_maps();
  bool maps_overlap() const;
  void name_output(OutputKind kind, std::string path) {
    named_.emplace_back(kind, std::move(path));
  }
  void add_output(OutputKind kind, std::string path) {
    call_.outputs.push_back({kind, std::move(path), existing_of(kind)});
  }
  Existing existing_of(OutputKind kind) const;
  // A file that the compiler reads where it is there; where it is not, that is noted.
  Result<FileFacts> look_for(const std::string& path) {
    auto found = fs_.stat(path);
    if (!found) call_.files.absent.push_back(path);
    return found;
  }
  bool exists(const std::string& path) { return static_cast<bool>(look_for(path)); }
  std::string object_stem() const { return without_last_suffix(call_.object.path); }
  // gcc's driver, which names some files itself, sees no suffix in ".o".
  std::string driver_stem() const {
    return path::file_name(object_stem()).empty() ? call_.object.path : object_stem();
  }

  std::vector<Input> inputs_;
  std::optional<std::string> language_;
  bool compile_ = false, assemble_ = false, preprocess_ = false, syntax_only_ = false,
       information_ = false, language_reset_ = false, language_too_late_ = false,
       emit_llvm_ = false, emits_pch_ = false, lto_ = false;
  bool debug_ = false, debug_macros_ = false, debug_directory_ = false, split_dwarf_ = false,
       coverage_notes_ = false, coverage_mapping_ = false, coverage_directory_ = false;
  std::vector<OutputKind> beside_;                         // outputs named after the object
  std::vector<std::pair<OutputKind, std::string>> named_;  // outputs named by options
  std::string dep_file_, dep_file_of_preprocessor_;
  std::vector<std::string> dep_targets_, dep_targets_of_preprocessor_;  // of -MT and -MQ; of -Wp,
  std::string object_typed_, path_typed_;  // before base_dir was applied
  bool driver_makes_deps_ = false;         // -MD or -MMD, not by way of -Wp,
  bool frontend_colors_ = false;           // -Xclang -fcolor-diagnostics: beyond the driver's reach
  std::optional<std::string> include_prefix_;
  std::vector<std::string> includes_;  // -include, as the compiler sees them
  std::vector<std::pair<ProfileKind, std::string>> profiles_;
  std::string profile_dir_, profile_prefix_;
};

}  // namespace deja

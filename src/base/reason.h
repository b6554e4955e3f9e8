// Why a compile was not served, not stored or not even looked up: ONE table of what is said, what
// is counted, and what helps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "base/outcome.h"

namespace deja {

enum class Why : std::uint8_t {
  // The command is none of deja's business.
  disabled_in_source,
  closed_streams,
  refused_variable,
  unknown_compiler,
  unknown_language,
  unknown_option,
  refused_option,
  refused_module_option,
  refused_combination,
  bad_option,
  asks_for_information,
  preprocesses_only,
  links,
  autoconf_probe,
  no_source,
  source_is_stream,
  several_sources,
  source_unreadable,
  output_is_stream,
  output_is_source,
  response_file_unreadable,
  response_file_once,
  response_files_too_large,
  several_architectures,
  native_unknown,
  // What the sources hold.
  module_unit,
  module_directive,
  hidden_data,
  precompiled_header_refused,
  // Something failed.
  compiler_missing,
  compiler_check_failed,
  input_unreadable,
  extra_file_unreadable,
  precompiled_header_unreadable,
  preprocessor_failed,
  compiler_not_run,
  no_output,
  empty_output,
  output_not_written,
  // Look-ups.
  only_looked_up,
  no_text_mode,
  first_compile,
  input_added,
  input_removed,
  input_changed,
  order_changed,
  manifest_empty,
  header_changed,
  header_unreadable,
  directory_appeared,
  directory_gone,
  directory_replaced,
  directory_unreadable,
  name_appeared,
  name_gone,
  names_changed,
  result_gone,
  result_lacks_part,
  result_has_other_targets,
  result_has_messages,
  result_unobserved,
  toolchain_changed,
  read_file_changed,
  asked_name_appeared,
  asked_name_gone,
  listed_directory_changed,
  // No manifest, so that the next look-up has to preprocess.
  time_of_day,
  embeds_files,
  assembler_includes,
  newer_than_compile,
  dangling_link,
  same_content_twice,
  option_asks_for_time,
  option_asks_for_names,
  // Not stored.
  changed_meanwhile,
  moved_meanwhile,
  dependency_file_incomplete,
  holds_directory,
  reads_unkeyed,
  makes_unexpected,
  not_observed,
  result_too_large,
};

// Something that kept a compile from being served or stored, and the thing that did.
struct Reason {
  Why id;
  std::string object;  // an option, a path, a variable; "" where the reason says it all

  bool operator==(const Reason&) const = default;
};

struct ReasonRow {
  Why why;
  std::string_view id;      // for machines
  Outcome counted;          // where it decides how a run ends; none for what only explains
  std::string_view text;    // {} is the object
  std::string_view remedy;  // what the user can do; "" for nothing
};

// In the order of the enumeration: a reason without a row does not compile.
inline constexpr ReasonRow reason_rows[] = {
    {Why::disabled_in_source, "disabled_in_source", Outcome::disabled, "disabled in the source",
     "take the words out of the source's beginning"},
    {Why::closed_streams, "closed_streams", Outcome::output_to_stdout,
     "standard output or error is closed", ""},
    {Why::refused_variable, "refused_variable", Outcome::unsupported_environment_variable,
     "variable {}", "unset it"},
    {Why::unknown_compiler, "unknown_compiler", Outcome::unsupported_compiler_option,
     "this compiler's options are not known", "set compiler_type if it speaks another's"},
    {Why::unknown_language, "unknown_language", Outcome::unsupported_source_language,
     "language of {}", ""},
    {Why::unknown_option, "unknown_option", Outcome::unsupported_compiler_option,
     "unknown option {}", "list it in ignore_options if it cannot reach the object"},
    {Why::refused_option, "refused_option", Outcome::unsupported_compiler_option, "option {}",
     "leave it out, or compile such files without the cache"},
    {Why::refused_module_option, "refused_module_option", Outcome::could_not_use_modules,
     "option {}", ""},
    {Why::refused_combination, "refused_combination", Outcome::unsupported_compiler_option, "{}",
     ""},
    {Why::bad_option, "bad_option", Outcome::bad_compiler_arguments, "{}", ""},
    {Why::asks_for_information, "asks_for_information", Outcome::unsupported_compiler_option,
     "an option that asks for information", ""},
    {Why::preprocesses_only, "preprocesses_only", Outcome::called_for_preprocessing, "option {}",
     ""},
    {Why::links, "links", Outcome::called_for_link, "nothing says -c",
     "compile with -c and link in a step of its own"},
    {Why::autoconf_probe, "autoconf_probe", Outcome::autoconf_test, "a test of configure", ""},
    {Why::no_source, "no_source", Outcome::no_input_file, "no source is named", ""},
    {Why::source_is_stream, "source_is_stream", Outcome::no_input_file,
     "the source comes from standard input", "write it to a file"},
    {Why::several_sources, "several_sources", Outcome::multiple_source_files, "{}",
     "compile one source a command"},
    {Why::source_unreadable, "source_unreadable", Outcome::no_input_file, "{}", ""},
    {Why::output_is_stream, "output_is_stream", Outcome::output_to_stdout, "{}", ""},
    {Why::output_is_source, "output_is_source", Outcome::bad_output_file,
     "the output is the source", ""},
    {Why::response_file_unreadable, "response_file_unreadable", Outcome::bad_compiler_arguments,
     "unreadable response file {}", ""},
    {Why::response_file_once, "response_file_once", Outcome::bad_input_file,
     "response file '{}' can be read only once", "write it to a file"},
    {Why::response_files_too_large, "response_files_too_large", Outcome::bad_compiler_arguments,
     "response files nested too deep or too large", ""},
    {Why::several_architectures, "several_architectures", Outcome::unsupported_compiler_option,
     "several -arch", ""},
    {Why::native_unknown, "native_unknown", Outcome::unsupported_compiler_option,
     "the driver does not tell what 'native' is", "name the architecture"},
    {Why::module_unit, "module_unit", Outcome::could_not_use_modules, "module unit {}", ""},
    {Why::module_directive, "module_directive", Outcome::could_not_use_modules,
     "module directive in the source", ""},
    {Why::hidden_data, "hidden_data", Outcome::unsupported_code_directive,
     "{} reads files that the preprocessor does not show", ""},
    {Why::precompiled_header_refused, "precompiled_header_refused",
     Outcome::could_not_use_precompiled_header, "{}", ""},
    {Why::compiler_missing, "compiler_missing", Outcome::could_not_find_compiler, "{}", ""},
    {Why::compiler_check_failed, "compiler_check_failed", Outcome::compiler_check_failed, "{}",
     "mend the command in compiler_check"},
    {Why::input_unreadable, "input_unreadable", Outcome::bad_input_file, "{}", ""},
    {Why::extra_file_unreadable, "extra_file_unreadable", Outcome::error_hashing_extra_file, "{}",
     "mend extra_files_to_hash"},
    {Why::precompiled_header_unreadable, "precompiled_header_unreadable",
     Outcome::could_not_use_precompiled_header, "{}", ""},
    {Why::preprocessor_failed, "preprocessor_failed", Outcome::preprocessor_error, "{}", ""},
    {Why::compiler_not_run, "compiler_not_run", Outcome::internal_error, "{}", ""},
    {Why::no_output, "no_output", Outcome::compiler_produced_no_output, "no {}", ""},
    {Why::empty_output, "empty_output", Outcome::compiler_produced_empty_output, "'{}' is empty",
     ""},
    {Why::output_not_written, "output_not_written", Outcome::bad_output_file, "{}", ""},
    {Why::only_looked_up, "only_looked_up", Outcome::cache_miss, "read-only{}",
     "unset read_only where results are to be stored"},
    {Why::no_text_mode, "no_text_mode", Outcome::unsupported_compiler_option,
     "no preprocessor mode for these options", ""},
    {Why::first_compile, "first_compile", Outcome::none,
     "nothing known was compiled to '{}' before", ""},
    {Why::input_added, "input_added", Outcome::none, "{} is new", ""},
    {Why::input_removed, "input_removed", Outcome::none, "{} is gone", ""},
    {Why::input_changed, "input_changed", Outcome::none, "{} changed", ""},
    {Why::order_changed, "order_changed", Outcome::none, "the order of the options changed", ""},
    {Why::manifest_empty, "manifest_empty", Outcome::none, "the manifest is empty", ""},
    {Why::header_changed, "header_changed", Outcome::none, "header '{}' changed", ""},
    {Why::header_unreadable, "header_unreadable", Outcome::none, "header '{}' cannot be read", ""},
    {Why::directory_appeared, "directory_appeared", Outcome::none, "directory '{}' appeared", ""},
    {Why::directory_gone, "directory_gone", Outcome::none, "directory '{}' is gone", ""},
    {Why::directory_replaced, "directory_replaced", Outcome::none,
     "directory '{}' was the same as another one, and is not any more", ""},
    {Why::directory_unreadable, "directory_unreadable", Outcome::none,
     "directory '{}' cannot be read", ""},
    {Why::name_appeared, "name_appeared", Outcome::none, "{} appeared", ""},
    {Why::name_gone, "name_gone", Outcome::none, "{} is gone", ""},
    {Why::names_changed, "names_changed", Outcome::none, "the names in '{}' changed", ""},
    {Why::result_gone, "result_gone", Outcome::none, "result {} is not there", "raise max_size"},
    {Why::result_lacks_part, "result_lacks_part", Outcome::none, "the result lacks a part: {}", ""},
    {Why::result_has_other_targets, "result_has_other_targets", Outcome::none,
     "the result's dependency file has other targets and another layout", ""},
    {Why::result_has_messages, "result_has_messages", Outcome::none,
     "the result has messages, and they may show other source lines", ""},
    {Why::result_unobserved, "result_unobserved", Outcome::none,
     "the result's compile was not observed, and may have read more than is known", ""},
    {Why::toolchain_changed, "toolchain_changed", Outcome::none,
     "the toolchain's {} is not what the result was made with", ""},
    {Why::read_file_changed, "read_file_changed", Outcome::none, "{} has changed", ""},
    {Why::asked_name_appeared, "asked_name_appeared", Outcome::none,
     "{} has appeared, which the compiler had asked for in vain", ""},
    {Why::asked_name_gone, "asked_name_gone", Outcome::none,
     "{} is gone, which the compiler had asked for", ""},
    {Why::listed_directory_changed, "listed_directory_changed", Outcome::none,
     "names came or went in {}, which the compiler had listed", ""},
    {Why::time_of_day, "time_of_day", Outcome::none, "{} uses the time of day",
     "set SOURCE_DATE_EPOCH, or sloppiness time_macros"},
    {Why::embeds_files, "embeds_files", Outcome::none, "{} uses an embed directive", ""},
    {Why::assembler_includes, "assembler_includes", Outcome::none,
     "{} uses the assembler's incbin or include", "sloppiness incbin, if they never change"},
    {Why::newer_than_compile, "newer_than_compile", Outcome::none, "{} is newer than the compile",
     "sloppiness include_file_mtime,include_file_ctime"},
    {Why::dangling_link, "dangling_link", Outcome::none,
     "a link with the name of a header leads nowhere", ""},
    {Why::same_content_twice, "same_content_twice", Outcome::none,
     "'{}' is to be included once, and another header has its content: their times matter", ""},
    {Why::option_asks_for_time, "option_asks_for_time", Outcome::none,
     "option '{}' asks for the time of the compile", ""},
    {Why::option_asks_for_names, "option_asks_for_names", Outcome::none,
     "option '{}' asks whether a header is there", ""},
    {Why::changed_meanwhile, "changed_meanwhile", Outcome::modified_input_file,
     "'{}' changed while it was compiled", ""},
    {Why::moved_meanwhile, "moved_meanwhile", Outcome::modified_input_file,
     "'{}' was moved while it was compiled", ""},
    {Why::dependency_file_incomplete, "dependency_file_incomplete", Outcome::none,
     "the dependency file is missing, or does not name the source", ""},
    {Why::holds_directory, "holds_directory", Outcome::none,
     "{} holds the name of the working directory, which is not part of the key",
     "map it away with -ffile-prefix-map, or set hash_dir = false if that does not matter"},
    {Why::reads_unkeyed, "reads_unkeyed", Outcome::none,
     "the compiler read {}, which no key can hold", ""},
    {Why::makes_unexpected, "makes_unexpected", Outcome::none,
     "the compiler made {}, which no option known here tells", ""},
    {Why::not_observed, "not_observed", Outcome::none,
     "what the source includes as data could not be observed: {}", "set observe to auto"},
    {Why::result_too_large, "result_too_large", Outcome::none, "{}", ""},
};

constexpr bool reasons_in_order() {
  for (std::size_t i = 0; i < std::size(reason_rows); ++i)
    if (reason_rows[i].why != static_cast<Why>(i)) return false;
  return std::size(reason_rows) == static_cast<std::size_t>(Why::result_too_large) + 1;
}
static_assert(reasons_in_order());

constexpr const ReasonRow& row_of(Why why) { return reason_rows[static_cast<std::size_t>(why)]; }

// "header 'a.h' changed".
inline std::string text_of(const Reason& reason) {
  const std::string_view text = row_of(reason.id).text;
  const std::size_t at = text.find("{}");
  if (at == std::string_view::npos) return std::string(text);
  return std::string(text.substr(0, at)).append(reason.object).append(text.substr(at + 2));
}

}  // namespace deja

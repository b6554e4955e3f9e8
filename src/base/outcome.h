// Everything deja counts: ONE table of statistics id, group and meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace deja {

// The numbers are stored in statistics records: append at the end of a group's reserve, never
// renumber.
enum class Outcome : std::uint8_t {
  none = 0,

  // Results.
  cache_miss = 1,
  direct_cache_hit = 2,
  direct_cache_miss = 3,
  preprocessed_cache_hit = 4,
  preprocessed_cache_miss = 5,
  local_storage_hit = 6,
  local_storage_miss = 7,
  local_storage_read_hit = 8,
  local_storage_read_miss = 9,
  local_storage_write = 10,
  remote_storage_hit = 11,
  remote_storage_miss = 12,
  remote_storage_read_hit = 13,
  remote_storage_read_miss = 14,
  remote_storage_write = 15,
  remote_storage_error = 16,
  remote_storage_timeout = 17,

  // Housekeeping that is counted; sizes, limits and times are computed, not counted.
  cleanups_performed = 24,

  // Not cacheable.
  autoconf_test = 32,
  bad_compiler_arguments = 33,
  called_for_link = 34,
  called_for_preprocessing = 35,
  compile_failed = 36,
  compiler_produced_no_output = 37,
  compiler_produced_empty_output = 38,
  compiler_produced_stdout = 39,
  could_not_use_modules = 40,
  could_not_use_precompiled_header = 41,
  disabled = 42,
  multiple_source_files = 43,
  no_input_file = 44,
  output_to_stdout = 45,
  preprocessor_error = 46,
  recache = 47,
  unsupported_code_directive = 48,
  unsupported_compiler_option = 49,
  unsupported_environment_variable = 50,
  unsupported_source_encoding = 51,
  unsupported_source_language = 52,

  // Errors.
  bad_input_file = 64,
  bad_output_file = 65,
  compiler_check_failed = 66,
  could_not_find_compiler = 67,
  error_hashing_extra_file = 68,
  internal_error = 69,
  missing_cache_file = 70,
  modified_input_file = 71,
};

inline constexpr std::size_t outcome_limit = 72;  // one past the highest number

enum class OutcomeGroup : std::uint8_t { result, housekeeping, uncacheable, error };

struct OutcomeRow {
  Outcome outcome;
  std::string_view id;  // as --print-stats names it
  OutcomeGroup group;
  std::string_view doc;  // of what is not cacheable: as people know it from -sv
};

inline constexpr OutcomeRow outcomes[] = {
    {Outcome::cache_miss, "cache_miss", OutcomeGroup::result,
     "The compiler ran and its result was stored"},
    {Outcome::direct_cache_hit, "direct_cache_hit", OutcomeGroup::result,
     "Served without preprocessing"},
    {Outcome::direct_cache_miss, "direct_cache_miss", OutcomeGroup::result,
     "Not found by source, headers and options"},
    {Outcome::preprocessed_cache_hit, "preprocessed_cache_hit", OutcomeGroup::result,
     "Served after preprocessing"},
    {Outcome::preprocessed_cache_miss, "preprocessed_cache_miss", OutcomeGroup::result,
     "Not found by preprocessed text"},
    {Outcome::local_storage_hit, "local_storage_hit", OutcomeGroup::result,
     "Result found in the local cache"},
    {Outcome::local_storage_miss, "local_storage_miss", OutcomeGroup::result,
     "Result not found in the local cache"},
    {Outcome::local_storage_read_hit, "local_storage_read_hit", OutcomeGroup::result,
     "Entries read from the local cache"},
    {Outcome::local_storage_read_miss, "local_storage_read_miss", OutcomeGroup::result,
     "Entries looked for in vain in the local cache"},
    {Outcome::local_storage_write, "local_storage_write", OutcomeGroup::result,
     "Entries written to the local cache"},
    {Outcome::remote_storage_hit, "remote_storage_hit", OutcomeGroup::result,
     "Result found in remote storage"},
    {Outcome::remote_storage_miss, "remote_storage_miss", OutcomeGroup::result,
     "Result not found in remote storage"},
    {Outcome::remote_storage_read_hit, "remote_storage_read_hit", OutcomeGroup::result,
     "Entries read from remote storage"},
    {Outcome::remote_storage_read_miss, "remote_storage_read_miss", OutcomeGroup::result,
     "Entries looked for in vain in remote storage"},
    {Outcome::remote_storage_write, "remote_storage_write", OutcomeGroup::result,
     "Entries written to remote storage"},
    {Outcome::remote_storage_error, "remote_storage_error", OutcomeGroup::result,
     "Remote storage failed"},
    {Outcome::remote_storage_timeout, "remote_storage_timeout", OutcomeGroup::result,
     "Remote storage did not answer in time"},
    {Outcome::cleanups_performed, "cleanups_performed", OutcomeGroup::housekeeping,
     "Clean-ups performed"},
    {Outcome::autoconf_test, "autoconf_test", OutcomeGroup::uncacheable, "Autoconf compile/link"},
    {Outcome::bad_compiler_arguments, "bad_compiler_arguments", OutcomeGroup::uncacheable,
     "Bad compiler arguments"},
    {Outcome::called_for_link, "called_for_link", OutcomeGroup::uncacheable, "Called for linking"},
    {Outcome::called_for_preprocessing, "called_for_preprocessing", OutcomeGroup::uncacheable,
     "Called for preprocessing"},
    {Outcome::compile_failed, "compile_failed", OutcomeGroup::uncacheable, "Compilation failed"},
    {Outcome::compiler_produced_no_output, "compiler_produced_no_output", OutcomeGroup::uncacheable,
     "Compiler output file missing"},
    {Outcome::compiler_produced_empty_output, "compiler_produced_empty_output",
     OutcomeGroup::uncacheable, "Compiler produced empty output"},
    {Outcome::compiler_produced_stdout, "compiler_produced_stdout", OutcomeGroup::uncacheable,
     "Compiler produced stdout"},
    {Outcome::could_not_use_modules, "could_not_use_modules", OutcomeGroup::uncacheable,
     "Could not use modules"},
    {Outcome::could_not_use_precompiled_header, "could_not_use_precompiled_header",
     OutcomeGroup::uncacheable, "Could not use precompiled header"},
    {Outcome::disabled, "disabled", OutcomeGroup::uncacheable, "Disabled in the source"},
    {Outcome::multiple_source_files, "multiple_source_files", OutcomeGroup::uncacheable,
     "Multiple source files"},
    {Outcome::no_input_file, "no_input_file", OutcomeGroup::uncacheable, "No input file"},
    {Outcome::output_to_stdout, "output_to_stdout", OutcomeGroup::uncacheable, "Output to stdout"},
    {Outcome::preprocessor_error, "preprocessor_error", OutcomeGroup::uncacheable,
     "Preprocessing failed"},
    {Outcome::recache, "recache", OutcomeGroup::uncacheable, "Forced recache"},
    {Outcome::unsupported_code_directive, "unsupported_code_directive", OutcomeGroup::uncacheable,
     "Unsupported code directive"},
    {Outcome::unsupported_compiler_option, "unsupported_compiler_option", OutcomeGroup::uncacheable,
     "Unsupported compiler option"},
    {Outcome::unsupported_environment_variable, "unsupported_environment_variable",
     OutcomeGroup::uncacheable, "Unsupported environment variable"},
    {Outcome::unsupported_source_encoding, "unsupported_source_encoding", OutcomeGroup::uncacheable,
     "Unsupported source encoding"},
    {Outcome::unsupported_source_language, "unsupported_source_language", OutcomeGroup::uncacheable,
     "Unsupported source language"},
    {Outcome::bad_input_file, "bad_input_file", OutcomeGroup::error, "Could not read input file"},
    {Outcome::bad_output_file, "bad_output_file", OutcomeGroup::error,
     "Could not write to output file"},
    {Outcome::compiler_check_failed, "compiler_check_failed", OutcomeGroup::error,
     "Compiler check failed"},
    {Outcome::could_not_find_compiler, "could_not_find_compiler", OutcomeGroup::error,
     "Could not find compiler"},
    {Outcome::error_hashing_extra_file, "error_hashing_extra_file", OutcomeGroup::error,
     "Error hashing extra file"},
    {Outcome::internal_error, "internal_error", OutcomeGroup::error, "Internal error"},
    {Outcome::missing_cache_file, "missing_cache_file", OutcomeGroup::error, "Missing cache file"},
    {Outcome::modified_input_file, "modified_input_file", OutcomeGroup::error,
     "Input file modified during compilation"},
};

// The row of `outcome`; the table's first row for a number that is not in it.
constexpr const OutcomeRow& row_of(Outcome outcome) {
  for (const OutcomeRow& row : outcomes)
    if (row.outcome == outcome) return row;
  return outcomes[0];
}

constexpr std::string_view id_of(Outcome outcome) { return row_of(outcome).id; }

}  // namespace deja

// Environment variables that can change a compile: ONE table, which keys, the check for what cannot
// be cached, and the replay's fast path read.
//
// The fast path reads it before the C library starts: nothing here allocates or calls a library.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/path.h"

namespace deja {

// What a variable means to content keys.
enum class VariableUse : unsigned char {
  unkeyed,     // where things are found, or of no compiler that deja knows: content tells the rest
  common,      // reaches the output of any compile
  locale,      // reaches the words of messages; left out by sloppiness `locale`
  direct,      // its effect shows in the preprocessed text
  search,      // the same: it names directories of headers
  time,        // stands for the time of the compile where a source asks for it
  refused,     // under it a compile reads or writes what deja does not see
  refused_cl,  // the same, for compilers that take cl's options
};

// What a replay does with a variable that is set. Too many keys only mean a replay less often.
enum class VariableReplay : unsigned char { key, refuse };

struct VariableRow {
  std::string_view name;  // a capital first; a trailing `*` stands for any rest
  VariableUse use;
  VariableReplay replay = VariableReplay::key;
};

// Sorted by name; the rest that a `*` stands for comes last. Sources: the manuals of GCC
// ("Environment Variables Affecting GCC") and Clang, and what the programs ask for (ltrace).
inline constexpr VariableRow variable_rows[] = {
    {"APPDATA", VariableUse::unkeyed},
    {"CCACHE_DEBUG", VariableUse::unkeyed, VariableReplay::refuse},
    {"CCACHE_DISABLE", VariableUse::unkeyed, VariableReplay::refuse},
    {"CCACHE_NODIRECT", VariableUse::unkeyed, VariableReplay::refuse},
    {"CCACHE_RECACHE", VariableUse::unkeyed, VariableReplay::refuse},
    {"CCACHE_*", VariableUse::unkeyed},
    {"CCC_OVERRIDE_OPTIONS", VariableUse::refused, VariableReplay::refuse},
    {"CCC_*", VariableUse::unkeyed},
    {"CC_LOG_*", VariableUse::refused, VariableReplay::refuse},
    {"CC_PRINT_*", VariableUse::refused, VariableReplay::refuse},
    {"CICC_*", VariableUse::unkeyed},
    {"CL", VariableUse::refused_cl, VariableReplay::refuse},
    {"CLANG_CONFIG_FILE_SYSTEM_DIR", VariableUse::direct},
    {"CLANG_CONFIG_FILE_USER_DIR", VariableUse::direct},
    {"CLANG_NO_DEFAULT_CONFIG", VariableUse::common},
    {"CLANG_*", VariableUse::unkeyed},
    {"CLICOLOR*", VariableUse::unkeyed},
    {"COLORTERM", VariableUse::unkeyed},
    {"COLUMNS", VariableUse::unkeyed},
    {"COMPILER_PATH", VariableUse::common},
    {"CPATH", VariableUse::search},
    {"CPLUS_INCLUDE_PATH", VariableUse::search},
    {"C_INCLUDE_PATH", VariableUse::search},
    {"DEJA_*", VariableUse::unkeyed},
    {"DEPENDENCIES_OUTPUT", VariableUse::refused, VariableReplay::refuse},
    {"DEVELOPER_DIR", VariableUse::common},
    {"DRIVERKIT_DEPLOYMENT_TARGET", VariableUse::common},
    {"EMCC_*", VariableUse::unkeyed},
    {"EXTERNAL_INCLUDE", VariableUse::direct},
    {"GCC_COLORS", VariableUse::common},
    {"GCC_COMPARE_DEBUG", VariableUse::common},
    {"GCC_EXEC_PREFIX", VariableUse::common},
    {"GCC_EXTRA_DIAGNOSTIC_OUTPUT", VariableUse::common},
    {"GCC_ROOT", VariableUse::common},
    {"GCC_URLS", VariableUse::common},
    {"GCC_*", VariableUse::unkeyed},
    {"GUIX_*", VariableUse::unkeyed},
    {"HOME", VariableUse::unkeyed},
    {"ICCCFG", VariableUse::unkeyed},
    {"ICPCCFG", VariableUse::unkeyed},
    {"ICPXCFG", VariableUse::unkeyed},
    {"ICXCFG", VariableUse::unkeyed},
    {"INCLUDE", VariableUse::direct},
    {"IPHONEOS_DEPLOYMENT_TARGET", VariableUse::common},
    {"I_MPI_CC", VariableUse::common},
    {"I_MPI_CXX", VariableUse::common},
    {"I_MPI_*", VariableUse::unkeyed},
    {"LANG", VariableUse::locale},
    {"LANGUAGE", VariableUse::locale},
    {"LC_ALL", VariableUse::locale},
    {"LC_CTYPE", VariableUse::locale},
    {"LC_MESSAGES", VariableUse::locale},
    {"LC_*", VariableUse::unkeyed},
    {"LD_LIBRARY_PATH", VariableUse::unkeyed},
    {"LD_PRELOAD", VariableUse::unkeyed},
    {"LIBPATH", VariableUse::unkeyed},
    {"LIBRARY_PATH", VariableUse::unkeyed},
    {"LLVM_OVERRIDE_PRODUCER", VariableUse::common},
    {"LOCALAPPDATA", VariableUse::unkeyed},
    {"LOCPATH", VariableUse::locale},
    {"MACOSX_DEPLOYMENT_TARGET", VariableUse::common},
    {"NIX_*", VariableUse::unkeyed},
    {"NO_COLOR", VariableUse::unkeyed},
    {"NVCC_*", VariableUse::unkeyed},
    {"OBJCPLUS_INCLUDE_PATH", VariableUse::search},
    {"OBJC_INCLUDE_PATH", VariableUse::search},
    {"OUTPUT_CHARSET", VariableUse::locale},
    {"PATH", VariableUse::unkeyed},
    {"PATHEXT", VariableUse::unkeyed},
    {"PWD", VariableUse::unkeyed},
    {"QCC_CONF_PATH", VariableUse::common},
    {"QCC_*", VariableUse::unkeyed},
    {"QNX_HOST", VariableUse::common},
    {"QNX_TARGET", VariableUse::common},
    {"QNX_*", VariableUse::unkeyed},
    {"SDKROOT", VariableUse::common},
    {"SOURCE_DATE_EPOCH", VariableUse::time},
    {"SPACK_*", VariableUse::unkeyed},
    {"SUNPRO_DEPENDENCIES", VariableUse::refused, VariableReplay::refuse},
    {"TERM", VariableUse::unkeyed},
    {"TERM_URLS", VariableUse::common},
    {"TMPDIR", VariableUse::unkeyed},
    {"TVOS_DEPLOYMENT_TARGET", VariableUse::common},
    {"TZ", VariableUse::direct},
    {"TZDIR", VariableUse::unkeyed},
    {"UCRT*", VariableUse::unkeyed},
    {"USERPROFILE", VariableUse::unkeyed},
    {"VCToolsInstallDir", VariableUse::common},
    {"VCToolsVersion", VariableUse::common},
    {"VCTools*", VariableUse::unkeyed},
    {"VSLANG", VariableUse::unkeyed},
    {"VS_UNICODE_OUTPUT", VariableUse::unkeyed, VariableReplay::refuse},
    {"WATCHOS_DEPLOYMENT_TARGET", VariableUse::common},
    {"WindowsSDK*", VariableUse::unkeyed},
    {"XDG_*", VariableUse::unkeyed},
    {"ZERO_AR_DATE", VariableUse::unkeyed},
    {"_CL_", VariableUse::refused_cl, VariableReplay::refuse},
};

constexpr bool variables_sorted() {
  const auto before = [](std::string_view a, std::string_view b) {
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
      if (a[i] == b[i]) continue;
      return b[i] == '*' || (a[i] != '*' && a[i] < b[i]);
    }
    return a.size() < b.size();
  };
  for (std::size_t i = 1; i < std::size(variable_rows); ++i)
    if (!before(variable_rows[i - 1].name, variable_rows[i].name)) return false;
  return true;
}
static_assert(variables_sorted());

// Windows does not tell upper from lower case in the names of variables.
static inline char folded_variable(char c) {
  return native_style == PathStyle::windows && c >= 'a' && c <= 'z'
             ? static_cast<char>(c - 'a' + 'A')
             : c;
}

// Where `entry` ("NAME=value") goes on behind `name`, or null when it does not begin with it.
static inline const char* after_variable(const char* entry, std::string_view name) {
  for (const char c : name)
    if (folded_variable(*entry++) != folded_variable(c)) return nullptr;
  return entry;
}

// The row for "NAME=value", or null for a variable that does not matter.
static inline const VariableRow* variable_row(const char* entry) {
  for (const VariableRow& row : variable_rows) {
    if (folded_variable(*entry) != row.name.front()) continue;
    const bool prefix = row.name.back() == '*';
    const char* rest = after_variable(entry, {row.name.data(), row.name.size() - (prefix ? 1 : 0)});
    if (rest != nullptr && (prefix || *rest == '=')) return &row;
  }
  return nullptr;
}

}  // namespace deja

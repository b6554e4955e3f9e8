// The configuration of one run: a plain struct, const once loaded. Names, defaults and meaning: the
// table in options.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace deja {

// Lists are kept split; a path list in the order given.
using Strings = std::vector<std::string>;

enum class CompilerType : unsigned char {
  auto_detect,
  clang,
  clang_cl,
  gcc,
  icl,
  icx,
  icx_cl,
  msvc,
  nvcc,
  qcc,
  other
};
enum class ResponseFileFormat : unsigned char { auto_detect, posix, windows };

// Whether compiles are watched for what they read and write. when_possible: of compilers that deja
// knows, where the system lets it; always: of any program.
enum class Observe : unsigned char { never, when_possible, always };

// One bit each; the table in options.cpp has the names.
enum class Sloppy : std::uint32_t {
  clang_index_store = 1u << 0,
  file_stat_matches = 1u << 1,
  file_stat_matches_ctime = 1u << 2,
  gcno_cwd = 1u << 3,
  incbin = 1u << 4,
  include_file_ctime = 1u << 5,
  include_file_mtime = 1u << 6,
  ivfsoverlay = 1u << 7,
  locale = 1u << 8,
  modules = 1u << 9,
  pch_defines = 1u << 10,
  random_seed = 1u << 11,
  system_headers = 1u << 12,
  time_macros = 1u << 13,
};

struct Sloppiness {
  std::uint32_t bits = 0;
  bool has(Sloppy what) const { return (bits & static_cast<std::uint32_t>(what)) != 0; }
};

struct Config {
  bool absolute_paths_in_stderr = false;
  Strings base_dir;
  std::string cache_dir;  // never empty once loaded
  Strings ceiling_dirs;
  Strings ceiling_markers = {".git"};
  std::string compiler;
  std::string compiler_check = "mtime";
  CompilerType compiler_type = CompilerType::auto_detect;
  bool compression = true;
  std::int64_t compression_level = 0;
  bool debug = false;
  std::string debug_dir;
  std::int64_t debug_level = 2;
  bool depend_mode = false;
  bool direct_mode = true;
  bool disable = false;
  Strings extra_files_to_hash;
  bool file_clone = false;
  bool hard_link = false;
  bool hash_dir = true;
  Strings ignore_headers_in_manifest;
  Strings ignore_options;
  bool inode_cache = true;
  bool keep_comments_cpp = false;
  Strings libexec_dirs;
  std::string log_file;
  std::uint64_t max_files = 0;
  std::uint64_t max_size = 5ull << 30;  // bytes
  std::string msvc_dep_prefix = "Note: including file:";
  bool msvc_utf8 = true;
  std::string name_space;
  Observe observe = Observe::when_possible;
  std::string path;
  bool pch_external_checksum = false;
  std::string prefix_command;
  std::string prefix_command_cpp;
  bool read_only = false;
  bool read_only_direct = false;
  bool recache = false;
  bool remote_only = false;
  std::string remote_storage;
  bool reshare = false;
  ResponseFileFormat response_file_format = ResponseFileFormat::auto_detect;
  Strings safe_dirs;
  Sloppiness sloppiness;
  bool stats = true;
  std::string stats_log;
  std::string temporary_dir;  // never empty once loaded
  std::optional<unsigned> umask;
};

}  // namespace deja

// What the options of deja itself do, one function an option of the table in
// manage_options.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/load.h"
#include "sys/system.h"

namespace deja {

// What options say about how others work.
struct ManageFlags {
  int verbosity = 0;
  unsigned threads = 1;
  bool dry_run = false;
  bool json = false;
  std::optional<std::string> evict_namespace;
  bool evicts_by_age = false;
  std::optional<std::uint64_t> trim_size;  // bytes
  bool trim_by_mtime = false;
  std::optional<std::string> trim_recompress;
};

// One call of deja with options of its own.
class Management {
 public:
  Management(System& outside, ManageFlags how) : system(outside), flags(std::move(how)) {}

  System& system;
  const ManageFlags flags;

  // Loaded when first asked for, so that --help works whatever the files say.
  Result<const LoadedConfig*> config();
  // After a change to the file: what comes next on the command line sees it.
  void forget_config() { config_.reset(); }
  void print(std::string_view text) { system.console.write_out(text); }
  // "Removed", or "Would remove" in a dry run.
  std::string done(std::string_view past, std::string_view infinitive) const;

 private:
  std::optional<LoadedConfig> config_;
};

// While it lives, files and directories are made as the configuration's umask says: those of the
// cache. A configuration that cannot be read changes nothing.
class CacheUmask {
 public:
  explicit CacheUmask(Management& run);
  ~CacheUmask() { console_.set_umask(before_); }
  CacheUmask(const CacheUmask&) = delete;
  CacheUmask& operator=(const CacheUmask&) = delete;

 private:
  Console& console_;
  unsigned before_;
};

// `value` is the option's; "" for an option without.
using ManageAction = Result<void> (*)(Management&, const std::string& value);

// manage_texts.cpp
Result<void> show_help(Management&, const std::string&);
Result<void> show_version(Management&, const std::string&);
Result<void> print_version(Management&, const std::string&);
Result<void> print_man_page(Management&, const std::string&);
Result<void> print_completion(Management&, const std::string& shell);
Result<void> stop_storage_helpers(Management&, const std::string&);

// manage_config.cpp
Result<void> show_config(Management&, const std::string&);
Result<void> get_config(Management&, const std::string& key);
Result<void> set_config(Management&, const std::string& assignment);
Result<void> set_max_size(Management&, const std::string& size);
Result<void> set_max_files(Management&, const std::string& number);

// manage_stats.cpp
Result<void> show_stats(Management&, const std::string&);
Result<void> print_stats(Management&, const std::string&);
Result<void> zero_stats(Management&, const std::string&);
Result<void> show_log_stats(Management&, const std::string&);
Result<void> print_log_stats(Management&, const std::string&);

// manage_cache.cpp
Result<void> cleanup_cache(Management&, const std::string&);
Result<void> clear_cache(Management&, const std::string&);
Result<void> evict_by_age(Management&, const std::string& age);
Result<void> evict_by_namespace(Management&, const std::string& name);
Result<void> recompress_cache(Management&, const std::string& level);
Result<void> show_compression(Management&, const std::string&);

// manage_files.cpp
Result<void> checksum_file(Management&, const std::string& path);
Result<void> inspect_file(Management&, const std::string& path);
Result<void> extract_result(Management&, const std::string& path);
Result<void> trim_directory(Management&, const std::string& path);

// "uncompressed" is an outer value of its own: {true, nullopt}.
struct CompressionLevel {
  std::optional<int> level;  // nullopt: uncompressed
};
Result<CompressionLevel> parse_level(const std::string& text);

}  // namespace deja

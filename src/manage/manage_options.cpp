#include "manage/manage_options.h"

namespace deja {

namespace {

using enum Section;
using enum Takes;

constexpr ManageOption option_rows[] = {
    {"-s,--show-stats", nothing, "", common,
     "Show what the cache did and holds (-sv, -svv: more of it)", show_stats},
    {"-p,--show-config", nothing, "", common,
     "Show every configuration key, its value and where that comes from", show_config},
    {"-o,--set-config", setting, "KEY=VALUE", common, "Set a key in the cache's configuration file",
     set_config},
    {"-M,--max-size", word, "SIZE", common,
     "Set max_size there: 500MB, 20GiB; a bare number is GiB, 0 no limit", set_max_size},
    {"-F,--max-files", word, "NUMBER", common, "Set max_files there; 0 is no limit", set_max_files},
    {"-c,--cleanup", nothing, "", common, "Remove what is over the limits now, and recount",
     cleanup_cache},
    {"-C,--clear", nothing, "", common, "Remove every entry; the configuration stays", clear_cache},
    {"-z,--zero-stats", nothing, "", common, "Set the statistics to zero", zero_stats},
    {"--evict-older-than", word, "AGE", common,
     "Remove what was not used for AGE: 10d, 12h, 30m, 90s, 500ms", evict_by_age},
    {"--evict-namespace", word, "NAME", common,
     "Remove what belongs to a namespace; with --evict-older-than, the old of it",
     evict_by_namespace},
    {"-X,--recompress", word, "LEVEL", common,
     "Store all results at this zstd level, or \"uncompressed\"", recompress_cache},
    {"-x,--show-compression", nothing, "", common,
     "Show how well the cache is compressed (reads all of it)", show_compression},
    {"--show-log-stats", nothing, "", common,
     "Show the statistics log (CCACHE_STATSLOG) as -s does", show_log_stats},
    {"-d,--dir", directory, "PATH", common,
     "Work on this cache directory, as with CCACHE_DIR=PATH"},
    {"--config-path", file, "PATH", common,
     "Work on this configuration file, as with CCACHE_CONFIGPATH=PATH"},
    {"--dry-run", nothing, "", common, "Change nothing; say what would be done"},
    {"--threads", word, "NUMBER", common, "Use so many threads; without, one a processor"},
    {"-v,--verbose", nothing, "", common, "Show more; twice for all"},
    {"--stop-storage-helpers", nothing, "", common, "Stop helper programs of remote storage",
     stop_storage_helpers},
    {"-h,--help", nothing, "", common, "Show this text", show_help},
    {"-V,--version", nothing, "", common, "Show the version", show_version},

    {"--trim-dir", directory, "PATH", storage,
     "Remove the least recently used files of a directory until it fits", trim_directory},
    {"--trim-max-size", word, "SIZE", storage, "The size to trim to"},
    {"--trim-method", word, "METHOD", storage,
     "What tells the last use: atime (as without this option) or mtime", nullptr, "atime mtime"},
    {"--trim-recompress", word, "LEVEL", storage,
     "Store the results that are kept at this zstd level, or \"uncompressed\""},

    {"-k,--get-config", key, "KEY", scripts, "Print the value of one key", get_config},
    {"--print-stats", nothing, "", scripts, "Print all statistics, an id and a number a line",
     print_stats},
    {"--print-log-stats", nothing, "", scripts,
     "Print the sums of the statistics log in the same form", print_log_stats},
    {"--format", word, "FORMAT", scripts, "Form of these two: tab (as without this option) or json",
     nullptr, "tab json"},
    {"--print-version", nothing, "", scripts, "Print the version number alone", print_version},
    {"--inspect", file, "PATH", scripts, "Describe a result or manifest file of the cache",
     inspect_file},
    {"--extract-result", file, "PATH", scripts,
     "Write the outputs of a result file to ccache-result.* files here", extract_result},
    {"--checksum-file", file, "PATH", scripts,
     "Print the 128-bit XXH3 checksum of a file; - is standard input", checksum_file},
    {"--hash-file", file, "PATH", scripts,
     "Print the digest by which deja knows a file's content; - is standard input", checksum_file},
    {"--print-completion", word, "SHELL", scripts, "Print the completion script for a shell",
     print_completion, "bash zsh fish"},
    {"--print-man-page", nothing, "", scripts, "Print the manual page deja(1)", print_man_page},
};

}  // namespace

std::span<const ManageOption> manage_options() { return option_rows; }

}  // namespace deja

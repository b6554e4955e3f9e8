// Maintenance of the local cache: clean-up, clearing, eviction, recompression.
#include <fmt/format.h>

#include "base/text.h"
#include "manage/manage_actions.h"
#include "manage/progress.h"
#include "manage/tables.h"
#include "manage/workers.h"
#include "store/cleanup.h"

namespace deja {

namespace {

std::string size_text(std::int64_t bytes) {
  return fmt::format("{}{}", bytes < 0 ? "-" : "",
                     text::format_size(static_cast<std::uint64_t>(bytes < 0 ? -bytes : bytes)));
}

std::string plural(std::int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

// The whole cache, by as many threads as were asked for.
Maintenance maintenance_of(Management& run, const Config& config, ProgressBar& bar) {
  const unsigned threads = run.flags.threads;
  return {run.system, config.cache_dir,
          [threads](const std::function<void()>& work) { run_in_threads(threads, work); },
          [&bar](unsigned done, unsigned all) { bar.update(done, all); }};
}

// Runs `work` on the cache with a bar, and says what came of it.
template <class Work>
Result<MaintenanceReport> maintain(Management& run, const char* title, const Work& work) {
  const auto loaded = run.config();
  if (!loaded) return loaded.error();
  const CacheUmask for_the_cache(run);
  ProgressBar bar(run.system.console, title);
  return work(maintenance_of(run, (*loaded)->config, bar), (*loaded)->config);
}

Result<void> tell_failures(const MaintenanceReport& report) {
  if (report.files_failed == 0) return {};
  return Error{"change " + plural(report.files_failed, "file"), "",
               "see who owns the files in the cache directory"};
}

Result<void> tell_removed(Management& run, const Result<MaintenanceReport>& report) {
  if (!report) return report.error();
  run.print(fmt::format("{} {} ({})\n", run.done("Removed", "remove"),
                        plural(report->files_removed, "file"), size_text(report->bytes_removed)));
  return tell_failures(*report);
}

Result<void> tell_evicted(Management& run, const Result<MaintenanceReport>& report) {
  if (!report) return report.error();
  Table table;
  const std::string done = run.done("Removed", "remove");
  table.text(done + " data:", size_text(report->bytes_removed));
  table.text(done + " files:", fmt::format("{}", report->files_removed));
  run.print(table.render(Painter(false)));
  return tell_failures(*report);
}

}  // namespace

Result<CompressionLevel> parse_level(const std::string& text) {
  if (text == "uncompressed") return CompressionLevel{std::nullopt};
  const auto level = text::parse_signed(text);
  if (!level || *level < -100 || *level > 22)
    return Error{"bad compression level", text,
                 "not a whole number from -100 to 22, or uncompressed"};
  return CompressionLevel{*level == 0 ? 1 : static_cast<int>(*level)};
}

Result<void> cleanup_cache(Management& run, const std::string&) {
  return tell_removed(run,
                      maintain(run, "Cleaning", [](const Maintenance& on, const Config& config) {
                        return clean_all(on, {config.max_size, config.max_files});
                      }));
}

Result<void> clear_cache(Management& run, const std::string&) {
  return tell_removed(run, maintain(run, "Clearing", [](const Maintenance& on, const Config&) {
                        return clear_all(on);
                      }));
}

Result<void> evict_by_age(Management& run, const std::string& age) {
  const auto age_ns = text::parse_duration(age);
  if (!age_ns)
    return Error{"bad age", age, "a whole number with ms, s, m, h or d is expected, such as 10d"};
  return tell_evicted(run, maintain(run, "Evicting", [&](const Maintenance& on, const Config&) {
                        return evict_older_than(on, *age_ns,
                                                run.flags.evict_namespace.value_or(""));
                      }));
}

Result<void> evict_by_namespace(Management& run, const std::string& name) {
  if (run.flags.evicts_by_age) return {};  // that option takes the namespace into account
  return tell_evicted(run, maintain(run, "Evicting", [&](const Maintenance& on, const Config&) {
                        return evict_namespace(on, name);
                      }));
}

Result<void> recompress_cache(Management& run, const std::string& level) {
  const auto wanted = parse_level(level);
  if (!wanted) return wanted.error();
  const auto report = maintain(run, "Recompressing", [&](const Maintenance& on, const Config&) {
    return recompress(on, wanted->level);
  });
  if (!report) return report.error();
  const bool grew = report->bytes_removed < 0;
  run.print(fmt::format(
      "{} {}: {} {}\n", run.done("Rewrote", "rewrite"), plural(report->files_rewritten, "file"),
      size_text(grew ? -report->bytes_removed : report->bytes_removed), grew ? "more" : "less"));
  return tell_failures(*report);
}

Result<void> show_compression(Management& run, const std::string&) {
  const auto loaded = run.config();
  if (!loaded) return loaded.error();
  CompressionReport report;
  {
    ProgressBar bar(run.system.console, "Scanning");
    const auto scanned = compression_report(maintenance_of(run, (*loaded)->config, bar));
    if (!scanned) return scanned.error();
    report = *scanned;
  }
  const auto count = [](std::uint64_t number) { return fmt::format("{}", number); };
  const double ratio = report.stored > 0
                           ? static_cast<double>(report.raw) / static_cast<double>(report.stored)
                           : 1.0;
  Table table;
  table.text("Stored:", text::format_size(report.stored));
  table.text("Original size:", text::format_size(report.raw));
  table.text("Compression ratio:",
             fmt::format("{:.2f} x ({:.1f}% saved)", ratio, 100.0 * (1.0 - 1.0 / ratio)));
  table.text("Results:", fmt::format("{}, of which {} compressed", count(report.entries),
                                     count(report.compressed_entries)));
  if (report.unreadable > 0) table.text("Unreadable:", count(report.unreadable));
  run.print(table.render(painter_for(run.system)));
  return {};
}

}  // namespace deja

// Statistics for people (-s) and for scripts (--print-stats), of the cache or of the statistics
// log.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/options.h"
#include "config/places.h"
#include "manage/manage_actions.h"
#include "manage/tables.h"
#include "store/stats.h"

namespace deja {

namespace {

struct IdValue {
  std::string_view id;
  std::int64_t value;
};

struct Sums {
  std::int64_t hits, misses, uncacheable, errors;
  std::int64_t cacheable() const { return hits + misses; }
  std::int64_t calls() const { return cacheable() + uncacheable + errors; }
};

std::int64_t sum_of(const Counts& counts, OutcomeGroup group) {
  std::int64_t sum = 0;
  for (const OutcomeRow& row : outcomes)
    if (row.group == group) sum += counts[row.outcome];
  return sum;
}

Sums sums_of(const Counts& counts) {
  return {counts[Outcome::direct_cache_hit] + counts[Outcome::preprocessed_cache_hit],
          counts[Outcome::cache_miss], sum_of(counts, OutcomeGroup::uncacheable),
          sum_of(counts, OutcomeGroup::error)};
}

std::string number(std::int64_t value) { return fmt::format("{}", value); }

void count(Table& table, std::string label, std::int64_t value) {
  table.figures(std::move(label), {number(value)});
}

void share(Table& table, std::string label, std::int64_t part, std::int64_t whole,
           Paint paint = Paint::plain) {
  if (whole == 0) return count(table, std::move(label), part);
  table.figures(std::move(label), {number(part), number(whole), percent(part, whole)}, paint);
}

// The outcomes of a group that happened; all of them when very verbose.
void add_group(Table& table, const char* title, const Counts& counts, OutcomeGroup group,
               std::int64_t calls, int verbosity) {
  const std::int64_t sum = sum_of(counts, group);
  if (sum == 0 && verbosity < 2) return;
  share(table, title, sum, calls,
        group == OutcomeGroup::error && sum > 0 ? Paint::bad : Paint::plain);
  if (verbosity == 0) return;
  for (const OutcomeRow& row : outcomes)
    if (row.group == group && (counts[row.outcome] != 0 || verbosity > 1))
      count(table, fmt::format("  {}:", row.doc), counts[row.outcome]);
}

void add_calls(Table& table, const Counts& counts, int verbosity) {
  const Sums sums = sums_of(counts);
  const std::int64_t direct = counts[Outcome::direct_cache_hit];
  const std::int64_t preprocessed = counts[Outcome::preprocessed_cache_hit];
  share(table, "Cacheable calls:", sums.cacheable(), sums.calls());
  share(table, "  Hits:", sums.hits, sums.cacheable(), sums.hits > 0 ? Paint::good : Paint::plain);
  share(table, "    Direct:", direct, sums.hits);
  share(table, "    Preprocessed:", preprocessed, sums.hits);
  share(table, "  Misses:", sums.misses, sums.cacheable());
  add_group(table, "Uncacheable calls:", counts, OutcomeGroup::uncacheable, sums.calls(),
            verbosity);
  add_group(table, "Errors:", counts, OutcomeGroup::error, sums.calls(), verbosity);
  if (verbosity == 0) return;
  table.heading("Successful lookups:");
  share(table, "  Direct:", direct, direct + counts[Outcome::direct_cache_miss]);
  share(table, "  Preprocessed:", preprocessed,
        preprocessed + counts[Outcome::preprocessed_cache_miss]);
}

void add_local_traffic(Table& table, const Counts& counts, int verbosity) {
  const std::int64_t hits = counts[Outcome::local_storage_hit];
  const std::int64_t misses = counts[Outcome::local_storage_miss];
  share(table, "  Hits:", hits, hits + misses);
  share(table, "  Misses:", misses, hits + misses);
  if (verbosity == 0) return;
  count(table, "  Reads:",
        counts[Outcome::local_storage_read_hit] + counts[Outcome::local_storage_read_miss]);
  count(table, "  Writes:", counts[Outcome::local_storage_write]);
}

void add_remote_traffic(Table& table, const Counts& counts, int verbosity) {
  static constexpr Outcome all[] = {
      Outcome::remote_storage_hit,      Outcome::remote_storage_miss,
      Outcome::remote_storage_read_hit, Outcome::remote_storage_read_miss,
      Outcome::remote_storage_write,    Outcome::remote_storage_error,
      Outcome::remote_storage_timeout};
  const bool any = std::any_of(std::begin(all), std::end(all),
                               [&](Outcome outcome) { return counts[outcome] != 0; });
  if (!any && verbosity < 2) return;
  table.heading("Remote storage:");
  const std::int64_t hits = counts[Outcome::remote_storage_hit];
  const std::int64_t misses = counts[Outcome::remote_storage_miss];
  share(table, "  Hits:", hits, hits + misses);
  share(table, "  Misses:", misses, hits + misses);
  count(table, "  Reads:",
        counts[Outcome::remote_storage_read_hit] + counts[Outcome::remote_storage_read_miss]);
  count(table, "  Writes:", counts[Outcome::remote_storage_write]);
  count(table, "  Errors:", counts[Outcome::remote_storage_error]);
  count(table, "  Timeouts:", counts[Outcome::remote_storage_timeout]);
}

std::string when(System& system, std::int64_t time_ns) {
  return time_ns == 0 ? "never" : time_text(system.clock.local(time_ns));
}

void add_places(Table& table, Management& run, const LoadedConfig& loaded, const Totals& totals) {
  table.text("Cache directory:", loaded.config.cache_dir);
  table.text("Config file:", loaded.config_path);
  if (const auto system_file = system_config_file(run.system.env, native_style))
    table.text("System config file:", *system_file);
  table.text("Stats updated:", when(run.system, totals.updated_ns));
  if (run.flags.verbosity > 1 || totals.zeroed_ns != 0)
    table.text("Stats zeroed:", when(run.system, totals.zeroed_ns));
}

void add_sizes(Table& table, const Config& config, const Totals& totals, int verbosity) {
  const auto gib = [](std::uint64_t bytes) {
    return fmt::format("{:.2f}", static_cast<double>(bytes) / static_cast<double>(1ull << 30));
  };
  const std::string size = gib(static_cast<std::uint64_t>(totals.bytes()));
  const std::string label = "  Cache size (GiB):";
  if (config.max_size == 0) {
    table.figures(label, {size});
  } else {
    table.figures(label, {size, gib(config.max_size),
                          percent(totals.bytes(), static_cast<std::int64_t>(config.max_size))});
  }
  if (config.max_files != 0) {
    share(table, "  Files:", totals.files(), static_cast<std::int64_t>(config.max_files));
  } else if (verbosity > 0) {
    count(table, "  Files:", totals.files());
  }
  const std::int64_t cleanups = totals.counts[Outcome::cleanups_performed];
  if (cleanups > 0 || verbosity > 1) count(table, "  Cleanups:", cleanups);
}

std::string rendered(std::vector<IdValue> values, bool json) {
  std::sort(values.begin(), values.end(),
            [](const IdValue& a, const IdValue& b) { return a.id < b.id; });
  std::string out;
  for (const IdValue& value : values) {
    if (json) {
      out += fmt::format("{}  \"{}\": {}", out.empty() ? "" : ",\n", value.id, value.value);
    } else {
      out += fmt::format("{}\t{}\n", value.id, value.value);
    }
  }
  return json ? fmt::format("{{\n{}\n}}\n", out) : out;
}

std::vector<IdValue> counted(const Counts& counts) {
  std::vector<IdValue> values;
  for (const OutcomeRow& row : outcomes) values.push_back({row.id, counts[row.outcome]});
  return values;
}

// A run's lines are `# <source>` and then one id a line.
Result<Counts> read_log(Management& run) {
  const auto loaded = run.config();
  if (!loaded) return loaded.error();
  const std::string& file = (*loaded)->config.stats_log;
  if (file.empty())
    return Error{"read the statistics log", "",
                 "none is configured (key stats_log, variable CCACHE_STATSLOG)"};
  std::string log;
  if (const auto facts = run.system.fs.read(file, log); !facts) return facts.error();
  Counts counts;
  for (std::string_view line : text::split(log, '\n')) {
    line = text::trim(line);
    const auto row = std::find_if(std::begin(outcomes), std::end(outcomes),
                                  [&](const OutcomeRow& known) { return known.id == line; });
    if (row != std::end(outcomes)) counts.add(row->outcome);
  }
  return counts;
}

Result<Totals> read_totals(Management& run, const LoadedConfig& loaded) {
  return Stats(run.system, loaded.config.cache_dir).read();
}

constexpr std::int64_t second = 1'000'000'000;  // in nanoseconds

}  // namespace

Result<void> show_stats(Management& run, const std::string&) {
  const auto loaded = run.config();
  if (!loaded) return loaded.error();
  const auto totals = read_totals(run, **loaded);
  if (!totals) return totals.error();
  Table table;
  if (run.flags.verbosity > 0) add_places(table, run, **loaded, *totals);
  add_calls(table, totals->counts, run.flags.verbosity);
  table.heading("Local storage:");
  add_sizes(table, (*loaded)->config, *totals, run.flags.verbosity);
  add_local_traffic(table, totals->counts, run.flags.verbosity);
  add_remote_traffic(table, totals->counts, run.flags.verbosity);
  run.print(table.render(painter_for(run.system)));
  return {};
}

Result<void> print_stats(Management& run, const std::string&) {
  const auto loaded = run.config();
  if (!loaded) return loaded.error();
  const auto totals = read_totals(run, **loaded);
  if (!totals) return totals.error();
  std::vector<IdValue> values = counted(totals->counts);
  const Config& config = (*loaded)->config;
  values.push_back({"cache_size_kibibyte", totals->bytes() / 1024});
  values.push_back({"files_in_cache", totals->files()});
  values.push_back({"max_cache_size_kibibyte", static_cast<std::int64_t>(config.max_size / 1024)});
  values.push_back({"max_files_in_cache", static_cast<std::int64_t>(config.max_files)});
  values.push_back({"stats_updated_timestamp", totals->updated_ns / second});
  values.push_back({"stats_zeroed_timestamp", totals->zeroed_ns / second});
  run.print(rendered(std::move(values), run.flags.json));
  return {};
}

Result<void> zero_stats(Management& run, const std::string&) {
  const auto loaded = run.config();
  if (!loaded) return loaded.error();
  const CacheUmask for_the_cache(run);
  if (auto zeroed = Stats(run.system, (*loaded)->config.cache_dir).zero(); !zeroed) return zeroed;
  run.print(run.done("Zeroed the statistics\n", "zero the statistics\n"));
  return {};
}

Result<void> show_log_stats(Management& run, const std::string&) {
  const auto counts = read_log(run);
  if (!counts) return counts.error();
  Table table;
  add_calls(table, *counts, run.flags.verbosity);
  table.heading("Local storage:");
  add_local_traffic(table, *counts, run.flags.verbosity);
  add_remote_traffic(table, *counts, run.flags.verbosity);
  run.print(table.render(painter_for(run.system)));
  return {};
}

Result<void> print_log_stats(Management& run, const std::string&) {
  const auto counts = read_log(run);
  if (!counts) return counts.error();
  run.print(rendered(counted(*counts), run.flags.json));
  return {};
}

}  // namespace deja

// Log lines, statistics records, debug files.
#include "wrap/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "compiler/languages.h"
#include "sys/appender.h"

namespace deja {

namespace {

// "2026-11-22T09:05:07.000123"
std::string time_stamp(System& system, std::int64_t time_ns) {
  return fmt::format("{}.{:06}", time_text(system.clock.local(time_ns), 'T'),
                     time_ns / 1000 % 1'000'000);
}

// "20261122_090507_000123", as part of a file's name.
std::string time_in_name(System& system, std::int64_t time_ns) {
  std::string text = time_stamp(system, time_ns);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  std::ranges::replace_if(
      text, [](char c) { return c == 'T' || c == '.'; }, '_');
  return text;
}

// The id of every count, as often as it counts, sorted by name.
std::vector<std::string_view> ids_in_order(const Counts& counts) {
  std::vector<std::string_view> ids;
  for (const OutcomeRow& row : outcomes)
    ids.insert(ids.end(), static_cast<std::size_t>(counts[row.outcome]), row.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

std::string format_log(System& system, const std::vector<LogLine>& lines) {
  std::string out;
  for (const LogLine& line : lines) {
    const std::string prefix =
        fmt::format("[{} {:<5}] ", time_stamp(system, line.time_ns), system.processes.id());
    for (std::string_view text : text::split(line.text, '\n')) {
      out.append(prefix).append(text);
      out.push_back('\n');
    }
  }
  return out;
}

Log::Sink log_sink(System& system, const Config& config, std::string* debug_log) {
  if (config.log_file.empty() && debug_log == nullptr) return {};
  return [&system, &config, debug_log](const std::vector<LogLine>& lines) {
    const std::string record = format_log(system, lines);
    if (debug_log != nullptr) debug_log->append(record);
    if (config.log_file == "syslog") {
      for (const LogLine& line : lines) system.console.write_syslog(line.text);
    } else if (!config.log_file.empty()) {
      (void)append_record(system, config.log_file, record);
    }
  };
}

void record_counts(System& system, const Config& config, Log& log, const Counts& counts,
                   const std::vector<StoreChange>& changes, const std::string& source) {
  if (!config.stats_log.empty() && counts.any()) {
    std::string record = "# " + source + "\n";
    for (const std::string_view id : ids_in_order(counts)) record.append(id).push_back('\n');
    (void)append_record(system, config.stats_log, record);
  }
  if (!config.stats || (!counts.any() && changes.empty())) return;
  Stats stats(system, config.cache_dir);
  if (const auto done = stats.record(counts, changes); !done)
    tell_cache_failure(log, "Statistics not updated", done.error());
}

std::string likely_object(Fs& fs, const FoundCompiler& compiler,
                          const std::vector<std::string>& words) {
  std::string source;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "-o" && i + 1 < words.size()) return words[i + 1];
    if (word.starts_with("-o") && word.size() > 2) return word.substr(2);
    const bool names_source = !word.starts_with('-') && source.empty() &&
                              language_of_file(word, compiler.family, compiler.is_cpp_driver);
    if (names_source && fs.stat(word)) source = word;
  }
  if (source.empty()) return {};
  return std::string(path::without_extension(path::file_name(source))) + ".o";
}

class DebugFiles::Trace : public HashTrace {
 public:
  void add(std::string_view tag, std::string_view bytes) override {
    if (!tag.empty()) text.append("\n=== ").append(tag).append("\n");
    text.append(bytes);
    raw.append(tag).append(bytes);
  }
  std::string text;  // to read
  std::string raw;   // what was hashed
};

DebugFiles::DebugFiles(const Config& config)
    : enabled_(config.debug), with_inputs_(config.debug && config.debug_level >= 2) {
  if (!with_inputs_) return;
  common_ = std::make_unique<Trace>();
  direct_ = std::make_unique<Trace>();
  preprocessed_ = std::make_unique<Trace>();
}
DebugFiles::~DebugFiles() = default;

KeyTraces DebugFiles::traces() { return {common_.get(), direct_.get(), preprocessed_.get()}; }

void DebugFiles::write(System& system, const Config& config, const std::string& object,
                       const std::string& working_directory) {
  if (!enabled_ || object.empty()) return;
  std::string base = path::join(working_directory, object);
  if (!config.debug_dir.empty()) {
    const std::string directory(path::directory(base));
    const std::string real = system.fs.real_path(directory).value_or(path::normal(directory));
    base = config.debug_dir + path::join(real, path::file_name(base));
    (void)system.fs.make_directories(std::string(path::directory(base)));
  }
  base += "." + time_in_name(system, system.clock.now_ns()) + ".ccache-";
  (void)system.fs.write_output(base + "log", log_);
  if (!with_inputs_ || common_->raw.empty()) return;
  (void)system.fs.write_output(base + "input-text",
                               "COMMON\n" + common_->text + "\n\nDIRECT MODE\n" + direct_->text +
                                   "\n\nPREPROCESSOR MODE\n" + preprocessed_->text + "\n");
  (void)system.fs.write_output(base + "input-c", common_->raw);
  if (!direct_->raw.empty()) (void)system.fs.write_output(base + "input-d", direct_->raw);
  if (!preprocessed_->raw.empty())
    (void)system.fs.write_output(base + "input-p", preprocessed_->raw);
}

}  // namespace deja

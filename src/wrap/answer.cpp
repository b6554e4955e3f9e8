// The pass list between an understood command and a served one.
#include "wrap/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/path.h"
#include "base/text.h"
#include "compiler/depfile.h"
#include "compiler/outputs.h"
#include "wrap/ask.h"
#include "wrap/compile.h"
#include "wrap/lookup.h"
#include "wrap/preprocess.h"
#include "wrap/serve.h"

namespace deja {

namespace {

// Where a result may be found, as far as the look-ups have come.
struct Keys {
  explicit Keys(const Session& session, const Invocation& call) : search(session, call) {}

  HeaderSearch search;
  std::optional<Digest> direct;        // of the manifest; nullopt when direct mode is off
  std::optional<Digest> preprocessed;  // of the result; nullopt in depend mode
  std::optional<Manifest> manifest;
  std::vector<std::string> headers;  // from the preprocessed text
  bool names_absent_file = false;    // so does the text, of a file that is not there
  std::optional<Evidence> evidence;  // of the answer, once there is one
};

std::optional<Bypass> objection(const Session& session, const Invocation& call) {
  const Sloppiness sloppy = session.config.sloppiness;
  const bool uses_pch = !call.pch_files.empty();
  if (uses_pch && !(sloppy.has(Sloppy::pch_defines) && sloppy.has(Sloppy::time_macros)))
    return Bypass{Outcome::could_not_use_precompiled_header,
                  "needs sloppiness pch_defines,time_macros"};
  if (call.generates_pch && !sloppy.has(Sloppy::pch_defines))
    return Bypass{Outcome::could_not_use_precompiled_header,
                  "making one needs sloppiness pch_defines"};
  if (path::normal(call.object) == path::normal(call.source))
    return Bypass{Outcome::bad_output_file, "the output is the source"};
  if (call.arches.size() > 1) return Bypass{Outcome::unsupported_compiler_option, "several -arch"};
  return std::nullopt;
}

bool source_allows_direct(const Session& session, const SourceFile& source) {
  const std::string why = why_not_direct(session, source.traits, time_is_fixed(session));
  if (!why.empty()) session.log.add("No direct mode: the source " + why);
  return why.empty();
}

// Whether depend mode can have all headers from this compile. -MMD leaves system headers out, so it
// would not see them change.
bool depfile_tells_all(const Session& session, const Invocation& call) {
  const bool has_to_ask = is_cl_dialect(call.family) ? !call.show_includes : !call.wants_depfile;
  if (has_to_ask && call.suppress_additions) return false;
  // "-MT x" alone is an error or a warning, and would be neither beside the -MD that deja adds.
  if (has_to_ask && !call.dep_key.empty()) return false;
  // Beside it the driver does not take two -o for one.
  constexpr std::size_t once = 2;  // words
  if (has_to_ask && call.object_option.size() > once) return false;
  const bool partial = std::ranges::any_of(
      call.dep_key, [](const std::string& word) { return word.find("-MMD") != std::string::npos; });
  return !partial || session.config.sloppiness.has(Sloppy::system_headers);
}

// Makes of `entry` what this call would have made: its dependency file is rewritten for the call's
// targets. False, with a line in the log, where a part is missing or cannot be rewritten.
bool fit_to_call(const Session& session, const Invocation& call, Entry& entry) {
  for (const OutputFile& output : call.outputs) {
    if (output.path == "/dev/null") continue;
    const auto part = std::ranges::find(entry.parts, part_of(output), &EntryPart::kind);
    if (part == entry.parts.end()) {
      if (!output_rows[output.kind].required) continue;
      session.log.add(fmt::format("The result lacks a part: {}", output_rows[output.kind].doc));
      return false;
    }
    if (output.kind != static_cast<unsigned>(OutputKind::depfile) || call.dep_targets.empty())
      continue;
    // TinyCC's files, for one, cannot be rewritten, but may be just what is wanted.
    const std::string* const made_for = entry.find(targets_part);
    if (made_for != nullptr && *made_for == text::join(call.dep_targets, "\n")) continue;
    const RuleStyle style = call.family == Family::clang ? RuleStyle::clang : RuleStyle::gcc;
    auto rewritten = with_targets(part->bytes, call.dep_targets, style);
    if (!rewritten) {
      session.log.add("The result's dependency file has other targets and another layout");
      return false;
    }
    part->bytes = std::move(*rewritten);
  }
  return true;
}

// Serves `entry`, or says why it cannot be.
std::optional<Served> serve_hit(const Session& session, const Invocation& call, Entry& entry,
                                Outcome how) {
  if (!fit_to_call(session, call, entry)) return std::nullopt;
  if (const auto done = serve(session, call, entry); !done) {
    session.log.add("Not served: " + done.error().text());
    session.counts.add(Outcome::bad_output_file);
    return std::nullopt;
  }
  session.counts.add(how);
  session.counts.add(Outcome::local_storage_hit);
  return Served{how, 0};
}

std::optional<Served> direct_look_up(const Session& session, const Invocation& call, Keys& keys) {
  keys.manifest = find_manifest(session, *keys.direct);
  if (session.config.recache) return std::nullopt;
  if (keys.manifest) {
    const MatchReport match =
        keys.manifest->match(session.system.fs, session.files, match_options(session));
    if (match.result) {
      if (auto entry = find_result(session, *match.result))
        if (auto served = serve_hit(session, call, *entry, Outcome::direct_cache_hit)) {
          write_down(session, keys.manifest->entries()[match.entry]);
          keys.evidence = {std::move(*entry), *match.result};
          return served;
        }
    } else {
      session.log.add("No match in manifest: " + match.why_not);
    }
  }
  session.counts.add(Outcome::direct_cache_miss);
  return std::nullopt;
}

// The digest over all that the compile read, by content: what messages are made of, beyond the
// preprocessed text.
Digest sources_digest(const Session& session, const Invocation& call,
                      const std::vector<std::string>& headers) {
  Hasher hasher;
  if (const auto source = session.files.get(call.source)) hasher.add("source", (*source)->content);
  for (const std::string& header : headers)
    if (const auto file = session.files.get(header)) hasher.add(header, (*file)->content);
  return hasher.finish();
}

// No manifest where a file that a #line names, and that is not there, could show in messages or
// debug information once it is.
bool only_text_will_do(const Invocation& call, const Keys& keys, bool has_messages) {
  return keys.names_absent_file && (call.columns_matter || has_messages);
}

std::optional<Served> preprocessed_look_up(const Session& session, const Invocation& call,
                                           Keys& keys) {
  if (session.config.recache) return std::nullopt;
  if (auto entry = find_result(session, *keys.preprocessed)) {
    // Messages show source lines, which the text does not hold: they are replayed for the very same
    // files only.
    const bool same_messages = entry->find(stderr_part) == nullptr ||
                               entry->sources == sources_digest(session, call, keys.headers);
    if (!same_messages)
      session.log.add("The result has messages, and they may show other source lines");
    if (same_messages)
      if (auto served = serve_hit(session, call, *entry, Outcome::preprocessed_cache_hit)) {
        if (keys.direct && !session.config.read_only &&
            !only_text_will_do(call, keys, entry->find(stderr_part) != nullptr))
          if (auto files = describe_headers(session, keys.headers)) {
            const auto kept =
                keep_manifest(session, call, keys.search, *keys.direct, std::move(keys.manifest),
                              std::move(*files), *keys.preprocessed);
            if (kept) keys.evidence = {std::move(*entry), *keys.preprocessed};
          }
        return served;
      }
  }
  session.counts.add(Outcome::preprocessed_cache_miss);
  session.counts.add(Outcome::local_storage_miss);
  return std::nullopt;
}

// A folder that was renamed, or a link that was retargeted, leads to other files, whose own times
// tell nothing. A folder's ctime without its mtime is a new name (or new permissions); both are new
// where files came or went.
bool folders_unmoved(const Session& session, const std::vector<std::string>& files) {
  std::set<std::string> seen;
  for (const std::string& file : files)
    for (std::string folder(path::directory(file)); seen.insert(folder).second;
         folder = std::string(path::directory(folder))) {
      const auto facts = session.system.fs.lstat(folder);
      if (!facts || facts->ctime_ns < session.started_ns) continue;
      if (facts->kind == FileKind::directory && facts->mtime_ns >= session.started_ns) continue;
      session.log.add(fmt::format("'{}' was moved while it was compiled", folder));
      return false;
    }
  return true;
}

bool inputs_unchanged(const Session& session, const Invocation& call,
                      const std::vector<std::string>& headers) {
  const auto changed = [&](const std::string& file) {
    const bool same = session.files.still_same(file);
    if (!same) session.log.add(fmt::format("'{}' changed while it was compiled", file));
    return !same;
  };
  return !changed(call.source) && std::ranges::none_of(headers, changed);
}

// After a compile that succeeded: keeps everything the next run needs. How the run is to be
// counted.
Outcome keep(const Session& session, const Invocation& call, Keys& keys, const Compiled& compiled) {
  const bool by_depfile = !keys.preprocessed;
  const Outcome ending = session.config.recache ? Outcome::recache : Outcome::cache_miss;
  if (by_depfile && !compiled.headers) {
    session.log.add("Not stored: the dependency file is missing, or does not name the source");
    return ending;
  }
  const std::vector<std::string>& headers = by_depfile ? *compiled.headers : keys.headers;
  const bool watch_text = only_text_will_do(call, keys, !compiled.finished.err.empty());
  auto files = (keys.direct && !watch_text) || by_depfile ? describe_headers(session, headers)
                                                          : std::nullopt;
  if (by_depfile && !files) return ending;
  // In depend mode keys.headers is empty: the headers are read after the compile, and
  // describe_headers() refuses those that changed since.
  if (!inputs_unchanged(session, call, keys.headers) || !folders_unmoved(session, headers))
    return Outcome::modified_input_file;
  auto collected = collect(session, call, compiled.finished);
  if (const Bypass* why = std::get_if<Bypass>(&collected)) {
    session.log.add("Not stored: " + why->detail);
    return why->why;
  }
  Entry& entry = std::get<Entry>(collected);
  entry.sources = sources_digest(session, call, headers);
  const Digest result = by_depfile ? depend_key(*keys.direct, *files, entry) : *keys.preprocessed;
  if (!keep_result(session, result, entry) || !keys.direct || !files) return ending;
  (void)keep_manifest(session, call, keys.search, *keys.direct, std::move(keys.manifest),
                      std::move(*files), result);
  return ending;
}

Verdict compile_and_keep(const Session& session, const Invocation& call, Keys& keys) {
  const auto compiled =
      compile(session, call, keys.preprocessed ? Ask::nothing_more : Ask::dependencies);
  if (!compiled) return Bypass{Outcome::internal_error, compiled.error().text()};
  if (compiled->finished.signal != 0) die_of(session, compiled->finished.signal);
  if (compiled->finished.exit_code != 0) {
    session.counts.add(Outcome::compile_failed);
    return Served{Outcome::compile_failed, compiled->finished.exit_code};
  }
  const Outcome ending = keep(session, call, keys, *compiled);
  session.counts.add(ending);
  return Served{ending, 0};
}

Verdict look_up_or_compile(const Session& session, const Invocation& call, Keys& keys) {
  const Config& config = session.config;
  if (auto why = objection(session, call)) return *why;
  const auto facts = session.files.facts(call.source);
  if (!facts) return Bypass{Outcome::no_input_file, facts.error().text()};
  if (facts->kind != FileKind::regular)
    return Bypass{Outcome::bad_input_file, "'" + call.source + "' is no regular file"};
  const auto source = session.files.get(call.source);
  if (!source) return Bypass{Outcome::bad_input_file, source.error().text()};
  if ((*source)->traits.disables_cache) return Bypass{Outcome::disabled, "disabled in the source"};
  if (auto why = ask_common(session, call)) return *why;
  const Ledger& ledger = session.ledger;
  const Digest common = key_of(KeyPart::common, ledger.inputs(), {}, session.traces.common);

  if (config.direct_mode && call.allows_direct && source_allows_direct(session, **source)) {
    ask_direct(session, call, **source);
    keys.direct = key_of(KeyPart::direct, ledger.inputs(), common, session.traces.direct);
    if (auto served = direct_look_up(session, call, keys)) return *served;
  }
  if (config.read_only_direct)
    return Bypass{Outcome::cache_miss, "read-only, direct look-ups only"};
  // A direct hit need not ask: a manifest watches for such names.
  if (const auto precompiled = keys.search.hidden_precompiled_header())
    return Bypass{Outcome::could_not_use_precompiled_header,
                  "'" + *precompiled + "' may be read instead of a header"};

  const bool by_depfile = config.depend_mode && keys.direct && !call.already_preprocessed &&
                          depfile_tells_all(session, call);
  if (!by_depfile) {
    if (!call.allows_preprocessed)
      return Bypass{Outcome::unsupported_compiler_option, "no preprocessor mode for these options"};
    auto preprocessed = preprocess(session, call, common);
    if (const Bypass* why = std::get_if<Bypass>(&preprocessed)) return *why;
    keys.preprocessed = std::get<Preprocessed>(preprocessed).key;
    keys.headers = std::move(std::get<Preprocessed>(preprocessed).files);
    keys.names_absent_file = std::get<Preprocessed>(preprocessed).names_absent_file;
    // Read before the compiler reads them: what changes from here on is noticed.
    for (const std::string& header : keys.headers) (void)session.files.get(header);
    if (auto served = preprocessed_look_up(session, call, keys)) return *served;
  }
  if (config.read_only) return Bypass{Outcome::cache_miss, "read-only"};
  return compile_and_keep(session, call, keys);
}

}  // namespace

Answer answer(const Session& session, const Invocation& call) {
  Keys keys(session, call);
  Verdict verdict = look_up_or_compile(session, call, keys);
  return {std::move(verdict), std::move(keys.evidence)};
}

}  // namespace deja

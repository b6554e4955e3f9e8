// The look-ups, cheapest first.
#include "wrap/find.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "compiler/depfile.h"
#include "compiler/outputs.h"
#include "wrap/ask.h"
#include "wrap/deliver.h"
#include "wrap/explain.h"
#include "wrap/lookup.h"
#include "wrap/observe.h"
#include "wrap/preprocess.h"

namespace deja {

namespace {

std::optional<Bypass> objection(const Session& session, const Invocation& call) {
  if (path::normal(call.object.path) == path::normal(call.source))
    return Bypass(Why::output_is_source);
  if (!call.makes_files.empty() && !session.observes)
    return Bypass(Why::refused_option, call.makes_files);
  if (call.architecture.named.size() > 1) return Bypass(Why::several_architectures);
  return std::nullopt;
}

// Notes why a look-up was in vain, and tells it.
void note(const Session& session, Sought& sought, std::string_view what, Reason why) {
  tell(session.log, what, why);
  sought.reasons.push_back(std::move(why));
}

// A macro's value on the command line asks what a source would ask, unseen by what reads sources.
// (Without their first underscore: whole, the names would keep this file from direct mode.)
std::optional<Reason> asked_by_options(const Invocation& call) {
  for (const Argument& argument : call.arguments)
    for (const std::string& word : argument.words)
      for (const auto& [asks, why] : {std::pair("_TIME__", Why::option_asks_for_time),
                                      std::pair("_DATE__", Why::option_asks_for_time),
                                      std::pair("_TIMESTAMP__", Why::option_asks_for_time),
                                      std::pair("__has_", Why::option_asks_for_names)})
        if (word.find(asks) != std::string::npos) return Reason{why, word};
  return std::nullopt;
}

bool allows_direct(const Session& session, const Invocation& call, const SourceFile& source,
                   Sought& sought) {
  auto why = asked_by_options(call);
  if (!why) why = why_not_direct(session, source.traits, time_is_fixed(session), "the source");
  if (why) note(session, sought, "No direct mode", std::move(*why));
  return !why;
}

// No manifest: what is different from the last compile to the same object.
void note_no_manifest(const Session& session, const Invocation& call, Sought& sought) {
  if (!session.log.enabled()) return;
  sought.reasons = why_no_manifest(session, call);
  session.log.add(fmt::format("No manifest {}: {}", sought.direct->hex(), text_of(sought.reasons)));
}

// Whether depend mode can have all headers from this compile. -MMD leaves system headers out, so it
// would not see them change.
bool depfile_tells_all(const Session& session, const Invocation& call) {
  const bool has_to_ask = is_cl_dialect(call.family) ? !call.show_includes : !call.depfile.wanted;
  if (has_to_ask && !call.allows.additions) return false;
  // "-MT x" alone is an error or a warning, and would be neither beside the -MD that deja adds.
  if (has_to_ask && !call.depfile.key.empty()) return false;
  // Beside it the driver does not take two -o for one.
  constexpr std::size_t once = 2;  // words
  if (has_to_ask && call.object.words.size() > once) return false;
  const bool partial = std::ranges::any_of(call.depfile.key, [](const std::string& word) {
    return word.find("-MMD") != std::string::npos;
  });
  return !partial || session.config.sloppiness.has(Sloppy::system_headers);
}

// Makes of `entry` what this call would have made: its dependency file is rewritten for the call's
// targets. False, with a line in the log, where a part is missing or cannot be rewritten.
bool fit_to_call(const Session& session, const Invocation& call, Entry& entry, Sought& sought) {
  if (!call.makes_files.empty() && !side_files_of(session, call, entry)) {
    note(session, sought, "Not served", {Why::result_lacks_part, "files made besides"});
    return false;
  }
  for (const OutputFile& output : call.outputs) {
    if (path::is_null_device(output.path)) continue;
    const auto part = std::ranges::find(entry.parts, part_of(output), &EntryPart::kind);
    if (part == entry.parts.end()) {
      if (!row_of(output.kind).required) continue;
      note(session, sought, "Not served",
           {Why::result_lacks_part, std::string(row_of(output.kind).doc)});
      return false;
    }
    if (output.kind != OutputKind::depfile || call.depfile.targets.empty()) continue;
    // TinyCC's files, for one, cannot be rewritten, but may be just what is wanted.
    const std::string* const made_for = entry.find(targets_part);
    if (made_for != nullptr && *made_for == text::join(call.depfile.targets, "\n")) continue;
    const RuleStyle style = call.family == Family::clang ? RuleStyle::clang : RuleStyle::gcc;
    auto rewritten = with_targets(part->bytes, call.depfile.targets, style);
    if (!rewritten) {
      note(session, sought, "Not served", {Why::result_has_other_targets, {}});
      return false;
    }
    part->bytes = std::move(*rewritten);
  }
  return true;
}

// What the result rests on beside its key, as far as its compile was observed; and an answer by it
// rests on that. Reason: it does not hold any more.
std::optional<Reason> ask_conditions(const Session& session, const Sought& sought,
                                     const Entry& entry) {
  const std::string* const bytes = entry.find(conditions_part);
  if (bytes == nullptr)
    return sought.hides_data ? std::optional(Reason{Why::result_unobserved, {}}) : std::nullopt;
  const auto conditions = decode_conditions(*bytes);
  if (!conditions) return Reason{Why::result_unobserved, conditions.error().reason};
  const Places places = places_of(session);
  if (auto why = first_broken(*conditions, places, session.system.fs, session.files)) return why;
  write_down(session.ledger, *conditions, places, session.files);
  return std::nullopt;
}

// Messages show source lines, comments and all: they are repeated for the very same files only.
bool shows_same_sources(const Session& session, const Invocation& call, const Entry& entry,
                        const std::vector<std::string>& headers, Sought& sought) {
  const bool same =
      entry.find(stderr_part) == nullptr || entry.sources == sources_digest(session, call, headers);
  if (!same) note(session, sought, "Not served", {Why::result_has_messages, {}});
  return same;
}

// Whether `entry` serves this call; it is made to fit it.
bool serves(const Session& session, const Invocation& call, Entry& entry, Sought& sought) {
  if (auto why = ask_conditions(session, sought, entry)) {
    note(session, sought, "Not served", std::move(*why));
    return false;
  }
  return fit_to_call(session, call, entry, sought);
}

// Clang follows directives in what is said to be preprocessed, too.
bool still_includes(const Session& session, const Invocation& call) {
  const auto text = session.files.read_again(call.source);
  if (!text) return true;
  for (std::size_t at = text->find('#'); at != std::string::npos; at = text->find('#', at + 1)) {
    const std::size_t word = text->find_first_not_of(" \t", at + 1);
    if (word != std::string::npos &&
        (text->compare(word, 7, "include") == 0 || text->compare(word, 6, "import") == 0))
      return true;
  }
  return false;
}

// The source, once it has been seen to be one that can be cached.
std::variant<const SourceFile*, Bypass> source_of(const Session& session, const Invocation& call) {
  const auto facts = session.files.facts(call.source);
  if (!facts) return Bypass(Why::source_unreadable, facts.error().text());
  if (facts->kind != FileKind::regular && !path::is_null_device(call.source))
    return Bypass(Why::input_unreadable, "'" + call.source + "' is no regular file");
  const auto source = session.files.get(call.source);
  if (!source) return Bypass(Why::input_unreadable, source.error().text());
  if ((*source)->traits.disables_cache) return Bypass(Why::disabled_in_source);
  const bool is_text = call.already_preprocessed && call.language != Language::assembler &&
                       call.language != Language::bitcode;
  if (is_text && call.family == Family::clang && still_includes(session, call))
    return Bypass(Why::hidden_data, "an include directive in a preprocessed source");
  return *source;
}

// The newest compile with the same headers, from the first tier that knows one. What is known of
// the others stays in `sought`.
std::optional<ManifestEntry> match_manifests(const Session& session, const Invocation& call,
                                             Sought& sought) {
  std::optional<Reason> why_not;
  for (const Tier tier : tiers_of(session)) {
    auto manifest = find_manifest(session, tier, *sought.direct);
    if (!manifest) continue;
    MatchReport match =
        manifest->match(session.system.fs, session.files, match_options(session, call));
    std::optional<ManifestEntry> entry;
    if (match.result) entry = manifest->entries()[match.entry];
    add_known(sought.manifests, tier, std::move(*manifest));
    if (entry && !session.config.recache)
      spread_manifest(session, tier, *sought.direct, sought.manifests);
    if (entry) return entry;
    if (!why_not) why_not = std::move(match.why_not);
  }
  if (session.config.recache) return std::nullopt;
  if (why_not)
    note(session, sought, "No match in manifest", std::move(*why_not));
  else
    note_no_manifest(session, call, sought);
  return std::nullopt;
}

std::optional<Found> by_manifest(const Session& session, const Invocation& call, Sought& sought) {
  const auto match = match_manifests(session, call, sought);
  if (session.config.recache) return std::nullopt;
  sought.direct_missed = true;
  if (!match) return std::nullopt;
  auto found = find_result(session, match->result);
  if (!found) note(session, sought, "Not served", {Why::result_gone, match->result.hex()});
  if (!found) return std::nullopt;
  std::vector<std::string> headers;
  for (const ManifestFile& file : match->files) headers.push_back(file.path);
  // By content, a match leaves no doubt.
  if (by_code(session, call) && !shows_same_sources(session, call, found->entry, headers, sought))
    return std::nullopt;
  if (!serves(session, call, found->entry, sought)) return std::nullopt;
  write_down(session, call, *match, found->entry.find(conditions_part) != nullptr);
  sought.direct_missed = false;
  return Found{std::move(found->entry), match->result, Outcome::direct_cache_hit, found->tier};
}

std::optional<Found> by_text(const Session& session, const Invocation& call, Sought& sought) {
  if (session.config.recache) return std::nullopt;
  sought.text_missed = true;
  auto found = find_result(session, *sought.text);
  if (!found) return std::nullopt;
  if (!shows_same_sources(session, call, found->entry, sought.headers, sought)) return std::nullopt;
  if (!serves(session, call, found->entry, sought)) return std::nullopt;
  sought.text_missed = false;
  return Found{std::move(found->entry), *sought.text, Outcome::preprocessed_cache_hit, found->tier};
}

// The text's key, and what the text tells of headers.
std::optional<Bypass> ask_text(const Session& session, const Invocation& call, const Digest& common,
                               Sought& sought) {
  if (!call.allows.preprocessed_mode) return Bypass(Why::no_text_mode);
  auto preprocessed = preprocess(session, call, common, sought.precompiled);
  if (const Bypass* why = std::get_if<Bypass>(&preprocessed)) return *why;
  Preprocessed& text = std::get<Preprocessed>(preprocessed);
  sought.text = text.key;
  sought.headers = std::move(text.files);
  sought.names_absent_file = text.names_absent_file;
  sought.hides_data = text.hides_data;
  sought.headers.insert(sought.headers.end(), sought.precompiled.begin(), sought.precompiled.end());
  // Read before the compiler reads them: what changes from here on is noticed.
  for (const std::string& header : sought.headers) (void)session.files.get(header);
  return std::nullopt;
}

}  // namespace

// The digest over all that the compile read, by content: what messages are made of, beyond the
// preprocessed text.
Digest sources_digest(const Session& session, const Invocation& call,
                      const std::vector<std::string>& headers) {
  Hasher hasher;
  if (const auto source = session.files.get(call.source)) hasher.add("source", (*source)->content);
  for (const std::string& header : headers)
    if (const auto file = session.files.get(header)) hasher.add(header, (*file)->content);
  // Messages know macros that the text does not show: "did you mean".
  for (const Argument& argument : call.arguments)
    if (argument.keys == Keys::direct)
      for (const std::string& word : argument.words) hasher.add("option", word);
  return hasher.finish();
}

bool only_text_will_do(const Invocation& call, const Sought& sought, bool has_messages) {
  return sought.precompiled_in_directory ||
         (sought.names_absent_file && (call.matters.columns || has_messages));
}

std::variant<Finding, Bypass> find(const Session& session, const Invocation& call,
                                   HeaderSearch& search) {
  const Config& config = session.config;
  if (auto why = objection(session, call)) return *why;
  const auto source = source_of(session, call);
  if (const Bypass* why = std::get_if<Bypass>(&source)) return *why;
  if (auto why = ask_common(session, call)) return *why;
  const Ledger& ledger = session.ledger;
  const Digest common = key_of(KeyPart::common, ledger.inputs(), {}, session.traces.common);

  Finding finding;
  Sought& sought = finding.sought;
  const SourceFile& file = *std::get<const SourceFile*>(source);
  if (config.direct_mode && call.allows.direct_mode && allows_direct(session, call, file, sought)) {
    ask_direct(session, call, file);
    sought.direct = key_of(KeyPart::direct, ledger.inputs(), common, session.traces.direct);
    finding.found = by_manifest(session, call, sought);
    if (finding.found) return finding;
  }
  if (config.read_only_direct) return Bypass(Why::only_looked_up, ", direct look-ups only");
  // A direct hit need not ask: a manifest watches for such names.
  HeaderSearch::Hidden hidden = search.hidden_precompiled_headers();
  sought.precompiled = std::move(hidden.files);
  sought.precompiled_in_directory = hidden.in_directory;
  const bool by_depfile = config.depend_mode && sought.direct && !hidden.in_directory &&
                          !call.already_preprocessed && depfile_tells_all(session, call);
  if (by_depfile) return finding;
  if (auto why = ask_text(session, call, common, sought)) return *why;
  finding.found = by_text(session, call, sought);
  return finding;
}

}  // namespace deja

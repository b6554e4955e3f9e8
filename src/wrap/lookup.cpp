// Manifests and results from the store, and into it.
#include "wrap/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/path.h"
#include "base/text.h"
#include "inputs/account.h"
#include "inputs/conditions.h"
#include "store/packed.h"
#include "wrap/ask.h"
#include "wrap/explain.h"
#include "wrap/precompiled.h"

namespace deja {

namespace {

std::size_t number_of(Tier tier) {
  return static_cast<std::size_t>(tier) - static_cast<std::size_t>(Tier::first_remote);
}

void drop_broken(const Session& session, Tier tier, const Digest& key, EntryKind kind,
                 const Error& error) {
  if (is_remote(tier)) return session.remote.discard(number_of(tier), key, kind, error);
  const bool may_write = !session.config.read_only && !session.config.read_only_direct;
  const bool removed = may_write && session.store.remove(key, kind);
  const char* const what = removed ? "removed" : "left where it is";
  session.log.add(fmt::format("Broken entry {}.{}: {}; {}", key.hex(), static_cast<char>(kind),
                              error.text(), what));
  session.counts.add(Outcome::missing_cache_file);
}

std::optional<std::string> fetch_here(const Session& session, const Digest& key, EntryKind kind) {
  auto bytes = session.store.get(key, kind);
  if (!bytes && bytes.error().cause == Cause::corrupt)
    drop_broken(session, Tier::local, key, kind, bytes.error());
  else if (!bytes)
    tell_cache_failure(session.log, "Cache not read", bytes.error());
  const bool found = bytes && *bytes;
  session.counts.add(found ? Outcome::local_storage_read_hit : Outcome::local_storage_read_miss);
  return found ? std::move(*bytes) : std::nullopt;
}

// What `decode`, which may use the bytes up, makes of the entry in one tier; nullopt when there is
// none or it is broken.
template <class T>
std::optional<T> fetch(const Session& session, Tier tier, const Digest& key, EntryKind kind,
                       Result<T> (*decode)(std::string&), std::string* encoded = nullptr) {
  auto bytes = is_remote(tier) ? session.remote.get(number_of(tier), key, kind)
                               : fetch_here(session, key, kind);
  if (!bytes) return std::nullopt;
  auto decoded = decode(*bytes);
  if (!decoded) {
    drop_broken(session, tier, key, kind, decoded.error());
    return std::nullopt;
  }
  if (is_remote(tier)) session.counts.add(Outcome::remote_storage_read_hit);
  if (encoded != nullptr) *encoded = std::move(*bytes);
  return std::move(*decoded);
}

bool keep(const Session& session, const Digest& key, EntryKind kind, std::string_view bytes,
          Overwrite overwrite) {
  const auto done = session.store.put(key, kind, bytes, overwrite);
  if (!done) tell_cache_failure(session.log, "Cache not written", done.error());
  if (session.store.made_directory())
    session.log.add_first("cache directory",
                          "Cache directory '" + session.config.cache_dir + "' was not there; made");
  if (done) session.counts.add(Outcome::local_storage_write);
  return bool(done);
}

constexpr std::uint64_t largest_manifest = 64 << 20;  // bytes, unpacked

// How entries are compressed, if they are.
std::optional<int> level_of(const Config& config) {
  if (!config.compression || config.file_clone || config.hard_link) return std::nullopt;
  return config.compression_level == 0 ? 1 : static_cast<int>(config.compression_level);
}

Result<Manifest> decode_manifest(std::string& bytes) {
  const auto unpacked = unpack(std::move(bytes), largest_manifest);
  return unpacked ? Manifest::decode(*unpacked) : Result<Manifest>(unpacked.error());
}

std::string encode_manifest(const Manifest& manifest, std::optional<int> level) {
  return level ? pack(manifest.encode(), *level) : manifest.encode();
}

Result<Entry> decode_result(std::string& bytes) { return decode_entry(bytes); }

// Hands an entry to every remote storage; nothing is prepared where there is none.
void share(const Session& session, const Digest& key, EntryKind kind, std::string_view bytes,
           Overwrite overwrite) {
  for (std::size_t tier = 0; tier < session.remote.size(); ++tier)
    session.remote.put(tier, key, kind, bytes, overwrite);
}

// What leaves the machine is compressed, whatever is done here.
constexpr int sharing_level = 3;

// Takes the facts of this machine's directories out of what the result rests on, so that their
// names tell.
void forget_facts(Entry& entry) {
  const auto part = std::ranges::find(entry.parts, conditions_part, &EntryPart::kind);
  if (part == entry.parts.end()) return;
  auto conditions = decode_conditions(part->bytes);
  if (!conditions) return;  // whoever looks at them refuses them
  for (Condition& condition : *conditions)
    if (condition.kind != Condition::Kind::same_facts) condition.mtime_ns = condition.ctime_ns = 0;
  part->bytes = encode_conditions(*conditions);
}

void share_result(const Session& session, const Digest& key, const Entry& entry,
                  Overwrite overwrite) {
  if (session.remote.size() == 0) return;
  Entry shared = entry;
  forget_facts(shared);
  if (const auto bytes = encode_entry(shared, sharing_level))
    share(session, key, EntryKind::result, *bytes, overwrite);
}

bool may_keep_here(const Session& session) {
  const Config& config = session.config;
  return !config.remote_only && !config.read_only && !config.read_only_direct;
}

bool is_ignored(const Session& session, const std::string& header) {
  return std::ranges::any_of(
      session.config.ignore_headers_in_manifest,
      [&](const std::string& ignored) { return path::is_below(header, ignored); });
}

// Why a manifest cannot hold the header; nullopt where it can.
std::optional<Reason> why_not_in_manifest(const Session& session, const std::string& header,
                                          const SourceFile& file) {
  const Sloppiness sloppy = session.config.sloppiness;
  const std::string name = "'" + header + "'";
  // In a header the macro tells the source's time, which no manifest holds.
  if (file.traits.timestamp_macro && !sloppy.has(Sloppy::time_macros))
    return Reason{Why::time_of_day, name};
  if (session.files.too_new(file.facts, sloppy.has(Sloppy::include_file_mtime),
                            sloppy.has(Sloppy::include_file_ctime)))
    return Reason{Why::newer_than_compile, name};
  return why_not_direct(session, file.traits, false, name);
}

// Whether GCC may take one of two headers of one content for the other: it enters what is to be
// included once a second time, unless times and contents agree.
bool are_told_apart_by_time(const Session& session, const std::string& header) {
  const auto content = session.files.read_again(header);
  if (!content || content->find("_Pragma") != std::string::npos) return true;
  const std::string_view text(*content);
  for (std::size_t at = text.find('#'); at != text.npos; at = text.find('#', at + 1)) {
    const auto words = text::words(text.substr(at + 1, text.find('\n', at) - (at + 1)));
    if (!words.empty() && words[0] == "import") return true;
    if (words.size() > 1 && words[0] == "pragma" && words[1].starts_with("once")) return true;
  }
  return false;
}

// Headers that the source and its headers only ask for: their appearing changes what is compiled.
void add_probed_names(const Session& session, const std::string& file, ManifestEntry& entry) {
  const auto known = session.files.get(file);
  if (!known || !((*known)->traits.probes_names || (*known)->traits.probes_computed)) return;
  const auto content = session.files.read_again(file);
  if (!content) return;
  const SourceScan scan = scan_source(*content);
  entry.all_names_matter |= scan.traits.probes_computed;
  for (const std::string& name : scan.probed_names)
    if (std::ranges::find(entry.probed_names, name) == entry.probed_names.end())
      entry.probed_names.push_back(name);
}

void keep_manifest_here(const Session& session, const Digest& key, std::optional<Manifest> known,
                        const ManifestEntry& entry) {
  Manifest next = known ? std::move(*known) : Manifest();
  next.add(entry);
  if (next.account().empty()) next.set_account(encode_account(account_of(session.ledger.inputs())));
  const std::string bytes = encode_manifest(next, level_of(session.config));
  if (keep(session, key, EntryKind::manifest, bytes, Overwrite::yes))
    session.log.add("Manifest " + key.hex() + " updated");
}

// What is only known from another tier stays out of it.
void share_manifest(const Session& session, const Digest& key,
                    std::vector<std::optional<Manifest>> known, const ManifestEntry& entry) {
  known.resize(session.remote.size());
  for (std::size_t tier = 0; tier < known.size(); ++tier) {
    Manifest next = known[tier] ? std::move(*known[tier]) : Manifest();
    next.add(entry);
    session.remote.put(tier, key, EntryKind::manifest,
                       encode_manifest(next.without_facts(), sharing_level), Overwrite::yes);
  }
}

}  // namespace

std::optional<Reason> why_not_direct(const Session& session, const SourceTraits& traits,
                                     bool time_is_fixed, std::string file) {
  const Sloppiness sloppy = session.config.sloppiness;
  if (traits.time_macro && !time_is_fixed && !sloppy.has(Sloppy::time_macros))
    return Reason{Why::time_of_day, std::move(file)};
  if (session.observes) return std::nullopt;
  if (traits.embed) return Reason{Why::embeds_files, std::move(file)};
  if ((traits.incbin || traits.assembler_include) && !sloppy.has(Sloppy::incbin))
    return Reason{Why::assembler_includes, std::move(file)};
  return std::nullopt;
}

MatchOptions match_options(const Session& session, const Invocation& call) {
  const Sloppiness sloppy = session.config.sloppiness;
  MatchOptions out;
  out.today = date_for_keys(session);
  out.by_code = by_code(session, call);
  out.ignore_time_macros = sloppy.has(Sloppy::time_macros);
  out.mtimes_matter = times_matter(session, call);
  out.stat_is_enough = sloppy.has(Sloppy::file_stat_matches);
  out.stat_ignores_ctime = sloppy.has(Sloppy::file_stat_matches_ctime);
  return out;
}

void write_down(const Session& session, const Invocation& call, const ManifestEntry& entry,
                bool observed) {
  Ledger& ledger = session.ledger;
  const bool mtimes_matter = times_matter(session, call);
  const auto may_change = [&](const SourceTraits& traits) {
    return tells_time(traits) || (hides_data(traits) && !observed);
  };
  const auto source = session.files.get(call.source);
  if (!source || may_change((*source)->traits)) ledger.file(Role::changing_file, call.source);
  for (const ManifestFile& header : entry.files) {
    const auto file = session.files.get(header.path);
    if (!file || may_change((*file)->traits)) ledger.file(Role::changing_file, header.path);
    if (file && mtimes_matter) ledger.file(Role::precompiled_from, header.path, {}, (*file)->facts);
    if (file)
      ledger.file(Role::header, header.path, std::string(header.digest.view()), (*file)->facts,
                  (*file)->content);
  }
  for (const WatchedDirectory& directory : entry.directories)
    ledger.directory(Role::search_directory, directory.path);
  for (const std::string& name : entry.probed_names) ledger.value(Role::asked_name, name);
  if (entry.all_names_matter) ledger.value(Role::any_name, "");
}

std::vector<Tier> tiers_of(const Session& session) {
  std::vector<Tier> out;
  if (!session.config.remote_only) out.push_back(Tier::local);
  // What is stored anew is not asked for elsewhere.
  const std::size_t remote = session.config.recache ? 0 : session.remote.size();
  for (std::size_t tier = 0; tier < remote; ++tier)
    out.push_back(static_cast<Tier>(static_cast<std::size_t>(Tier::first_remote) + tier));
  return out;
}

std::optional<Manifest> find_manifest(const Session& session, Tier tier, const Digest& key) {
  auto manifest = fetch(session, tier, key, EntryKind::manifest, decode_manifest);
  return manifest && is_remote(tier) ? manifest->without_facts() : manifest;
}

void add_known(KnownManifests& known, Tier tier, Manifest manifest) {
  if (is_remote(tier)) {
    if (known.remote.size() <= number_of(tier)) known.remote.resize(number_of(tier) + 1);
    known.remote[number_of(tier)] = manifest;
  }
  if (known.all)
    known.all->merge(manifest);
  else
    known.all = std::move(manifest);
}

void spread_manifest(const Session& session, Tier tier, const Digest& key,
                     const KnownManifests& known) {
  if (is_remote(tier) && may_keep_here(session))
    (void)keep(session, key, EntryKind::manifest,
               encode_manifest(*known.all, level_of(session.config)), Overwrite::yes);
  if (!is_remote(tier) && session.config.reshare && session.remote.size() > 0)
    share(session, key, EntryKind::manifest,
          encode_manifest(known.all->without_facts(), sharing_level), Overwrite::no);
}

std::optional<Manifest> peek_manifest(const Session& session, const Digest& key) {
  auto bytes = session.store.get(key, EntryKind::manifest);
  if (!bytes || !*bytes) return std::nullopt;
  auto manifest = decode_manifest(**bytes);
  return manifest ? std::optional(std::move(*manifest)) : std::nullopt;
}

std::optional<FoundResult> find_result(const Session& session, const Digest& key) {
  for (const Tier tier : tiers_of(session)) {
    std::string bytes;
    auto entry = fetch(session, tier, key, EntryKind::result, decode_result, &bytes);
    if (!entry) continue;
    session.log.add("Result " + key.hex() + " found");
    if (is_remote(tier)) forget_facts(*entry);
    if (is_remote(tier) && may_keep_here(session))
      (void)keep(session, key, EntryKind::result, bytes, Overwrite::no);
    if (!is_remote(tier) && session.config.reshare)
      share_result(session, key, *entry, Overwrite::no);
    return FoundResult{std::move(*entry), tier};
  }
  session.log.add("No result " + key.hex());
  return std::nullopt;
}

bool keep_result(const Session& session, const Digest& key, const Entry& entry) {
  const Config& config = session.config;
  const auto bytes = encode_entry(entry, level_of(config));
  if (!bytes) {
    session.log.add("Not stored: " + bytes.error().text());
    return false;
  }
  const bool kept_here =
      !config.remote_only && keep(session, key, EntryKind::result, *bytes, Overwrite::yes);
  if (kept_here) session.log.add("Result " + key.hex() + " stored");
  share_result(session, key, entry, Overwrite::yes);
  return kept_here || session.remote.may_answer();
}

ManifestFile manifest_file(const Session& session, const Invocation& call, const std::string& name,
                           const SourceFile& file) {
  const auto digest = [&](const Digest& stands_for) {
    return session.files.key_digest(file, stands_for, date_for_keys(session),
                                    session.config.sloppiness.has(Sloppy::time_macros),
                                    times_matter(session, call));
  };
  const FileFacts& facts = file.facts;
  return {
      name,           digest(file.content),
      facts.size,     facts.mtime_ns,
      facts.ctime_ns, by_code(session, call) ? digest(session.files.code(name, file)) : Digest{}};
}

std::optional<std::vector<ManifestFile>> describe_headers(const Session& session,
                                                          const Invocation& call,
                                                          const std::vector<std::string>& headers) {
  std::vector<ManifestFile> out;
  out.reserve(headers.size() + 1);
  std::set<Digest> contents;
  std::vector<std::string> all = headers;
  // Its content is in the key, its time is not.
  if (call.pch.made && times_matter(session, call)) all.push_back(call.source);
  for (const std::string& header : all) {
    if (is_ignored(session, header)) continue;
    const auto file = session.files.get(header);
    if (!file) {
      session.log.add("No direct mode: " + file.error().text());
      return std::nullopt;
    }
    if (const auto why = why_not_in_manifest(session, header, **file)) {
      tell(session.log, "No direct mode", *why);
      return std::nullopt;
    }
    const FileFacts& facts = (*file)->facts;
    if (facts.size != 0 && !contents.insert((*file)->content).second &&
        session.compiler.family == Family::gcc && are_told_apart_by_time(session, header)) {
      tell(session.log, "No direct mode", {Why::same_content_twice, header});
      return std::nullopt;
    }
    out.push_back(manifest_file(session, call, header, **file));
  }
  return out;
}

std::optional<ManifestEntry> keep_manifest(const Session& session, const Invocation& call,
                                           HeaderSearch& search, const Digest& key,
                                           KnownManifests known, std::vector<ManifestFile> files,
                                           const Digest& result) {
  ManifestEntry entry;
  entry.result = result;
  entry.files = std::move(files);
  add_probed_names(session, call.source, entry);
  for (const ManifestFile& file : entry.files) add_probed_names(session, file.path, entry);
  const bool can_shadow =
      !entry.files.empty() || !entry.probed_names.empty() || entry.all_names_matter;
  if (can_shadow && !search.watch(entry)) {
    tell(session.log, "No direct mode", {Why::dangling_link, {}});
    return std::nullopt;
  }
  if (!session.config.remote_only) keep_manifest_here(session, key, std::move(known.all), entry);
  share_manifest(session, key, std::move(known.remote), entry);
  remember_key(session, call, key);
  if (call.pch.made) remember_origin(session, call, key, entry.files);
  return entry;
}

}  // namespace deja

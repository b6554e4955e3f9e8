// Whether anything changed meanwhile, then result and manifest.
#include "wrap/keep.h"

#include <algorithm>
#include <set>

#include "base/path.h"
#include "store/string_list.h"
#include "wrap/ask.h"
#include "wrap/lookup.h"
#include "wrap/observe.h"
#include "wrap/share.h"

namespace deja {

namespace {

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
      tell(session.log, "Not stored", {Why::moved_meanwhile, folder});
      return false;
    }
  return true;
}

bool inputs_unchanged(const Session& session, const Invocation& call,
                      const std::vector<std::string>& headers) {
  const auto changed = [&](const std::string& file) {
    const bool same = session.files.still_same(file);
    if (!same) tell(session.log, "Not stored", {Why::changed_meanwhile, file});
    return !same;
  };
  return !changed(call.source) && std::ranges::none_of(headers, changed) &&
         std::ranges::none_of(call.pch.files, changed);
}

// Whether anything that the key is made of says where the compile happens: the directory itself, or
// a word or variable that names it. Where the user has asked for it not to matter, it does not.
bool directory_is_keyed(const Session& session, const Invocation& call) {
  const std::string& directory = session.working_directory;
  const bool unwanted = !session.config.hash_dir ||
                        session.config.sloppiness.has(Sloppy::gcno_cwd) ||
                        !session.config.base_dir.empty();
  const auto names_it = [&](const std::string& text) {
    return text.find(directory) != std::string::npos;
  };
  // A prefix map's word may name it and yet be left out of the keys.
  const bool in_words = call.prefix_maps.empty() && std::ranges::any_of(session.words, names_it);
  return unwanted || in_words ||
         std::ranges::any_of(session.ledger.inputs(), [&](const Input& input) {
           const bool in_key = row_of(input.role).part != KeyPart::none;
           return input.role == Role::directory ||
                  (in_key && (names_it(input.answer) || names_it(input.name)));
         });
}

// A part of the result that holds the working directory's name while the key does not: by an option
// that no table knows to do that. It would be wrong in any other directory.
std::optional<Reason> strays_from_directory(const Session& session, const Invocation& call,
                                            const Entry& entry,
                                            const std::vector<std::string>& headers) {
  constexpr std::size_t telling = 4;  // characters; shorter names occur by chance
  const std::string& directory = session.working_directory;
  if (directory.size() < telling || directory_is_keyed(session, call)) return std::nullopt;
  const auto by_full_name = [&](const std::string& header) {
    return header.starts_with(directory);
  };
  if (by_full_name(call.source) || std::ranges::any_of(headers, by_full_name)) return std::nullopt;
  for (const EntryPart& part : entry.parts)
    if (part.kind != targets_part && part.bytes.find(directory) != std::string::npos)
      return Reason{Why::holds_directory,
                    part.kind < first_output_part ? "what the compiler says" : "an output"};
  return std::nullopt;
}

// Whether anything that was read brings in data which is no header.
bool brings_in_data(const Session& session, const Invocation& call, const Sought& sought,
                    const std::vector<std::string>& headers) {
  if (session.config.sloppiness.has(Sloppy::incbin)) return false;
  const auto hides = [&](const std::string& path) {
    const auto file = session.files.get(path);
    return file && hides_data((*file)->traits);
  };
  return sought.hides_data || hides(call.source) || std::ranges::any_of(headers, hides);
}

std::optional<Reason> add_side_files(const Session& session, const std::vector<std::string>& names,
                                     Entry& entry) {
  entry.parts.push_back({side_names_part, encode_strings(names)});
  std::uint8_t kind = first_side_part;
  for (const std::string& name : names) {
    std::string bytes;
    if (const auto read = session.system.fs.read(name, bytes, largest_output); !read)
      return Reason{Why::makes_unexpected, read.error().text()};
    entry.parts.push_back({kind++, std::move(bytes)});
  }
  return std::nullopt;
}

// Puts what the compile was seen to rest on into `entry`; and returns what it read besides headers,
// as a manifest holds it. Reason: not to be stored.
std::variant<std::vector<ManifestFile>, Reason> add_observed(
    const Session& session, const Invocation& call, HeaderSearch& search, const Sought& sought,
    const std::vector<std::string>& headers, const Compiled& compiled, Entry& entry) {
  std::vector<ManifestFile> data;
  if (!compiled.unobserved.empty()) {
    if (brings_in_data(session, call, sought, headers))
      return Reason{Why::not_observed, compiled.unobserved};
    return data;
  }
  auto judged = judge(session, call, search, headers, compiled);
  if (const Reason* const why = std::get_if<Reason>(&judged)) return *why;
  const Observation& seen = std::get<Observation>(judged);
  entry.parts.push_back({conditions_part, encode_conditions(seen.conditions)});
  if (!call.makes_files.empty())
    if (const auto why = add_side_files(session, seen.side_files, entry)) return *why;
  std::ranges::sort(entry.parts, {}, &EntryPart::kind);
  for (const std::string& name : seen.data) {
    const auto file = session.files.get(name);
    if (!file) return Reason{Why::changed_meanwhile, name};
    data.push_back(manifest_file(session, call, name, **file));
  }
  return data;
}

}  // namespace

Outcome keep(const Session& session, const Invocation& call, HeaderSearch& search, Sought sought,
             const Compiled& compiled) {
  const bool by_depfile = !sought.text;
  const Outcome ending = session.config.recache ? Outcome::recache : Outcome::cache_miss;
  if (by_depfile && !compiled.headers) {
    tell(session.log, "Not stored", {Why::dependency_file_incomplete, {}});
    return ending;
  }
  std::vector<std::string> headers = by_depfile ? *compiled.headers : sought.headers;
  if (by_depfile)
    headers.insert(headers.end(), sought.precompiled.begin(), sought.precompiled.end());
  const bool watch_text = only_text_will_do(call, sought, !compiled.finished.err.empty());
  auto files = (sought.direct && !watch_text) || by_depfile
                   ? describe_headers(session, call, headers)
                   : std::nullopt;
  if (by_depfile && !files) return ending;
  // In depend mode sought.headers is empty: the headers are read after the compile, and
  // describe_headers() refuses those that changed since.
  if (!inputs_unchanged(session, call, sought.headers) || !folders_unmoved(session, headers))
    return Outcome::modified_input_file;
  auto collected = collect(session, call, compiled.finished);
  if (const Bypass* why = std::get_if<Bypass>(&collected)) {
    tell(session.log, "Not stored", why->why);
    return why->counted();
  }
  Entry& entry = std::get<Entry>(collected);
  if (const auto why = strays_from_directory(session, call, entry, headers)) {
    tell(session.log, "Not stored", *why);
    return ending;
  }
  auto observed = add_observed(session, call, search, sought, headers, compiled, entry);
  if (const Reason* const why = std::get_if<Reason>(&observed)) {
    tell(session.log, "Not stored", *why);
    return why->id == Why::changed_meanwhile ? Outcome::modified_input_file : ending;
  }
  const auto& data = std::get<std::vector<ManifestFile>>(observed);
  std::vector<std::string> sources = headers;
  if (files) {
    files->insert(files->end(), data.begin(), data.end());
    for (const ManifestFile& file : data) sources.push_back(file.path);
  }
  entry.sources = sources_digest(session, call, sources);
  // The text does not tell one set of data from another; a manifest does.
  const bool by_files = by_depfile || (files && !data.empty());
  const Digest result = by_files ? depend_key(*sought.direct, *files, entry) : *sought.text;
  if (!keep_result(session, result, entry)) return ending;
  keep_shared(session, call, result);
  if (sought.direct && files)
    (void)keep_manifest(session, call, search, *sought.direct, std::move(sought.manifests),
                        std::move(*files), result);
  return ending;
}

bool keep_headers(const Session& session, const Invocation& call, HeaderSearch& search,
                  Sought sought, const Found& found) {
  const bool has_messages = found.entry.find(stderr_part) != nullptr;
  if (!sought.direct || session.config.read_only || only_text_will_do(call, sought, has_messages))
    return false;
  auto files = describe_headers(session, call, sought.headers);
  if (!files) return false;
  const auto entry = keep_manifest(session, call, search, *sought.direct,
                                   std::move(sought.manifests), std::move(*files), found.result);
  if (entry) write_down(session, call, *entry, found.entry.find(conditions_part) != nullptr);
  return entry.has_value();
}

}  // namespace deja

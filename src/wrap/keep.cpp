// Whether anything changed meanwhile, then result and manifest.
#include "wrap/keep.h"

#include <algorithm>
#include <set>

#include "base/path.h"
#include "wrap/ask.h"
#include "wrap/lookup.h"

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
      session.log.add("Not stored: " + text_of(Reason{Why::moved_meanwhile, folder}));
      return false;
    }
  return true;
}

bool inputs_unchanged(const Session& session, const Invocation& call,
                      const std::vector<std::string>& headers) {
  const auto changed = [&](const std::string& file) {
    const bool same = session.files.still_same(file);
    if (!same) session.log.add("Not stored: " + text_of(Reason{Why::changed_meanwhile, file}));
    return !same;
  };
  return !changed(call.source) && std::ranges::none_of(headers, changed);
}

}  // namespace

Outcome keep(const Session& session, const Invocation& call, HeaderSearch& search, Sought sought,
             const Compiled& compiled) {
  const bool by_depfile = !sought.text;
  const Outcome ending = session.config.recache ? Outcome::recache : Outcome::cache_miss;
  if (by_depfile && !compiled.headers) {
    session.log.add("Not stored: " + text_of(Reason{Why::dependency_file_incomplete, {}}));
    return ending;
  }
  const std::vector<std::string>& headers = by_depfile ? *compiled.headers : sought.headers;
  const bool watch_text = only_text_will_do(call, sought, !compiled.finished.err.empty());
  auto files = (sought.direct && !watch_text) || by_depfile ? describe_headers(session, headers)
                                                            : std::nullopt;
  if (by_depfile && !files) return ending;
  // In depend mode sought.headers is empty: the headers are read after the compile, and
  // describe_headers() refuses those that changed since.
  if (!inputs_unchanged(session, call, sought.headers) || !folders_unmoved(session, headers))
    return Outcome::modified_input_file;
  auto collected = collect(session, call, compiled.finished);
  if (const Bypass* why = std::get_if<Bypass>(&collected)) {
    session.log.add("Not stored: " + text_of(why->why));
    return why->counted();
  }
  Entry& entry = std::get<Entry>(collected);
  entry.sources = sources_digest(session, call, headers);
  const Digest result = by_depfile ? depend_key(*sought.direct, *files, entry) : *sought.text;
  if (keep_result(session, result, entry) && sought.direct && files)
    (void)keep_manifest(session, call, search, *sought.direct, std::move(sought.manifest),
                        std::move(*files), result);
  return ending;
}

bool keep_headers(const Session& session, const Invocation& call, HeaderSearch& search,
                  Sought sought, const Found& found) {
  const bool has_messages = found.entry.find(stderr_part) != nullptr;
  if (!sought.direct || session.config.read_only || only_text_will_do(call, sought, has_messages))
    return false;
  auto files = describe_headers(session, sought.headers);
  return files && keep_manifest(session, call, search, *sought.direct, std::move(sought.manifest),
                                std::move(*files), found.result);
}

}  // namespace deja

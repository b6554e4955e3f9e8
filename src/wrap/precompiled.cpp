// Origins lie in the store as lists of strings: the digest, then name, size and time of each
// header.
#include "wrap/precompiled.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/path.h"
#include "store/string_list.h"

namespace deja {

namespace {

constexpr std::string_view times_unknown = "times of precompiled headers";

Digest key_of_origin(const Digest& content) {
  return Hasher().add("origin of a precompiled header", content).finish();
}

std::vector<std::string> stored_origin(const Session& session, const Digest& content) {
  const auto bytes = session.store.get(key_of_origin(content), EntryKind::directories);
  if (!bytes || !*bytes) return {};
  return decode_strings(**bytes).value_or(std::vector<std::string>());
}

// What clang looks at: the time is left out of a precompiled header by -fno-pch-timestamp.
std::string checked_of(const FileFacts& facts, bool with_time) {
  std::string out = std::to_string(facts.size);
  return with_time ? out + " " + std::to_string(facts.mtime_ns) : out;
}

// Whether the headers are as they were when it was made; each is written down for a replay.
bool headers_unchanged(const Session& session, const std::vector<std::string>& origin) {
  for (std::size_t at = 1; at + 1 < origin.size(); at += 2) {
    const auto facts = session.files.facts(origin[at]);
    const bool with_time = origin[at + 1].find(' ') != std::string::npos;
    if (!facts || checked_of(*facts, with_time) != origin[at + 1]) return false;
    session.ledger.file(Role::precompiled_from, origin[at], {}, *facts);
  }
  return true;
}

}  // namespace

void remember_origin(const Session& session, const Invocation& call, const Digest& direct,
                     const std::vector<ManifestFile>& headers) {
  const Config& config = session.config;
  if (config.read_only || config.read_only_direct) return;
  Hasher hasher;
  hasher.add("made by", direct);
  std::vector<std::string> origin(1);
  const auto add = [&](const std::string& name) {
    const auto file = session.files.get(name);
    if (!file || tells_time((*file)->traits) || hides_data((*file)->traits)) return false;
    hasher.add("from", name).add("content", (*file)->content);
    origin.push_back(path::join(session.working_directory, name));
    origin.push_back(checked_of((*file)->facts, call.pch.times_matter));
    return true;
  };
  if (!add(call.source)) return;
  for (const ManifestFile& header : headers)
    if (header.path != call.source && !add(header.path)) return;
  const auto beside =
      std::ranges::find(call.outputs, OutputKind::precompiled_header, &OutputFile::kind);
  const std::string& made = beside != call.outputs.end() ? beside->path : call.object.path;
  std::string bytes;
  if (!session.system.fs.read(made, bytes)) return;
  origin.front() = std::string(hasher.finish().view());
  (void)session.store.put(key_of_origin(digest_of(bytes)), EntryKind::directories,
                          encode_strings(origin), Overwrite::yes);
}

std::string origin_of(const Session& session, const Digest& content) {
  const std::vector<std::string> origin = stored_origin(session, content);
  return origin.empty() ? std::string(content.view()) : origin.front();
}

void ask_precompiled_header(const Session& session, const Invocation& call, const std::string& file,
                            const Digest& content, bool by_sum) {
  std::vector<std::string> origin;
  if (!by_sum) origin = stored_origin(session, content);
  const bool by_clang = call.pch.times_matter;
  const bool is_known = !origin.empty() && (!by_clang || headers_unchanged(session, origin));
  if (by_clang && !is_known) session.ledger.value(Role::setting, times_unknown);
  const auto facts = session.files.facts(file);
  session.ledger.file(Role::precompiled_header, file,
                      is_known ? origin.front() : std::string(content.view()),
                      facts ? std::optional(*facts) : std::nullopt);
}

bool times_matter(const Session& session, const Invocation& call) {
  if (!call.pch.times_matter) return false;
  if (call.pch.made) return true;
  for (const Input& input : session.ledger.inputs())
    if (input.role == Role::setting && input.name == times_unknown) return true;
  return false;
}

}  // namespace deja

// Asking the driver, and the disk as little as will do.
#include "wrap/header_search.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "compiler/leading_includes.h"
#include "store/string_list.h"

namespace deja {

namespace {

// What an earlier run found out, or nothing.
std::vector<std::string> known(const Session& session, const Digest& key) {
  const auto bytes = session.store.get(key, EntryKind::directories);
  if (!bytes || !*bytes) return {};
  return decode_strings(**bytes).value_or(std::vector<std::string>());
}

void make_known(const Session& session, const Digest& key, const std::vector<std::string>& found) {
  if (session.config.read_only || session.config.read_only_direct) return;
  (void)session.store.put(key, EntryKind::directories, encode_strings(found), Overwrite::yes);
}

// Of all that decides which directories the driver searches by itself.
Digest key_of_built_in(const Session& session, const std::vector<std::string>& query) {
  Hasher hasher;
  hasher.add("directories searched, or not there, of", session.compiler.real_path)
      .add("size", session.compiler.facts.size);
  hasher.add("mtime", std::to_string(session.compiler.facts.mtime_ns));
  const auto is_relative = [](const std::string& folder) { return !path::is_absolute(folder); };
  for (const Input& input : session.ledger.inputs()) {
    if (input.role != Role::variable && input.role != Role::text_variable) continue;
    hasher.add(input.name, input.answer);
    // The driver leaves out what leads to one directory twice, which depends on where it stands.
    if (input.role == Role::text_variable &&
        std::ranges::any_of(path::split_list(input.answer), is_relative))
      hasher.add("in", session.working_directory);
  }
  for (const std::string& word : query) {
    hasher.add("word", word);
    // Which of a relative root's folders are there is another matter in each directory.
    if (word.find("sysroot") != std::string::npos) hasher.add("in", session.working_directory);
  }
  return hasher.finish();
}

// The driver is asked once; none where it does not answer.
std::vector<std::string> built_in_directories(const Session& session,
                                              const std::vector<std::string>& query,
                                              const Digest& key) {
  if (auto list = known(session, key); !list.empty()) return list;
  const auto done = ask_driver(session, query);
  if (!done || done->exit_code != 0) return {};
  std::vector<std::string> out = parse_search_directories(done->err);
  make_known(session, key, out);
  return out;
}

// Under which the names in the driver's directories are kept from run to run.
Digest key_of_names(const Digest& built_in) {
  return Hasher().add("names, folders marked, in directories of", built_in).finish();
}

std::string known_names(const Session& session, const Digest& built_in) {
  std::vector<std::string> found = known(session, key_of_names(built_in));
  return found.empty() ? std::string() : std::move(found.front());
}

// Where the compiler looks for headers, in its order: the source's own folder, then by kind, each
// kind as typed.
std::vector<std::string> search_order(const Session& session, const Invocation& call,
                                      const std::vector<std::string>& built_in) {
  std::vector<std::string> out = {std::string(path::directory(call.source))};
  const auto add = [&](SearchDirectory::Kind kind) {
    for (const SearchDirectory& directory : call.search.directories)
      if (directory.kind == kind) out.push_back(directory.path);
  };
  if (call.search.working_directory_first) out.emplace_back(".");
  add(SearchDirectory::Kind::quote);
  add(SearchDirectory::Kind::angle);
  // Among `built_in` too, but it comes before -isystem.
  for (std::string& folder : path::split_list(session.ledger.variable("CPATH").value_or("")))
    out.push_back(std::move(folder));
  add(SearchDirectory::Kind::system);
  out.insert(out.end(), built_in.begin(), built_in.end());
  add(SearchDirectory::Kind::after);
  return out;
}

}  // namespace

HeaderSearch::Folders::Folders(const Session& session, const Invocation& call)
    : built_in_key(key_of_built_in(session, search_query_words(call))),
      built_in(built_in_directories(session, search_query_words(call), built_in_key)),
      order(search_order(session, call, built_in)),
      names(session.system.fs, session.started_ns, built_in, known_names(session, built_in_key)) {}

HeaderSearch::Folders& HeaderSearch::folders() {
  if (!folders_) folders_.emplace(session_, call_);
  return *folders_;
}

bool HeaderSearch::may_exist(const std::string& path) {
  const std::string folder(path::directory(path));
  const auto [known, is_new] = facts_.try_emplace(folder);
  if (is_new) {
    const auto facts = session_.system.fs.stat(folder);
    if (facts && facts->kind == FileKind::directory) known->second = *facts;
  }
  if (!known->second) return false;
  const NameList* const names = folders().names.of(folder, *known->second);
  return names == nullptr || names->contains(folded_name(std::string(path::file_name(path))));
}

HeaderSearch::Hidden HeaderSearch::hidden_precompiled_headers() {
  Hidden out;
  if (call_.family != Family::gcc || call_.already_preprocessed) return out;
  const auto source = session_.files.read_again(call_.source);
  const std::vector<LeadingInclude> includes =
      source ? leading_includes(*source) : std::vector<LeadingInclude>();
  for (const LeadingInclude& include : includes) {
    for (const std::string& folder : folders().order) {
      const std::string header = path::join(folder, include.name);
      add_hidden(header + ".gch", out);
      // For <X> some of the folders do not count, so that the search may go on behind an X.
      if (include.quoted && exists(header)) break;
    }
  }
  std::ranges::sort(out.files);
  out.files.erase(std::unique(out.files.begin(), out.files.end()), out.files.end());
  return out;
}

// A directory of that name holds several. What the command line names, or makes, is known.
void HeaderSearch::add_hidden(const std::string& precompiled, Hidden& out) {
  if (!exists(precompiled)) return;
  const auto is_known = [&](const std::string& path) {
    return path::normal(path) == path::normal(call_.object.path) ||
           std::ranges::find(call_.pch.files, path) != call_.pch.files.end();
  };
  const auto items = session_.system.fs.list(precompiled);
  if (!items) {
    if (!is_known(precompiled)) out.files.push_back(precompiled);
    return;
  }
  for (const DirectoryItem& item : *items) {
    const std::string file = path::join(precompiled, item.name);
    if (is_known(file)) continue;
    out.files.push_back(file);
    out.in_directory = true;
  }
}

// Not through session.files: in depend mode headers are looked at after the compile.
bool HeaderSearch::exists(const std::string& path) {
  return may_exist(path) && session_.system.fs.stat(path);
}

bool HeaderSearch::watch(ManifestEntry& entry) {
  Folders& found = folders();
  const bool watched =
      watch_directories(session_.system.fs, found.names, entry, found.order, session_.started_ns);
  // Messages may tell that a directory is missing, and what could come to be there was never seen.
  for (const SearchDirectory& directory : call_.search.directories)
    if (!session_.system.fs.stat(directory.path) &&
        std::ranges::find(entry.directories, directory.path, &WatchedDirectory::path) ==
            entry.directories.end())
      entry.directories.push_back({.path = directory.path, .names = {}});
  if (auto learned = found.names.to_keep())
    make_known(session_, key_of_names(found.built_in_key), {std::move(*learned)});
  return watched;
}

}  // namespace deja

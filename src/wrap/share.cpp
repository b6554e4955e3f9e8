// The shared file lies in the store as a copy that is made for speed: it goes first in a clean-up.
#include "wrap/share.h"

#include <optional>

#include "base/path.h"

namespace deja {

namespace {

std::optional<Share> sharing(const Config& config) {
  if (!config.remote_storage.empty() || config.read_only || config.read_only_direct)
    return std::nullopt;
  if (config.file_clone) return Share::clone;
  return config.hard_link ? std::optional(Share::link) : std::nullopt;
}

bool is_plain_file(const Session& session, const std::string& path) {
  const auto facts = session.system.fs.lstat(path);
  return facts && facts->kind == FileKind::regular;
}

}  // namespace

void keep_shared(const Session& session, const Invocation& call, const Digest& result) {
  const auto how = sharing(session.config);
  if (!how || !is_plain_file(session, call.object.path)) return;
  const auto done = session.store.adopt(result, EntryKind::hot_copy, call.object.path, *how);
  if (!done) session.log.add_first("share", "The object is a copy: " + done.error().text());
}

bool deliver_shared(const Session& session, const Digest& result, const std::string& output,
                    const std::string& bytes) {
  Fs& fs = session.system.fs;
  const auto how = sharing(session.config);
  if (!how) return false;
  const std::string file = session.store.path_of(result, EntryKind::hot_copy);
  std::string kept;
  if (!fs.read(file, kept) || kept != bytes) return false;
  const auto there = fs.lstat(output);
  if (there && there->kind != FileKind::regular) return false;
  const std::string beside = fs.temporary_name(std::string(path::directory(output)), ".deja");
  if (!fs.share(file, beside, *how)) return false;
  // Newer than its sources, for make.
  const bool made = fs.touch(beside) && fs.rename(beside, output, Overwrite::yes);
  // Of two names of one file a rename takes neither away.
  (void)fs.remove(beside);
  return made;
}

}  // namespace deja

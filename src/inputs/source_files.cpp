// One memory for every path of a run: facts, digest, traits.
#include "inputs/source_files.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "inputs/code_digest.h"

namespace deja {

constexpr std::size_t piece_size = 64 * 1024;  // bytes; read at once

SourceFiles::SourceFiles(Fs& fs, DigestCache* digests, std::int64_t started_ns)
    : fs_(fs), digests_(digests), started_ns_(started_ns) {}

Result<FileFacts> SourceFiles::facts(const std::string& path) {
  if (const auto known = facts_.find(path); known != facts_.end()) return known->second;
  return facts_.emplace(path, fs_.stat(path)).first->second;
}

Result<const SourceFile*> SourceFiles::get(const std::string& path) {
  if (const auto known = files_.find(path); known != files_.end()) return &known->second;
  std::optional<FileFacts> large;
  if (digests_ != nullptr) {
    const auto seen = facts(path);
    if (!seen) return seen.error();
    if (const auto remembered = digests_->find(*seen))
      return &files_.emplace(path, SourceFile{*seen, remembered->content, remembered->traits})
                  .first->second;
    if (seen->size > piece_size) large = *seen;
  }
  const auto file = large ? read_in_pieces(path, *large) : read(path);
  if (!file) return file.error();
  facts_.insert_or_assign(
      path, file->facts);  // what was read counts, should the name have moved since the stat
  // The run's start stands for the time of reading: earlier, so never too trusting.
  if (digests_ != nullptr && is_settled(file->facts, started_ns_))
    digests_->remember(file->facts, {file->content, file->traits});
  return &files_.emplace(path, *file).first->second;
}

Result<SourceFile> SourceFiles::read(const std::string& path) {
  const auto facts = fs_.read(path, buffer_);
  if (!facts) return facts.error();
  const bool is_text = !is_precompiled(buffer_);
  return SourceFile{*facts, digest_of(buffer_),
                    is_text ? scan_source(buffer_).traits : SourceTraits()};
}

// A source of 5 MB then takes no more memory than a small one, and less time: each page of memory
// costs a page fault.
Result<SourceFile> SourceFiles::read_in_pieces(const std::string& path, const FileFacts& seen) {
  Hasher digest;  // of one untagged stream: digest_of() of the whole
  SourceScanner scanner;
  bool is_text = true;
  for (std::uint64_t at = 0; at < seen.size; at += piece_size) {
    const auto piece = fs_.read_part(path, at, piece_size);
    if (!piece) return piece.error();
    digest.continue_stream(*piece);
    if (at == 0) is_text = !is_precompiled(*piece);
    if (is_text) scanner.feed(*piece);
  }
  const auto now = fs_.stat(path);
  if (!now || !now->same_content_as(seen)) return Error{"read", path, "it changes"};
  return SourceFile{seen, digest.finish(), scanner.finish().traits};
}

Digest SourceFiles::code(const std::string& path, const SourceFile& file) {
  // A comment that says so silences a warning.
  if (file.traits.falls_through) return file.content;
  const Digest name = Hasher().add("code of", file.content).finish();
  if (digests_ != nullptr)
    if (const auto known = digests_->find(name)) return *known;
  const auto content = read_again(path);
  if (!content || is_precompiled(*content) || digest_of(*content) != file.content)
    return file.content;
  const Digest code = code_digest(*content).value_or(file.content);
  if (digests_ != nullptr) digests_->remember(name, code);
  return code;
}

Digest SourceFiles::key_digest(const SourceFile& file, const Digest& stands_for,
                               std::string_view today, bool ignore_time_macros,
                               bool with_mtime) const {
  const bool dated = file.traits.date_macro && !ignore_time_macros;
  const bool stamped = with_mtime || (file.traits.timestamp_macro && !ignore_time_macros);
  if (!dated && !stamped) return stands_for;
  Hasher hasher;
  hasher.add("content", stands_for);
  if (dated) hasher.add("today", today);
  if (stamped) hasher.add("mtime", static_cast<std::uint64_t>(file.facts.mtime_ns));
  return hasher.finish();
}

bool SourceFiles::too_new(const FileFacts& facts, bool ignore_mtime, bool ignore_ctime) const {
  return (!ignore_mtime && facts.mtime_ns >= started_ns_) ||
         (!ignore_ctime && facts.ctime_ns >= started_ns_);
}

bool SourceFiles::still_same(const std::string& path) {
  const auto known = files_.find(path);
  if (known == files_.end()) return false;
  const SourceFile& file = known->second;
  auto now = fs_.stat(path);
  if (!now || !now->same_content_as(file.facts)) return false;
  if (is_settled(file.facts, started_ns_)) return true;
  auto read = fs_.read(path, buffer_);
  return read && digest_of(buffer_) == file.content;
}

Result<std::string> SourceFiles::read_again(const std::string& path) {
  std::string bytes;
  auto read = fs_.read(path, bytes);
  if (!read) return read.error();
  return bytes;
}

}  // namespace deja

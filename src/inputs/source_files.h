// The sources and headers of one run: each path is stat'ed and read at most once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/digest.h"
#include "base/result.h"
#include "base/trust.h"
#include "inputs/digest_cache.h"
#include "inputs/source_scan.h"
#include "sys/system.h"

namespace deja {

// From then on equal facts mean equal content (base/trust.h).
inline bool is_settled(const FileFacts& facts, std::int64_t now_ns) {
  return is_settled(facts.mtime_ns, facts.ctime_ns, now_ns);
}

struct SourceFile {
  FileFacts facts;
  Digest content;
  SourceTraits traits;
};

class SourceFiles {
 public:
  // `digests` may be null (inode_cache off). `started_ns`: the run's start by Clock::file_now_ns().
  SourceFiles(Fs& fs, DigestCache* digests, std::int64_t started_ns);

  // Facts of `path`, from memory after the first time (failures too).
  Result<FileFacts> facts(const std::string& path);
  // Facts, digest and traits; read (into one reused buffer, a large file in pieces) only when
  // neither this run nor the digest cache knows it. The pointer stays valid as long as this object.
  Result<const SourceFile*> get(const std::string& path);
  // What stands for the file in a key: its content; with a date macro (`today`, "YYYY-MM-DD") or
  // its own time (its mtime) mixed in, unless `ignore_time_macros`. `with_mtime`: that in any case.
  Digest key_digest(const SourceFile& file, std::string_view today, bool ignore_time_macros,
                    bool with_mtime = false) const {
    return key_digest(file, file.content, today, ignore_time_macros, with_mtime);
  }
  // The same of what else stands for it: its code.
  Digest key_digest(const SourceFile& file, const Digest& stands_for, std::string_view today,
                    bool ignore_time_macros, bool with_mtime = false) const;
  // What stands for `file` where its comments do not matter: the digest of its code
  // (inputs/code_digest.h), or its content, where only that tells. The file at `path` is read
  // unless the digest cache knows.
  Digest code(const std::string& path, const SourceFile& file);
  // True when the file may have changed since the run began: mtime or ctime at or after its start.
  bool too_new(const FileFacts& facts, bool ignore_mtime, bool ignore_ctime) const;
  // After the compile: stats `path` again and tells whether it is still the file that get() saw; a
  // file whose times are too new to tell is read again and compared by content. False for a path
  // that get() never saw.
  bool still_same(const std::string& path);
  // The file's content, for the rare caller that needs it again (probed names).
  Result<std::string> read_again(const std::string& path);

 private:
  // Reads and judges `path`; in pieces, where its facts were `seen` before.
  Result<SourceFile> read(const std::string& path);
  Result<SourceFile> read_in_pieces(const std::string& path, const FileFacts& seen);

  Fs& fs_;
  DigestCache* digests_;
  std::int64_t started_ns_;
  std::unordered_map<std::string, Result<FileFacts>> facts_;
  std::unordered_map<std::string, SourceFile> files_;
  std::string buffer_;
};

}  // namespace deja

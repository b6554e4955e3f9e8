// Content digests remembered by (device, inode, size, mtime, ctime): one file of fixed slots that all processes share without a lock.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/digest.h"
#include "cache/source_scan.h"
#include "sys/system.h"

namespace deja {

struct RememberedDigest {
  Digest content;
  SourceTraits traits;
};

// A slot carries its own checksum, so a torn or foreign slot is simply not there; the last writer of a slot wins.
class DigestCache {
 public:
  // `file`: path of the slot file, created when absent. Never fails: what cannot be read or written is not remembered.
  DigestCache(Fs& fs, std::string file);
  ~DigestCache();

  std::optional<RememberedDigest> find(const FileFacts& facts);
  // The caller has made sure that the file was at least 2 s old when it was read.
  void remember(const FileFacts& facts, const RememberedDigest& digest);

 private:
  Fs& fs_;
  std::string file_;
  std::unique_ptr<RandomFile> slots_;
  bool opened_ = false;
};

}  // namespace deja

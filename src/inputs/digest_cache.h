// Content digests remembered by (device, inode, size, mtime, ctime): one file of fixed slots that
// all processes share without a lock. Byte layout: docs/formats.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/digest.h"
#include "inputs/source_scan.h"
#include "sys/system.h"

namespace deja {

struct RememberedDigest {
  Digest content;
  SourceTraits traits;
};

// A slot carries its own checksum, so a torn or foreign slot is simply not there; the last writer
// of a slot wins. Positioned reads and writes, no mapping: a full disk then is an error, not a
// signal.
class DigestCache {
 public:
  // `file`: path of the slot file, created when absent, small at first. It grows where files no
  // longer find room, up to a 64th of `max_size` (bytes; 0: as far as it can). Never fails: what
  // cannot be read or written is not remembered.
  DigestCache(Fs& fs, std::string file, std::uint64_t max_size = 0);
  ~DigestCache();

  std::optional<RememberedDigest> find(const FileFacts& facts);
  // The caller has made sure that the file was at least 2 s old when it was read.
  void remember(const FileFacts& facts, const RememberedDigest& digest);

  // A digest that was remembered for something else than a file, by the digest of its name.
  std::optional<Digest> find(const Digest& name);
  void remember(const Digest& name, const Digest& digest);

 private:
  enum class State : unsigned char { closed, absent, open, broken };

  // Opens the file once; an absent folder is made only for a writer.
  bool open(bool to_write);
  // Puts a file of so many pages, `filled` ones among them, in the place of the one that is there.
  bool start_anew(std::uint64_t pages,
                  const std::unordered_map<std::uint64_t, std::string>& filled);
  // False where it is as large as it may be.
  bool grow();
  // The page's bytes, read once a run; zeros where the file ends before it.
  std::string& load_page(std::uint64_t number);

  Fs& fs_;
  std::string file_;
  std::uint64_t max_size_;
  std::uint64_t pages_in_file_ = 0;
  State state_ = State::closed;
  std::unique_ptr<RandomFile> slots_;
  std::unordered_map<std::uint64_t, std::string> pages_;
};

}  // namespace deja

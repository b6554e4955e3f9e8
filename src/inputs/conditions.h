// What a result rests on beside its key: what its compile was seen to read, to list and to ask for
// in vain. It is kept in the result itself and looked at before that is served. Byte layout:
// docs/formats.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/reason.h"
#include "base/result.h"
#include "inputs/ledger.h"
#include "inputs/source_files.h"

namespace deja {

// Where names begin that another caller has elsewhere.
struct Places {
  std::string compiler;  // the directory that the compiler's bin is in; "" for none
  std::string home;
};

struct Condition {
  enum class Kind : std::uint8_t {
    same_facts,    // a file of the toolchain: size and mtime
    same_content,  // any other file: digest
    absent,        // nothing has that name
    present,       // something has, of the same kind
    none_of,       // a directory has none of these names, or is not there
    same_names,    // a directory that was listed has the very same names: digest
  };
  enum class Base : std::uint8_t { as_named, compiler, home };

  Kind kind = Kind::absent;
  Base base = Base::as_named;
  std::string path;  // below the base; as_named: relative to the working directory, or absolute
  std::uint64_t size = 0;  // of a file; present: the FileKind
  // Of a file, or of a directory: as long as its own agree, no name came or went. 0: too young to
  // tell.
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  Digest digest;
  std::vector<std::string> names;

  bool operator==(const Condition&) const = default;
};

// The path of a condition for this caller.
std::string path_of(const Condition& condition, const Places& places);
// The reverse: `path` (absolute) as seen from the longest of the places that it is below.
void set_path(Condition& condition, std::string_view path, std::string_view working_directory,
              const Places& places);

std::string encode_conditions(std::span<const Condition> conditions);
// Cause::corrupt names what is wrong.
Result<std::vector<Condition>> decode_conditions(std::string_view bytes);

// The digest of all names in a directory, in any order.
Digest digest_of_names(std::span<const DirectoryItem> items);

// What rests on them rests on these files, names and directories.
void write_down(Ledger& ledger, std::span<const Condition> conditions, const Places& places,
                SourceFiles& files);

// The first that does not hold for the files as they are now; nullopt: all do.
std::optional<Reason> first_broken(std::span<const Condition> conditions, const Places& places,
                                   Fs& fs, SourceFiles& files);

}  // namespace deja

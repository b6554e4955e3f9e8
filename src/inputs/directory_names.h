// The names in directories, and those of the compiler's own directories kept from one run to the
// next.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sys/fs.h"

namespace deja {

// `name` as the system compares names: in lower case where it ignores case.
std::string folded_name(std::string name);

// The folded names in a directory, sorted; that of a folder with a '/' behind it, for a folder that
// becomes a file is another name.
class NameList {
 public:
  // Each name ended by a zero byte. `links`: those that are links, as far as that is known.
  explicit NameList(std::string_view joined, std::vector<std::string> links = {});
  NameList(const NameList&) = delete;
  NameList& operator=(const NameList&) = delete;

  std::span<const std::string_view> names() const { return names_; }
  bool contains(std::string_view folded) const;  // a folder's name without the '/'
  const std::vector<std::string>& links() const { return links_; }
  std::string_view joined() const { return joined_; }

 private:
  std::string joined_;
  std::vector<std::string_view> names_;  // in joined_
  std::vector<std::string> links_;
};

Result<std::unique_ptr<const NameList>> list_names(Fs& fs, const std::string& path);

// Lists each directory once, or not at all: where facts tell that it rests as an earlier run saw
// it, its names are taken from there. A system's headers lie in some twenty directories with
// thousands of names, and listing them took a third of what a miss costs.
class DirectoryNames {
 public:
  // `roots`: the directories below which names are kept. `kept`: what to_keep() of an earlier run
  // gave, "" for nothing; not trusted to be whole. `started_ns`: the run's start by
  // Clock::file_now_ns().
  DirectoryNames(Fs& fs, std::int64_t started_ns, std::vector<std::string> roots = {},
                 std::string kept = {});
  DirectoryNames(const DirectoryNames&) = delete;  // names are kept as views into `kept`
  DirectoryNames& operator=(const DirectoryNames&) = delete;

  // Null when it cannot be listed. `facts` were taken before, so that names which come between the
  // two show later as changed facts.
  const NameList* of(const std::string& path, const FileFacts& facts);

  // For the next run; nullopt when there is nothing that `kept` did not have.
  std::optional<std::string> to_keep() const;

 private:
  struct Resting {
    std::uint64_t device, inode;
    std::int64_t mtime_ns, ctime_ns;
    std::string_view joined;
    bool operator==(const Resting&) const = default;
  };
  bool worth_keeping(const std::string& path, const FileFacts& facts) const;
  void read_kept();

  Fs& fs_;
  std::int64_t started_ns_;
  std::vector<std::string> roots_;
  std::string kept_;
  std::map<std::string, Resting, std::less<>> resting_;
  std::map<std::string, std::unique_ptr<const NameList>> lists_;  // null: cannot be listed
  bool learned_ = false;
};

}  // namespace deja

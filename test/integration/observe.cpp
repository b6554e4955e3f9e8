// What lib.sh does around every compile, in one process that serves a whole test: to start
// programs for it took half of a test's time. A request on stdin is the number of its words and
// the words, each ended by a zero byte; the answer is one line.
//
//   snapshot W INPUTS           INPUTS becomes a copy of W, times included
//   collect W INPUTS RUN INTO   INTO becomes RUN, with what was made or changed below W since the
//                               snapshot in INTO/files, a line for each in INTO/listing, and the
//                               inputs that vanished in INTO/removed; W is as it was again
//   same A B                    "yes" where two such folders hold the same
//   mark CACHE                  remembers the cache's statistics
//   ended CACHE                 how the runs since ended: "direct+miss", "nothing"; remembers, too
//   end                         ends, without an answer
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "base/outcome.h"
#include "store/stats.h"
#include "sys/system.h"

namespace fs = std::filesystem;

namespace {

struct stat facts_of(const fs::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0)
    throw std::system_error(errno, std::generic_category(), path);
  return found;
}

bool is_there(const fs::path& path) {
  return fs::symlink_status(path).type() != fs::file_type::not_found;
}

bool is_folder(const fs::path& path) {
  return fs::symlink_status(path).type() == fs::file_type::directory;
}

// As `cp -aP` copies: links as links, modes and times kept.
void copy_as_is(const fs::path& from, const fs::path& to) {
  const struct stat facts = facts_of(from);
  if (S_ISLNK(facts.st_mode)) {
    fs::copy_symlink(from, to);
  } else if (S_ISDIR(facts.st_mode)) {
    fs::create_directory(to);
    for (const auto& entry : fs::directory_iterator(from))
      copy_as_is(entry.path(), to / entry.path().filename());
  } else if (S_ISREG(facts.st_mode)) {
    fs::copy_file(from, to);
  } else if (::mknod(to.c_str(), facts.st_mode, facts.st_rdev) != 0) {
    throw std::system_error(errno, std::generic_category(), to);
  }
  const timespec times[] = {facts.st_atim, facts.st_mtim};
  if (!S_ISLNK(facts.st_mode)) ::chmod(to.c_str(), facts.st_mode & 07777);
  ::utimensat(AT_FDCWD, to.c_str(), times, AT_SYMLINK_NOFOLLOW);
}

// Tests mount file systems of their own below W.
void move_as_is(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  fs::rename(from, to, failure);
  if (failure != std::errc::cross_device_link) {
    if (failure) throw fs::filesystem_error("move", from, to, failure);
    return;
  }
  copy_as_is(from, to);
  fs::remove(from);
}

// Whether a run left what has this name as it was. Links count by being there, files by their time.
bool is_unchanged(const fs::path& before, const fs::path& now) {
  if (!is_there(before)) return false;
  const struct stat a = facts_of(before);
  const struct stat b = facts_of(now);
  if ((a.st_mode & S_IFMT) != (b.st_mode & S_IFMT)) return false;
  return !S_ISREG(a.st_mode) ||
         (a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec);
}

class Collector {
 public:
  Collector(fs::path work, fs::path inputs, fs::path into)
      : work_(std::move(work)), inputs_(std::move(inputs)), into_(std::move(into)) {}

  void collect() {
    take_changes("");
    std::ofstream listing(into_ / "listing");
    for (const std::string& line : lines_) listing << line << '\n';
    for (const auto& entry : fs::directory_iterator(inputs_)) restore(entry.path().filename());
  }

 private:
  // Files before their folder: of one that is new the files are taken out first.
  void take_changes(const fs::path& folder) {
    std::set<fs::path> names;
    for (const auto& entry : fs::directory_iterator(work_ / folder))
      names.insert(folder / entry.path().filename());
    for (const fs::path& name : names) {
      const fs::path now = work_ / name;
      if (is_folder(now)) take_changes(name);
      if (is_unchanged(inputs_ / name, now)) continue;
      lines_.insert(line_of(name));
      const fs::path to = into_ / "files" / name;
      fs::create_directories(to.parent_path());
      if (!is_folder(now)) {
        move_as_is(now, to);
      } else {
        fs::create_directories(to);
        fs::remove(now);
      }
    }
  }

  std::string line_of(const fs::path& name) const {
    const struct stat facts = facts_of(work_ / name);
    char mode[16];
    std::snprintf(mode, sizeof mode, "%o ", static_cast<unsigned>(facts.st_mode));
    return mode + name.string() +
           (S_ISLNK(facts.st_mode) ? " -> " + fs::read_symlink(work_ / name).string() : "");
  }

  void restore(const fs::path& name) {
    const fs::path before = inputs_ / name;
    if (is_there(work_ / name)) {
      if (!is_folder(before)) return;
      for (const auto& entry : fs::directory_iterator(before))
        restore(name / entry.path().filename());
      return;
    }
    if (!is_there(into_ / "files" / name))
      std::ofstream(into_ / "removed", std::ios::app) << name.string() << '\n';
    copy_as_is(before, work_ / name);
  }

  const fs::path work_, inputs_, into_;
  std::set<std::string> lines_;
};

// Each name below `folder` with what is there: a file's bytes, a link's target.
std::map<std::string, std::string> contents_of(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::string& content = out[entry.path().lexically_relative(folder).string()];
    if (entry.is_symlink()) {
      content = "link to " + fs::read_symlink(entry.path()).string();
    } else if (entry.is_regular_file()) {
      std::ifstream file(entry.path(), std::ios::binary);
      content = "file " + std::string(std::istreambuf_iterator<char>(file), {});
    }
  }
  return out;
}

// The statistics as they were when they were last looked at.
class Endings {
 public:
  void mark(const std::string& cache) { seen_ = counts_of(cache); }

  // The ways in which runs ended since, joined by '+'.
  std::string since(const std::string& cache) {
    const deja::Counts now = counts_of(cache);
    std::string out;
    for (const deja::OutcomeRow& row : deja::outcomes)
      if (now[row.outcome] != seen_[row.outcome] && !word_of(row).empty())
        out += (out.empty() ? "" : "+") + word_of(row);
    seen_ = now;
    return out.empty() ? "nothing" : out;
  }

 private:
  static deja::Counts counts_of(const std::string& cache) {
    const auto totals = deja::Stats(deja::native_system(), cache).read();
    return totals ? totals->counts : deja::Counts();  // nothing is counted in a cache that is none
  }

  // What lib.sh calls an ending; nothing for what is counted on the way to one.
  static std::string word_of(const deja::OutcomeRow& row) {
    using deja::Outcome;
    if (row.outcome == Outcome::direct_cache_hit) return "direct";
    if (row.outcome == Outcome::preprocessed_cache_hit) return "preprocessed";
    if (row.outcome == Outcome::cache_miss) return "miss";
    const bool ends =
        row.group == deja::OutcomeGroup::uncacheable || row.group == deja::OutcomeGroup::error;
    return ends ? std::string(row.id) : std::string();
  }

  deja::Counts seen_;
};

std::string answer(const std::vector<std::string>& words, Endings& endings) {
  const std::string verb = words.empty() ? "" : words[0];
  if (verb == "snapshot" && words.size() == 3) {
    fs::remove_all(words[2]);
    copy_as_is(words[1], words[2]);
    return "done";
  }
  if (verb == "collect" && words.size() == 5) {
    const fs::path run = words[3];
    const fs::path into = words[4];
    fs::remove_all(into);
    fs::rename(run, into);
    fs::create_directory(run);
    fs::create_directory(into / "files");
    Collector(words[1], words[2], into).collect();
    return "done";
  }
  if (verb == "same" && words.size() == 3)
    return contents_of(words[1]) == contents_of(words[2]) ? "yes" : "no";
  if (verb == "mark" && words.size() == 2) {
    endings.mark(words[1]);
    return "done";
  }
  if (verb == "ended" && words.size() == 2) return endings.since(words[1]);
  throw std::runtime_error("no such request: " + verb);
}

bool read_request(std::vector<std::string>& words) {
  std::string count;
  if (!std::getline(std::cin, count, '\0')) return false;
  words.resize(std::stoul(count));
  for (std::string& word : words) std::getline(std::cin, word, '\0');
  return std::cin && !words.empty() && words[0] != "end";
}

}  // namespace

int main() {
  Endings endings;
  std::vector<std::string> words;
  while (read_request(words)) {
    try {
      std::cout << answer(words, endings) << std::endl;
    } catch (const std::exception& problem) {
      std::cout << "failed: " << problem.what() << std::endl;
    }
  }
}

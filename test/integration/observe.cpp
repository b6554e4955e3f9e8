// What lib.sh does around every compile, in one process: find, mv, cp, rm, sort and diff took a
// third of a test's time.
//
//   observe snapshot W INPUTS           INPUTS becomes a copy of W, times included
//   observe collect W INPUTS RUN INTO   INTO becomes RUN, with what was made or changed below W
//   since the snapshot in INTO/files, a line
//                                       for each in INTO/listing, and the inputs that vanished in
//                                       INTO/removed; W is as it was again
//   observe same A B                    exit code 0 where two such folders hold the same
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <system_error>

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

int run(const std::string& verb, char** words, int count) {
  if (verb == "snapshot" && count == 2) {
    fs::remove_all(words[1]);
    copy_as_is(words[0], words[1]);
    return 0;
  }
  if (verb == "collect" && count == 4) {
    const fs::path into = words[3];
    fs::remove_all(into);
    fs::rename(words[2], into);
    fs::create_directory(words[2]);
    fs::create_directory(into / "files");
    Collector(words[0], words[1], into).collect();
    return 0;
  }
  if (verb == "same" && count == 2) return contents_of(words[0]) == contents_of(words[1]) ? 0 : 1;
  std::fputs("usage: observe snapshot W INPUTS | collect W INPUTS RUN INTO | same A B\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "", argv + 2, argc - 2);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "observe: %s\n", problem.what());
    return 2;
  }
}

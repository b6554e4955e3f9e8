// Every row of the option tables against the installed drivers: does an option take the word that
// follows it? Compilers that are not installed are skipped.
#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "compiler/options.h"

namespace deja {
namespace {

// Both streams of a shell command.
std::string output_of(const std::string& command) {
  std::string out;
  std::FILE* pipe = popen((command + " 2>&1 </dev/null").c_str(), "r");
  if (!pipe) return out;
  std::array<char, 4096> buffer;
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
    out.append(buffer.data(), size);
  pclose(pipe);
  return out;
}

// A folder with a.c and b.c, left when the process ends.
const std::string& folder() {
  static const std::string path = [] {
    char name[] = "/tmp/deja-conformance-XXXXXX";
    const char* made = mkdtemp(name);
    REQUIRE(made != nullptr);
    const std::string in = made;
    for (const char* file : {"/a.c", "/b.c"}) {
      std::FILE* out = std::fopen((in + file).c_str(), "w");
      REQUIRE(out != nullptr);
      std::fclose(out);
    }
    return in;
  }();
  return path;
}

struct RemoveFolder {
  ~RemoveFolder() {
    for (const char* file : {"/a.c", "/b.c"}) std::remove((folder() + file).c_str());
    std::remove(folder().c_str());
  }
} remove_folder;

struct Driver {
  const char* name;
  bool is_clang;

  bool installed() const { return output_of(std::string("command -v ") + name).size() > 1; }
  const CompilerOption* find(std::string_view word) const {
    return is_clang ? find_option(clang_options(), gcc_options(), word)
                    : find_option(gcc_options(), word);
  }

  enum class Took : unsigned char { yes, no, unknown };
  // Whether the driver takes `b.c` for the value of `word`; unknown when it refuses the word or
  // compiles nothing.
  Took takes_next(const std::string& word) const {
    const std::string text =
        output_of("cd " + folder() + " && exec " + name + " '-###' -c '" + word + "' b.c a.c");
    const bool refused = text.find("error:") != std::string::npos ||
                         text.find("unknown argument") != std::string::npos;
    if (refused || !compiles(text, "a.c")) return Took::unknown;
    return compiles(text, "b.c") ? Took::no : Took::yes;
  }

 private:
  bool compiles(const std::string& text, const std::string& file) const {
    return text.find(is_clang ? "\"-main-file-name\" \"" + file + "\""
                              : "-dumpbase " + file + " ") != std::string::npos;
  }
};

// clang++ is the same program as clang, under another name.
constexpr Driver drivers[] = {{"gcc", false}, {"g++", false}, {"clang-14", true}};

constexpr int least_known = 100;  // spellings; 150 and more are usual

// Spellings of a row: alone, and with its value joined.
std::vector<std::string> spellings(const CompilerOption& option) {
  const std::string name(option.name);
  switch (option.value) {
    case Value::joined_or_separate:
      return {name, name + "value"};
    case Value::equals_or_separate:
    case Value::optional_equals:
      return {name, name + "=value"};
    case Value::joined_and_separate:
      return {name + "value"};
    default:
      return {name};
  }
}

// Rows whose own effect keeps a.c and b.c from being told apart, that only deja knows, or that end
// the reading.
bool is_exempt(const CompilerOption& option) {
  return option.role == Role::refuse || option.role == Role::skip ||
         option.role == Role::end_of_options || option.role == Role::language;
}

// Checks what the driver tells of a row; how many spellings it told something of.
int check_row(const Driver& driver, const CompilerOption& option) {
  int known = 0;
  for (const std::string& word : spellings(option)) {
    if (driver.find(word) != &option) continue;  // another row reads this spelling
    const Driver::Took took = driver.takes_next(word);
    if (took == Driver::Took::unknown) continue;
    ++known;
    INFO(driver.name, " ", word);
    CHECK((took == Driver::Took::yes) == takes_next_word(option, word));
  }
  return known;
}

TEST_CASE("option forms: every row as the drivers read it") {
  for (const Driver& driver : drivers) {
    if (!driver.installed()) continue;
    int known = 0;
    for (const CompilerOption& option : gcc_options())
      if (!is_exempt(option)) known += check_row(driver, option);
    if (driver.is_clang)
      for (const CompilerOption& option : clang_options())
        if (!is_exempt(option)) known += check_row(driver, option);
    // Where the driver's text is no longer understood every row is unknown, and nothing checked.
    INFO(driver.name);
    CHECK(known >= least_known);
  }
}

// Names the driver itself offers, without values.
std::set<std::string> offered_names(const Driver& driver) {
  std::set<std::string> names;
  const std::string text = output_of(std::string(driver.name) +
                                     (driver.is_clang ? " --autocomplete=-" : " --completion=-"));
  for (std::string_view line : text::split(text, '\n')) {
    const std::string_view name = line.substr(0, line.find_first_of("\t "));
    const bool plain =
        name.find_first_not_of(
            "-_+.=#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
        std::string_view::npos;
    const std::size_t equals = name.find('=');
    if (name.size() > 1 && plain && (equals == std::string_view::npos || equals + 1 == name.size()))
      names.emplace(name);
  }
  return names;
}

// The words of `names` after which clang does not complain of a missing input: it took that for the
// value.
std::set<std::string> taking_next_in_clang(const Driver& driver,
                                           const std::set<std::string>& names) {
  std::set<std::string> taking;
  constexpr std::size_t batch = 40;
  auto name = names.begin();
  while (name != names.end()) {
    std::string command = "cd " + folder() + " && " + driver.name + " '-###' -c";
    std::vector<std::string> asked;
    for (; name != names.end() && asked.size() < batch; ++name) {
      command += " '" + *name + "' missing" + std::to_string(asked.size()) + ".c";
      asked.push_back(*name);
    }
    const std::string text = output_of(command + " a.c");
    for (std::size_t i = 0; i < asked.size(); ++i)
      if (text.find("'missing" + std::to_string(i) + ".c'") == std::string::npos)
        taking.insert(asked[i]);
  }
  return taking;
}

// The direction that matters most: an option that takes a word, read as one that does not, would
// make the word a source.
TEST_CASE("option forms: no option that takes a word is missing") {
  for (const Driver& driver : {drivers[0], drivers[2]}) {
    if (!driver.installed()) continue;
    std::set<std::string> candidates;
    for (const std::string& name : offered_names(driver)) {
      const CompilerOption* row = driver.find(name);
      // Options whose table row refuses them, and GCC's own long names that are not in the table,
      // are never read further.
      const bool read_on =
          row ? row->role != Role::refuse && !takes_next_word(*row, name) : !name.starts_with("--");
      if (read_on && (!row || row->role != Role::information)) candidates.insert(name);
    }
    REQUIRE(!candidates.empty());
    if (driver.is_clang) candidates = taking_next_in_clang(driver, candidates);
    for (const std::string& name : candidates) {
      INFO(driver.name, " ", name);
      CHECK(driver.takes_next(name) != Driver::Took::yes);
    }
  }
}

}  // namespace
}  // namespace deja

// Every row of the option tables against the installed drivers: does an option take the word that
// follows it? Compilers that are not installed are skipped.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <span>
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
    if (refuses(text) || !compiles(text, "a.c")) return Took::unknown;
    return compiles(text, "b.c") ? Took::no : Took::yes;
  }

  static bool refuses(const std::string& text) {
    return text.find("error:") != std::string::npos ||
           text.find("unknown argument") != std::string::npos;
  }

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
  return option.role() == OptionRole::refuse || option.role() == OptionRole::skip ||
         option.role() == OptionRole::end_of_options || option.role() == OptionRole::language;
}

// The words of `names` after which the driver does not compile a source of their own: it took that
// for the value, or ended before. A batch of which nothing is compiled is asked in halves.
std::vector<std::string> maybe_taking_next(const Driver& driver,
                                           std::span<const std::string> names) {
  std::string command = "cd " + folder() + " && " + driver.name + " '-###' -c";
  const auto source_of = [](std::size_t i) { return "missing" + std::to_string(i) + ".c"; };
  for (std::size_t i = 0; i < names.size(); ++i) command += " '" + names[i] + "' " + source_of(i);
  const std::string text = output_of(command + " a.c");
  const auto seen = [&](std::size_t i) {
    return text.find(driver.is_clang ? "'" + source_of(i) + "'"
                                     : "-dumpbase " + source_of(i) + " ") != std::string::npos;
  };
  std::vector<std::string> out;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!seen(i)) out.push_back(names[i]);
  if (out.size() < names.size() || names.size() < 2) return out;
  out = maybe_taking_next(driver, names.first(names.size() / 2));
  const auto rest = maybe_taking_next(driver, names.subspan(names.size() / 2));
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

// The same of all names, some at a time: a start of clang takes as long as a small compile.
std::set<std::string> maybe_taking_next_of_all(const Driver& driver,
                                               const std::vector<std::string>& names) {
  constexpr std::size_t batch = 32;
  std::set<std::string> out;
  for (std::size_t at = 0; at < names.size(); at += batch)
    for (std::string& name : maybe_taking_next(
             driver, std::span(names).subspan(at, std::min(batch, names.size() - at))))
      out.insert(std::move(name));
  return out;
}

// Whether the driver takes the word that follows each of `names`, all in one command. False too
// where it refuses one of them: then they have to be asked one by one.
bool take_next(const Driver& driver, std::span<const std::string> names) {
  std::string command = "cd " + folder() + " && exec " + driver.name + " '-###' -c";
  for (const std::string& name : names) command += " '" + name + "' b.c";
  const std::string text = output_of(command + " a.c");
  return !driver.refuses(text) && driver.compiles(text, "a.c") && !driver.compiles(text, "b.c");
}

// Those of `names` of which that is seen, a few at a time, for one refusal spoils it for all.
std::set<std::string> seen_to_take_next(const Driver& driver,
                                        const std::vector<std::string>& names) {
  constexpr std::size_t batch = 6;
  std::set<std::string> out;
  for (std::size_t at = 0; at < names.size(); at += batch) {
    const auto some = std::span(names).subspan(at, std::min(batch, names.size() - at));
    if (take_next(driver, some)) out.insert(some.begin(), some.end());
  }
  return out;
}

// The spellings that reach a row, by word.
std::map<std::string, const CompilerOption*> words_of(const Driver& driver) {
  std::map<std::string, const CompilerOption*> out;
  const auto add = [&](std::span<const CompilerOption> rows) {
    for (const CompilerOption& option : rows)
      for (std::string& word : is_exempt(option) ? std::vector<std::string>() : spellings(option))
        if (driver.find(word) == &option)  // else another row reads this spelling
          out[std::move(word)] = &option;
  };
  add(gcc_options());
  if (driver.is_clang) add(clang_options());
  return out;
}

TEST_CASE("option forms: every row as the drivers read it") {
  for (const Driver& driver : drivers) {
    if (!driver.installed()) continue;
    const auto rows = words_of(driver);
    std::vector<std::string> words;
    std::vector<std::string> takers;
    for (const auto& [word, option] : rows) {
      words.push_back(word);
      if (takes_next_word(*option, word)) takers.push_back(word);
    }
    const std::set<std::string> seen_to_take = seen_to_take_next(driver, takers);
    const std::set<std::string> asked_alone = maybe_taking_next_of_all(driver, words);
    int known = 0;  // spellings that the driver told something of
    for (const auto& row : rows) {
      const std::string& word = row.first;
      const CompilerOption* const option = row.second;
      // In company a word may pass that the driver refuses when it is alone.
      const bool ask = asked_alone.contains(word) || takes_next_word(*option, word);
      const Driver::Took took = seen_to_take.contains(word) ? Driver::Took::yes
                                : ask                       ? driver.takes_next(word)
                                                            : Driver::Took::no;
      if (took == Driver::Took::unknown) continue;
      ++known;
      INFO(driver.name, " ", word);
      CHECK((took == Driver::Took::yes) == takes_next_word(*option, word));
    }
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

// The direction that matters most: an option that takes a word, read as one that does not, would
// make the word a source.
TEST_CASE("option forms: no option that takes a word is missing") {
  for (const Driver& driver : {drivers[0], drivers[2]}) {
    if (!driver.installed()) continue;
    std::set<std::string> candidates;
    for (const std::string& name : offered_names(driver)) {
      // gcc refuses such a name without its value, which is joined to it.
      if (!driver.is_clang && name.ends_with('=')) continue;
      const CompilerOption* row = driver.find(name);
      // Options whose table row refuses them, and GCC's own long names that are not in the table,
      // are never read further.
      const bool read_on = row ? row->role() != OptionRole::refuse && !takes_next_word(*row, name)
                               : !name.starts_with("--");
      if (read_on && (!row || row->role() != OptionRole::information)) candidates.insert(name);
    }
    REQUIRE(!candidates.empty());
    const std::vector<std::string> all(candidates.begin(), candidates.end());
    for (const std::string& name : maybe_taking_next_of_all(driver, all)) {
      INFO(driver.name, " ", name);
      CHECK(driver.takes_next(name) != Driver::Took::yes);
    }
  }
}

}  // namespace
}  // namespace deja

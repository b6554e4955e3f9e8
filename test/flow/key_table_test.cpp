// The keys of command lines that differ in one thing, in process on fakes: flow/key_table.txt says
// of each pair whether it has one direct key, one key of the preprocessed text, or none.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "base/text.h"
#include "flow/flow_world.h"

namespace deja {

namespace {

constexpr std::size_t least_rows = 300;

struct KeyRow {
  int line = 0;
  std::string compiler, one, other, expected;
};

// "compiler | words | other words | what is expected", comments and empty lines aside.
std::vector<KeyRow> key_table() {
  std::ifstream file(DEJA_SOURCE_DIR "/test/flow/key_table.txt");
  std::vector<KeyRow> out;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.starts_with('#')) continue;
    std::vector<std::string> cells;
    for (std::string_view cell : text::split(line, '|')) cells.emplace_back(text::trim(cell));
    INFO("key_table.txt:", number);
    REQUIRE(cells.size() == 4);
    out.push_back({number, cells[0], cells[1], cells[2], cells[3]});
  }
  return out;
}

// What deja looks under for a call; `refusal` where it runs the compiler instead.
struct KeysOfCall {
  std::string direct, text, refusal;
};

// The rest of the line in the log behind `mark`, up to `end`.
std::string told(const std::string& log, std::string_view mark, char end) {
  const std::size_t at = log.find(mark);
  if (at == std::string::npos) return "";
  const std::size_t from = at + mark.size();
  return log.substr(from, log.find(end, from) - from);
}

// Two files of one content, so that only names differ, and one of another.
void put_files(FlowWorld& world) {
  for (const char* source : {"a.c", "b.c", "sub/a.c", "a.cc", "a.S", "a.i", "a.m"})
    world.fs.put(std::string("/src/") + source, "int a;\n");
  for (const char* header : {"one/h.h", "two/h.h", "list", "other_list", "data.gcda", "cl.rsp"})
    world.fs.put(std::string("/src/") + header, "");
  world.fs.put("/src/third/h.h", "int h;\n");
  world.fs.put("/src/o2.rsp", "-O2\n");
  world.fs.put("/src/o3.rsp", "-O3\n");
  for (const char* name : {"/usr/bin/g++", "/usr/bin/clang-14", "/usr/bin/clang++-14"})
    world.processes.on(name, [&world](const Command& command, FakeFs&) {
      Command as_gcc = command;
      as_gcc.program = "/usr/bin/gcc";
      return *world.processes.run(as_gcc);
    });
}

// Words NAME=value in front are variables; a call that names no source is of a.c.
KeysOfCall keys_of_call(const std::string& compiler, const std::string& call) {
  FlowWorld world;
  put_files(world);
  world.env.variables["CCACHE_LOGFILE"] = "/log";
  world.env.variables["CCACHE_READONLY"] = "1";
  world.env.variables["CCACHE_COMPILERCHECK"] = "none";
  std::vector<std::string> words = {compiler};
  bool in_front = true;
  bool is_whole = false;
  std::istringstream in(call);
  for (std::string word; in >> word;) {
    const std::size_t equals = word.find('=');
    in_front = in_front && word[0] >= 'A' && word[0] <= 'Z' && equals != std::string::npos;
    if (in_front) {
      world.env.variables[word.substr(0, equals)] = word.substr(equals + 1);
      continue;
    }
    is_whole = is_whole || word == "-c" || word == "-S" || word == "-E" || word == "=";
    if (word != "=") words.push_back(word);
  }
  if (!is_whole) words.insert(words.end(), {"-c", "a.c", "-o", "a.o"});
  wrap(world.system, words);
  const std::string log = world.fs.get("/log");
  KeysOfCall out{told(log, "No manifest ", ':'), told(log, "No result ", '\n'),
                 told(log, "Run the real compiler: ", '\n')};
  out.refusal = told(out.refusal, "(", '\n');
  if (out.refusal.ends_with(')')) out.refusal.pop_back();
  // Nothing was found, as was to be.
  if (out.refusal == "read-only") out.refusal.clear();
  return out;
}

const KeysOfCall& known_keys_of_call(const std::string& compiler, const std::string& call) {
  static std::map<std::pair<std::string, std::string>, KeysOfCall> known;
  const auto [at, is_new] = known.try_emplace({compiler, call});
  if (is_new) at->second = keys_of_call(compiler, call);
  return at->second;
}

std::string relation_of(const KeyRow& row) {
  const KeysOfCall& one = known_keys_of_call(row.compiler, row.one);
  const KeysOfCall& other = known_keys_of_call(row.compiler, row.other);
  if (!one.refusal.empty()) return "the first is refused: " + one.refusal;
  if (!other.refusal.empty()) return "refused: " + other.refusal;
  const auto same = [](const std::string& a, const std::string& b) { return a == b && !a.empty(); };
  if (one.text.empty() && other.text.empty() && one.direct.empty()) return "no keys";
  if (same(one.direct, other.direct)) return "same";
  if (same(one.text, other.text))
    return other.direct.empty() ? "same text, not direct" : "same text";
  return other.direct.empty() ? "different, not direct"
         : other.text.empty() ? "different, direct only"
                              : "different";
}

}  // namespace

TEST_CASE("key table: command lines that differ in one thing") {
  const std::vector<KeyRow> rows = key_table();
  CHECK(rows.size() >= least_rows);
  for (const KeyRow& row : rows) {
    INFO("key_table.txt:", row.line, ": ", row.compiler, " | ", row.one, " | ", row.other);
    CHECK(relation_of(row) == row.expected);
  }
}

}  // namespace deja

// The pretend gcc: reads "#include" lines one level deep, understands -c -E -MD -MF -MQ -o -I,
// warns at "warn", fails at "broken". Of its own accord it reads /usr/lib/gcc/specs where that is,
// what "#data NAME" names, and writes what "#also NAME" names; the object shows all of it.
#include "flow/flow_world.h"

#include "base/path.h"
#include "base/text.h"
#include "store/stats.h"

namespace deja {

namespace {

struct Request {
  bool preprocess = false, dependencies = false, query = false;
  std::string source, object, depfile, target;
  std::vector<std::string> folders;
};

bool is_source(std::string_view word) {
  for (const char* ending : {".c", ".cc", ".m", ".S", ".i"})
    if (word.ends_with(ending)) return true;
  return false;
}

Request read_words(const std::vector<std::string>& argv) {
  Request out;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string& word = argv[i];
    if (word == "-E") out.preprocess = true;
    if (word == "-v") out.query = true;
    if (word == "-MD" || word == "-MMD") out.dependencies = true;
    if (word == "-MF") out.depfile = argv[++i];
    if (word == "-MQ") out.target = argv[++i];
    if (word == "-o") out.object = argv[++i];
    if (word == "-x") ++i;
    if (word.starts_with("-I")) out.folders.push_back(word.substr(2));
    if (is_source(word)) out.source = word;
  }
  if (out.object.empty())
    out.object = std::string(path::without_extension(path::file_name(out.source))) + ".o";
  if (out.target.empty()) out.target = out.object;
  if (out.depfile.empty()) out.depfile = std::string(path::without_extension(out.object)) + ".d";
  return out;
}

}  // namespace

FlowWorld::FlowWorld() {
  env.variables["CCACHE_DIR"] = "/cache";
  env.variables["PATH"] = "/usr/bin";
  fs.put_directory("/src");
  fs.put_directory("/usr/lib/gcc");
  fs.put("/usr/bin/gcc", "\177ELF, a pretend compiler");
  fs.node("/usr/bin/gcc").mode = 0755;
  processes.on("/usr/bin/gcc", [this](const Command& command, FakeFs&) { return gcc(command); });
}

std::string FlowWorld::look_at(NameUse::Kind kind, const std::string& name) {
  const std::string path = path::join("/src", name);
  processes.uses.push_back({kind, path, {}});
  return fs.has(path) ? fs.get(path) : std::string();
}

// What no text shows: what the object has of it.
std::string FlowWorld::beyond_the_text(const std::string& source) {
  std::string out = look_at(NameUse::Kind::asked, "/usr/lib/gcc/specs");
  for (std::string_view line : text::split(source, '\n')) {
    if (line.starts_with("#data "))
      out += look_at(NameUse::Kind::read, std::string(line.substr(6)));
    if (!line.starts_with("#also ")) continue;
    const std::string name = path::join("/src", std::string(line.substr(6)));
    processes.uses.push_back({NameUse::Kind::written, name, {}});
    fs.put_now(name, "written besides");
  }
  return out;
}

Finished FlowWorld::gcc(const Command& command) {
  const Request request = read_words(command.argv);
  Finished out;
  processes.uses.push_back({NameUse::Kind::executed, command.program, {}});
  if (request.query) {
    out.err = "#include <...> search starts here:\n /usr/include\nEnd of search list.\n";
    return out;
  }
  if (!fs.has(path::join("/src", request.source))) {
    out.exit_code = 1;
    out.err = "gcc: error: " + request.source + ": No such file or directory\n";
    return out;
  }
  std::string text = "# 1 \"" + request.source + "\"\n";
  std::string prerequisites = request.source;
  const std::string source = look_at(NameUse::Kind::read, request.source);
  for (std::string_view line : text::split(source, '\n')) {
    if (!line.starts_with("#include \"")) {
      text.append(line).append("\n");
      continue;
    }
    const std::string name(line.substr(10, line.size() - 11));
    std::string found = fs.has("/src/" + name) ? name : "";
    for (const std::string& folder : request.folders)
      if (found.empty() && fs.has(path::join("/src", folder + "/" + name)))
        found = folder + "/" + name;
    if (!found.empty()) (void)look_at(NameUse::Kind::read, found);
    if (found.empty()) {
      out.exit_code = 1;
      out.err = request.source + ": fatal error: " + name + ": No such file or directory\n";
      return out;
    }
    text.append("# 1 \"" + found + "\" 1\n" + fs.get(path::join("/src", found)) + "\n# 2 \"" +
                request.source + "\" 2\n");
    prerequisites += " " + found;
  }
  if (text.find("warn") != std::string::npos) out.err = request.source + ":1: warning: warn\n";
  if (request.preprocess) {
    ++preprocesses;
    if (request.dependencies)
      fs.put_now(path::join("/src", request.depfile), request.target + ": " + prerequisites + "\n");
    out.out = text;
    return out;
  }
  ++compiles;
  if (text.find("broken") != std::string::npos) {
    out.exit_code = 1;
    out.err = request.source + ": error: broken\n";
    return out;
  }
  const auto write = [&](const std::string& name, const std::string& bytes) {
    processes.uses.push_back({NameUse::Kind::written, path::join("/src", name), {}});
    fs.put_now(path::join("/src", name), bytes);
  };
  write(request.object, "object of:\n" + text + beyond_the_text(source));
  if (request.dependencies) write(request.depfile, request.target + ": " + prerequisites + "\n");
  return out;
}

void FlowWorld::clear_outputs() {
  for (const char* name : {"/src/a.o", "/src/a.d"})
    if (fs.has(name)) fs.erase(name);
  console.out.clear();
  console.err.clear();
}

Seen FlowWorld::seen(int exit_code) {
  return {exit_code, fs.get("/src/a.o"), fs.get("/src/a.d"), console.out, console.err};
}

Seen FlowWorld::through_deja(const std::vector<std::string>& words) {
  clear_outputs();
  std::vector<std::string> argv = {"gcc"};
  argv.insert(argv.end(), words.begin(), words.end());
  return seen(wrap(system, argv));
}

Seen FlowWorld::bare(const std::vector<std::string>& words) {
  clear_outputs();
  Command command{"/usr/bin/gcc", {"gcc"}, {}};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  const int was = compiles;
  const auto code = processes.become(command);
  compiles = was;
  return seen(code ? *code : -1);
}

std::int64_t FlowWorld::count_of(Outcome outcome) {
  FakeConsole quiet;
  System direct{fs, processes, clock, env, quiet, channels};
  const auto totals = Stats(direct, "/cache").read();
  return totals ? totals->counts[outcome] : -1;
}

void FlowWorld::let_files_grow_old() { clock.advance_seconds(60); }

}  // namespace deja

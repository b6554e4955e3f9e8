// Where gcc 12 and clang 14 look for programs, as strace shows it: below -B and COMPILER_PATH, in
// their own folders, on PATH.
#include "wrap/programs.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "config/compiler_check.h"

namespace deja {

namespace {

// Below a prefix: the compilers proper, what they are followed by, and gcc's specs, which it looks
// for in the same places.
constexpr std::string_view names_below_prefixes[] = {"as",      "cc1",   "cc1obj",  "cc1objplus",
                                                     "cc1plus", "clang", "objcopy", "specs"};

// "x86_64-linux-gnu/12" and "x86_64-linux-gnu" for x86_64-linux-gnu-gcc-12: gcc looks there first.
// By the name, since asking costs a process.
std::vector<std::string> subfolders(const FoundCompiler& compiler) {
  const std::string name(path::file_name(compiler.real_path));
  for (const std::string_view driver : {"-gcc-", "-g++-", "-cpp-"})
    if (const std::size_t at = name.find(driver); at != std::string::npos)
      return {name.substr(0, at) + "/" + name.substr(at + driver.size()), name.substr(0, at)};
  return {};
}

class Search {
 public:
  Search(const Session& session, std::vector<OtherProgram>& out) : session_(session), out_(out) {}

  // True when a program is there.
  bool look(const std::string& path) {
    const auto facts = session_.files.facts(path);
    out_.push_back({path, bool(facts), facts ? *facts : FileFacts{}});
    constexpr std::uint32_t execute_bits = 0111;
    return facts && facts->kind == FileKind::regular && (facts->mode & execute_bits) != 0;
  }

  void below(const std::string& prefix) {
    const auto facts = session_.files.facts(prefix);
    const bool is_folder = facts && facts->kind == FileKind::directory;
    // The prefix of names: /opt/bin/arm- for /opt/bin/arm-as.
    if (!is_folder) out_.push_back({prefix, bool(facts), facts ? *facts : FileFacts{}});
    for (const std::string_view name : names_below_prefixes) {
      if (!is_folder) {
        look(prefix + std::string(name));
        continue;
      }
      look(path::join(prefix, name));
      for (const std::string& folder : subfolders(session_.compiler))
        look(path::join(path::join(prefix, folder), name));
    }
  }

  void on_path(std::string_view name) {
    for (const std::string& directory :
         path::search_path(session_.ledger.variable("PATH").value_or("")))
      if (look(directory == "." ? std::string(name) : path::join(directory, name))) return;
  }

 private:
  const Session& session_;
  std::vector<OtherProgram>& out_;
};

}  // namespace

std::vector<OtherProgram> other_programs(const Session& session, const Invocation& call) {
  std::vector<OtherProgram> out;
  const CheckKind check = compiler_check_of(session.config.compiler_check).kind;
  if (!looks_at_programs(check) || native_style == PathStyle::windows) return out;
  Search search(session, out);
  for (const std::string& prefix : call.programs.prefixes) search.below(prefix);
  for (const char* variable : {"COMPILER_PATH", "GCC_EXEC_PREFIX"})
    for (const std::string& prefix :
         path::split_list(session.ledger.variable(variable).value_or("")))
      if (!prefix.empty()) search.below(prefix);
  if (call.programs.assembler) search.on_path("as");
  if (call.programs.assembler && call.programs.objcopy) search.on_path("objcopy");
  return out;
}

}  // namespace deja

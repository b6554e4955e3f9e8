// When "-pipe" is added, and what its failures would leave behind.
#include "wrap/pipe.h"

#include <algorithm>
#include <utility>

#include "base/path.h"

namespace deja {

namespace {

constexpr std::string_view assembler_speaks = "Assembler messages:";  // GNU as, in English

// A compiler that is only said to speak gcc's options (tcc) need not know all of them; gcc on
// Windows was never run with these.
bool is_gcc_with_assembler(const Session& session, const Invocation& call) {
  const bool is_gcc = native_style == PathStyle::posix && call.family == Family::gcc &&
                      session.compiler.type == CompilerType::gcc &&
                      session.config.compiler_type == CompilerType::auto_detect;
  const bool compiles =
      call.language != Language::assembler && call.language != Language::assembler_with_cpp;
  // -S and precompiled headers are written by the compiler proper, over what is there.
  const bool assembles =
      !call.outputs.empty() && call.outputs.front().existing == Existing::removed;
  return is_gcc && compiles && assembles && !call.suppress_additions &&
         session.config.prefix_command.empty();
}

// Whoever talks to the assembler, or has the driver tell what it runs, would see it.
bool looks_closely(const Invocation& call) {
  const auto looks = [](const std::string& word) {
    return word.starts_with("-Wa,") || word.starts_with("-Xassembler") || word == "-v" ||
           word == "--verbose";
  };
  return std::ranges::any_of(call.arguments, [&](const Argument& argument) {
    return std::ranges::any_of(argument.words, looks);
  });
}

// Whether `assembler_speaks` is what the assembler says.
bool messages_are_english(Env& env) {
  const auto is_english = [](const std::string& locale) {
    return locale.starts_with("C") || locale == "POSIX" || locale.starts_with("en");
  };
  if (const auto languages = env.get("LANGUAGE");
      languages && !languages->empty() && !is_english(*languages))
    return false;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const auto locale = env.get(name); locale && !locale->empty()) return is_english(*locale);
  return true;
}

// A file, or nothing, whose name a rename takes as the assembler would have taken it.
bool can_be_replaced(Fs& fs, const std::string& object) {
  const auto facts = fs.lstat(object);
  return facts ? facts->kind == FileKind::regular : facts.error().cause == Cause::not_found;
}

}  // namespace

Pipe::Pipe(const Session& session, const Invocation& call) : session_(session), call_(call) {
  Fs& fs = session.system.fs;
  const std::string folder(path::directory(call.object));
  // In no folder the driver's exit code becomes another.
  const bool of_use = is_gcc_with_assembler(session, call) && !call.object_name_matters &&
                      !looks_closely(call) && messages_are_english(session.system.env) &&
                      fs.stat(folder) && can_be_replaced(fs, call.object);
  if (of_use) object_ = fs.temporary_name(folder, ".deja-tmp");
}

std::vector<std::string> Pipe::with(std::vector<std::string> arguments) {
  if (object_.empty()) return arguments;
  if (call_.object_named) {
    const std::vector<std::string>& typed = call_.object_option;
    const auto found = std::search(arguments.begin(), arguments.end(), typed.begin(), typed.end());
    if (found == arguments.end()) {  // in a response file, where it cannot be replaced
      object_.clear();
      return arguments;
    }
    arguments.erase(found, found + static_cast<std::ptrdiff_t>(typed.size()));
  }
  arguments.insert(arguments.begin(), call_.dep_words.begin(), call_.dep_words.end());
  arguments.insert(arguments.begin(), {"-pipe", "-o", object_});
  return arguments;
}

bool Pipe::must_repeat(const Finished& finished) {
  const std::string object = std::exchange(object_, {});
  if (object.empty()) return false;
  Fs& fs = session_.system.fs;
  const bool succeeded = finished.exit_code == 0;
  if (succeeded && fs.rename(object, call_.object, Overwrite::yes)) return false;
  (void)fs.remove(object);
  return succeeded || (finished.signal == 0 && finished.interrupted_by == 0 &&
                       finished.err.find(assembler_speaks) != std::string::npos);
}

}  // namespace deja

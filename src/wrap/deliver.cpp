// Entry → files and streams.
#include "wrap/deliver.h"

#include "base/path.h"
#include "base/text.h"
#include "compiler/outputs.h"
#include "store/string_list.h"
#include "wrap/observe.h"
#include "wrap/share.h"

namespace deja {

namespace {

// "foo.c:1:2: error" → "/cwd/foo.c:1:2: error" on each line that begins with an existing relative
// path; GCC's "In file included from x.h:1" too.
std::string with_absolute_paths(const Session& session, std::string_view text) {
  static constexpr std::string_view prefixes[] = {"In file included from ",
                                                  "                 from "};
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    text.remove_prefix(line.size());
    for (std::string_view prefix : prefixes) {
      if (!line.starts_with(prefix)) continue;
      out.append(prefix);
      line.remove_prefix(prefix.size());
    }
    const std::string name(line.substr(0, line.find(':')));
    const bool is_file = !name.empty() && name.size() < line.size() && !path::is_absolute(name) &&
                         session.files.facts(name);
    if (is_file)
      out.append(path::normal(path::join(session.working_directory, name))),
          line.remove_prefix(name.size());
    out.append(line);
  }
  return out;
}

}  // namespace

bool wants_colors(const Session& session) {
  if (!session.system.console.err_is_terminal()) return false;
  const auto term = session.ledger.variable("TERM");
  return term && !term->empty() && *term != "dumb";
}

// GCC ends each of its colours with an erasing sequence, so that those of a source line, which it
// shows as it is, stay. Clang shows them in other letters.
std::string without_colors(std::string_view text, Family family) {
  constexpr std::string_view erase = "\033[K";
  const bool pairs = family == Family::gcc;
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t escape = text.find("\033[");
    out.append(text.substr(0, escape));
    if (escape == std::string_view::npos) break;
    text.remove_prefix(escape);
    const std::size_t end = std::min(text.find_first_not_of("0123456789;", 2), text.size());
    const bool is_color = end < text.size() && text[end] == 'm' &&
                          (!pairs || text.substr(end + 1).starts_with(erase));
    const std::size_t size = is_color ? end + 1 + (pairs ? erase.size() : 0) : 2;
    if (!is_color) out.append(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out;
}

std::string stderr_for_caller(const Session& session, const Invocation& call,
                              std::string_view text) {
  const bool wanted = call.colors.chosen ? call.colors.on : wants_colors(session);
  std::string out = wanted ? std::string(text) : without_colors(text, call.family);
  return session.config.absolute_paths_in_stderr ? with_absolute_paths(session, out) : out;
}

std::optional<std::vector<SideFile>> side_files_of(const Session& session, const Invocation& call,
                                                   const Entry& entry) {
  const std::string* const names = entry.find(side_names_part);
  const auto decoded = names != nullptr ? decode_strings(*names) : std::nullopt;
  if (!decoded || decoded->size() > most_side_files) return std::nullopt;
  std::vector<SideFile> out;
  for (const std::string& name : *decoded) {
    const auto kind = static_cast<std::uint8_t>(first_side_part + out.size());
    const std::string* const bytes = entry.find(kind);
    if (bytes == nullptr || !is_side_file(session, call, name)) return std::nullopt;
    out.push_back({name, bytes});
  }
  return out;
}

namespace {

// What deliver() writes, in order.
struct Delivery {
  std::string path;
  const std::string* bytes;
  Existing existing;
  bool is_object = false;
};

std::vector<Delivery> deliveries(const Session& session, const Invocation& call,
                                 const Entry& entry) {
  std::vector<Delivery> out;
  for (const OutputFile& output : call.outputs)
    if (const std::string* const bytes = bytes_for(entry, output))
      out.push_back({output.path, bytes, output.existing, output.kind == OutputKind::object});
  if (call.makes_files.empty()) return out;
  for (SideFile& file : side_files_of(session, call, entry).value_or(std::vector<SideFile>()))
    out.push_back({std::move(file.name), file.bytes, Existing::removed});
  return out;
}

}  // namespace

Result<void> deliver(const Session& session, const Invocation& call, const Entry& entry,
                     const Digest& key) {
  const CallerUmask as_caller(session);
  const std::vector<Delivery> files = deliveries(session, call, entry);
  for (const Delivery& file : files) {
    if (file.is_object && deliver_shared(session, key, file.path, *file.bytes)) continue;
    if (auto done = session.system.fs.write_output(file.path, *file.bytes, file.existing); !done) {
      for (const Delivery* written = files.data(); written != &file; ++written)
        (void)session.system.fs.remove(written->path);
      return done;
    }
    if (file.is_object) keep_shared(session, call, key);
  }
  if (const std::string* out = entry.find(stdout_part)) session.system.console.write_out(*out);
  if (const std::string* err = entry.find(stderr_part))
    session.system.console.write_err(stderr_for_caller(session, call, *err));
  return {};
}

}  // namespace deja

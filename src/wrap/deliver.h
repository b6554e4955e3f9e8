// Delivering an entry, the only pass that writes the caller's files: files, standard output and
// standard error as the compiler would have left them.
#pragma once

#include <string>
#include <string_view>

#include "base/path.h"
#include "store/entry.h"
#include "wrap/session.h"

namespace deja {

// The part of an entry that holds `output`.
inline std::uint8_t part_of(const OutputFile& output) {
  return static_cast<std::uint8_t>(first_output_part + static_cast<unsigned>(output.kind));
}

// Names and bytes of the files that `entry` has besides the outputs; nullopt where it says nothing
// of them, or names what this call cannot have made.
struct SideFile {
  std::string name;
  const std::string* bytes;
};
std::optional<std::vector<SideFile>> side_files_of(const Session& session, const Invocation& call,
                                                   const Entry& entry);

// What `entry` holds for `output`; nullptr where it holds nothing, or nobody wants it.
inline const std::string* bytes_for(const Entry& entry, const OutputFile& output) {
  return path::is_null_device(output.path) ? nullptr : entry.find(part_of(output));
}

// True when this caller's terminal would show colours.
bool wants_colors(const Session& session);
// `text` without SGR and erase-line sequences (ESC [ … m, ESC [ … K).
std::string without_colors(std::string_view text, Family family);

// Standard error as this caller should see it: colours taken out when they were deja's idea and
// nobody can see them, relative paths made absolute when absolute_paths_in_stderr asks for it.
std::string stderr_for_caller(const Session& session, const Invocation& call,
                              std::string_view text);

// Writes every output of `call` that `entry`, the result under `key`, holds, then the streams.
// Error: an output could not be written; the real compiler is to run.
Result<void> deliver(const Session& session, const Invocation& call, const Entry& entry,
                     const Digest& key);

}  // namespace deja

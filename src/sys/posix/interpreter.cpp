// Reads "#!" lines and ELF program headers.
#include "sys/posix/observed_calls.h"

#ifdef DEJA_CAN_OBSERVE

#include <elf.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <span>

#include "sys/posix/interpreter.h"
#include "sys/posix/posix_call.h"

namespace deja::posix {

namespace {

std::string_view read_at(const Fd& file, std::uint64_t offset, std::span<char> room) {
  const ssize_t got = ::pread(file.get(), room.data(), room.size(), static_cast<off_t>(offset));
  return {room.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
}

// The first word behind "#!", as the kernel cuts it.
std::string_view script_interpreter(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t", 2), text.size()));
  return text.substr(0, text.find_first_of(std::string_view(" \t\n\0", 4)));
}

template <class Header>
bool read_header(std::string_view text, std::uint64_t offset, Header& out) {
  if (offset > text.size() || text.size() - offset < sizeof out) return false;
  std::memcpy(&out, text.data() + offset, sizeof out);
  return true;
}

}  // namespace

std::string interpreter_of(const std::string& file) {
  const Fd opened = open_fd(file, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!opened) return {};
  char room[PATH_MAX];
  const std::string_view start = read_at(opened, 0, room);
  if (start.starts_with("#!")) return std::string(script_interpreter(start));
  Elf64_Ehdr program;
  if (!read_header(start, 0, program) || !start.starts_with(ELFMAG)) return {};
  if (program.e_ident[EI_CLASS] != ELFCLASS64) return {};
  for (unsigned i = 0; i < program.e_phnum; ++i) {
    Elf64_Phdr part;
    if (!read_header(start, program.e_phoff + i * sizeof part, part)) return {};
    if (part.p_type != PT_INTERP) continue;
    char name[PATH_MAX];
    const std::string_view text = read_at(opened, part.p_offset, name);
    return std::string(text.substr(0, text.find('\0')));
  }
  return {};
}

}  // namespace deja::posix

#endif

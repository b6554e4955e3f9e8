// Conditions: names for other callers, bytes, and whether they hold.
#include "inputs/conditions.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/path.h"

namespace deja {

namespace {

constexpr std::size_t condition_size = 1 + 1 + 4 + 8 + 8 + 8 + 16 + 4;  // the least, in bytes

Error corrupt_conditions(std::string reason) {
  return Error{"decode conditions", "", std::move(reason), Cause::corrupt};
}

// The part of `path` below `folder`, without the separator; nullopt where it is elsewhere.
std::optional<std::string_view> below(std::string_view path, std::string_view folder) {
  if (folder.empty() || !path.starts_with(folder)) return std::nullopt;
  path.remove_prefix(folder.size());
  if (path.empty() || !path::is_separator(path.front())) return std::nullopt;
  while (!path.empty() && path::is_separator(path.front())) path.remove_prefix(1);
  return path;
}

class Checker {
 public:
  Checker(const Places& places, Fs& fs, SourceFiles& files)
      : places_(places), fs_(fs), files_(files) {}

  std::optional<Reason> broken(const Condition& condition) {
    const std::string path = path_of(condition, places_);
    const auto facts = files_.facts(path);
    switch (condition.kind) {
      case Condition::Kind::same_facts:
        return holds(
            facts && facts->size == condition.size && facts->mtime_ns == condition.mtime_ns,
            Why::toolchain_changed, path);
      case Condition::Kind::same_content: {
        const bool same_size = facts && facts->size == condition.size;
        const auto file = same_size ? files_.get(path) : Result<const SourceFile*>(nullptr);
        return holds(same_size && file && (*file)->content == condition.digest,
                     Why::read_file_changed, path);
      }
      case Condition::Kind::absent:
        return holds(!facts, Why::asked_name_appeared, path);
      case Condition::Kind::present:
        return holds(facts && static_cast<std::uint64_t>(facts->kind) == condition.size,
                     Why::asked_name_gone, path);
      case Condition::Kind::none_of:
        return facts && !rests(*facts, condition) ? appeared(condition, path) : std::nullopt;
      case Condition::Kind::same_names:
        return holds(facts && (rests(*facts, condition) || same_names(condition, path)),
                     Why::listed_directory_changed, path);
    }
    return Reason{Why::toolchain_changed, path};
  }

 private:
  static std::optional<Reason> holds(bool yes, Why why, const std::string& path) {
    return yes ? std::nullopt : std::optional(Reason{why, "'" + path + "'"});
  }
  static bool rests(const FileFacts& facts, const Condition& condition) {
    return condition.mtime_ns != 0 && facts.mtime_ns == condition.mtime_ns &&
           facts.ctime_ns == condition.ctime_ns;
  }
  std::optional<Reason> appeared(const Condition& condition, const std::string& directory) {
    for (const std::string& name : condition.names) {
      const std::string path = path::join(directory, name);
      if (files_.facts(path)) return Reason{Why::asked_name_appeared, "'" + path + "'"};
    }
    return std::nullopt;
  }
  bool same_names(const Condition& condition, const std::string& path) {
    const auto items = fs_.list(path);
    return items && digest_of_names(*items) == condition.digest;
  }

  const Places& places_;
  Fs& fs_;
  SourceFiles& files_;
};

}  // namespace

std::string path_of(const Condition& condition, const Places& places) {
  switch (condition.base) {
    case Condition::Base::compiler:
      return path::join(places.compiler, condition.path);
    case Condition::Base::home:
      return path::join(places.home, condition.path);
    case Condition::Base::as_named:
      break;
  }
  return condition.path;
}

void set_path(Condition& condition, std::string_view path, std::string_view working_directory,
              const Places& places) {
  condition.base = Condition::Base::as_named;
  condition.path = path;
  std::size_t longest = 0;
  const auto take = [&](Condition::Base base, std::string_view folder) {
    const auto rest = below(path, folder);
    if (!rest || folder.size() <= longest) return;
    longest = folder.size();
    condition.base = base;
    condition.path = rest->empty() ? "." : *rest;
  };
  take(Condition::Base::as_named, working_directory);
  take(Condition::Base::compiler, places.compiler);
  take(Condition::Base::home, places.home);
}

std::string encode_conditions(std::span<const Condition> conditions) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u32(static_cast<std::uint32_t>(conditions.size()));
  for (const Condition& condition : conditions) {
    out.u8(static_cast<std::uint8_t>(condition.kind));
    out.u8(static_cast<std::uint8_t>(condition.base));
    out.text(condition.path);
    out.u64(condition.size);
    out.i64(condition.mtime_ns);
    out.i64(condition.ctime_ns);
    out.raw(condition.digest.view());
    out.u32(static_cast<std::uint32_t>(condition.names.size()));
    for (const std::string& name : condition.names) out.text(name);
  }
  return bytes;
}

Result<std::vector<Condition>> decode_conditions(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint32_t count = in.u32();
  if (!in.ok() || count > in.left() / condition_size) return corrupt_conditions("too many");
  std::vector<Condition> out(count);
  for (Condition& condition : out) {
    const std::uint8_t kind = in.u8();
    const std::uint8_t base = in.u8();
    condition.path = in.text();
    condition.size = in.u64();
    condition.mtime_ns = in.i64();
    condition.ctime_ns = in.i64();
    in.fill(condition.digest.bytes);
    const std::uint32_t names = in.u32();
    if (!in.ok() || names > in.left() / sizeof(std::uint32_t))
      return corrupt_conditions("too many names");
    for (std::uint32_t i = 0; i < names; ++i) condition.names.emplace_back(in.text());
    if (!in.ok() || kind > static_cast<std::uint8_t>(Condition::Kind::same_names) ||
        base > static_cast<std::uint8_t>(Condition::Base::home))
      return corrupt_conditions("bad row");
    condition.kind = static_cast<Condition::Kind>(kind);
    condition.base = static_cast<Condition::Base>(base);
  }
  if (!in.at_end()) return corrupt_conditions("bytes left over");
  return out;
}

Digest digest_of_names(std::span<const DirectoryItem> items) {
  std::vector<std::string_view> names;
  for (const DirectoryItem& item : items) names.push_back(item.name);
  std::ranges::sort(names);
  Hasher hasher;
  for (const std::string_view name : names) hasher.add("name", name);
  return hasher.finish();
}

void write_down(Ledger& ledger, std::span<const Condition> conditions, const Places& places,
                SourceFiles& files) {
  for (const Condition& condition : conditions) {
    const std::string path = path_of(condition, places);
    const auto facts = files.facts(path);
    switch (condition.kind) {
      case Condition::Kind::same_facts:
      case Condition::Kind::same_names:
        if (facts) ledger.file(Role::observed_file, path, {}, *facts);
        break;
      case Condition::Kind::same_content:
        if (const auto file = files.get(path))
          ledger.file(Role::header, path, std::string((*file)->content.view()), (*file)->facts,
                      (*file)->content);
        break;
      case Condition::Kind::absent:
        ledger.absent(Role::absent_candidate, path);
        break;
      case Condition::Kind::present:
        if (facts && facts->kind == FileKind::directory)
          ledger.directory(Role::search_directory, path);
        else if (facts)
          ledger.file(Role::observed_file, path, {}, *facts);
        break;
      case Condition::Kind::none_of:
        if (facts)
          ledger.file(Role::observed_file, path, {}, *facts);
        else
          ledger.absent(Role::absent_candidate, path);
        break;
    }
  }
}

std::optional<Reason> first_broken(std::span<const Condition> conditions, const Places& places,
                                   Fs& fs, SourceFiles& files) {
  Checker checker(places, fs, files);
  for (const Condition& condition : conditions)
    if (auto why = checker.broken(condition)) return why;
  return std::nullopt;
}

}  // namespace deja

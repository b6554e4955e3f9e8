// Names of sockets, a directory for them, and the search for programs.
#include "remote/helper_place.h"

#include <algorithm>
#include <iterator>

#include "base/digest.h"
#include "base/path.h"

namespace deja {

namespace {

// Sorted.
constexpr std::string_view served_schemes[] = {"http",   "https",      "memcached", "redis",
                                               "rediss", "redis+unix", "s3"};

constexpr std::string_view own_helper = "deja-storage";
constexpr std::string_view built_in = "_builtin_";
constexpr std::string_view socket_directory = "deja-storage";

bool is_program(Fs& fs, const std::string& path) {
  const auto facts = fs.stat(path);
  const bool may_run = native_style == PathStyle::windows || (facts && (facts->mode & 0111) != 0);
  return facts && facts->kind == FileKind::regular && may_run;
}

// What a link is called does not tell what it is.
HelperProgram program_at(Fs& fs, std::string path) {
  const std::string real = fs.real_path(path).value_or(path);
  const bool is_own =
      path::file_name(real) == std::string(own_helper).append(path::program_suffix());
  return {std::move(path), is_own};
}

// The directories that are searched, those where deja-storage may lie marked.
struct SearchedDirectory {
  std::string path;
  bool is_own = false;
};

std::vector<SearchedDirectory> searched_directories(System& system,
                                                    const HelperSettings& settings) {
  std::vector<SearchedDirectory> out;
  for (const std::string& directory : settings.libexec_dirs) out.push_back({directory});
  if (const auto own = system.processes.own_path()) {
    const std::string beside(path::directory(*own));
    out.push_back({beside, true});
    out.push_back({path::join(path::directory(beside), "libexec/deja"), true});
  }
  for (std::string& directory : path::search_path(system.env.get("PATH").value_or("")))
    out.push_back({std::move(directory)});
  return out;
}

// Nobody else can put a socket there, or take one away.
bool is_private(System& system, const std::string& directory) {
  const auto facts = system.fs.lstat(directory);
  if (!facts || facts->kind != FileKind::directory) return false;
  return native_style == PathStyle::windows ||
         (facts->owner == system.console.user() && (facts->mode & 077) == 0);
}

bool make_private(System& system, const std::string& directory) {
  const unsigned before = system.console.get_umask();
  system.console.set_umask(077);
  (void)system.fs.make_directories(directory);
  system.console.set_umask(before);
  return is_private(system, directory);
}

// A directory for sockets; its names must not be long.
std::optional<std::string> directory_for_sockets(System& system, const HelperSettings& settings) {
  if (native_style == PathStyle::windows) {
    (void)system.fs.make_directories(settings.temporary_dir);
    return settings.temporary_dir;
  }
  std::vector<std::string> candidates;
  const std::string runtime = system.env.get("XDG_RUNTIME_DIR").value_or("");
  if (!runtime.empty() && system.fs.stat(runtime))
    candidates.push_back(path::join(runtime, socket_directory));
  candidates.push_back("/tmp/deja-" + std::to_string(system.console.user()));
  candidates.push_back(path::join(settings.temporary_dir, "storage"));
  for (const std::string& candidate : candidates)
    if (make_private(system, candidate)) return candidate;
  return std::nullopt;
}

std::string name_of_helper(System& system, const StorageSpec& spec, const std::string& url) {
  Hasher hasher;
  const std::string user = native_style == PathStyle::windows
                               ? system.env.get("USERNAME").value_or("")
                               : std::to_string(system.console.user());
  hasher.add("user", user).add("url", url);
  for (const StorageAttribute& attribute : spec.attributes)
    hasher.add("attribute", attribute.key).add("value", attribute.value);
  return "storage-" + spec.url.scheme + "-" + hasher.finish().hex();
}

}  // namespace

bool deja_storage_serves(std::string_view scheme) {
  return std::find(std::begin(served_schemes), std::end(served_schemes), scheme) !=
         std::end(served_schemes);
}

std::optional<HelperProgram> find_helper(System& system, const HelperSettings& settings,
                                         const StorageSpec& spec) {
  Fs& fs = system.fs;
  const bool only_own = spec.helper == built_in;
  const bool is_path = spec.helper.find_first_of("/\\") != std::string::npos;
  if (is_path)
    return is_program(fs, spec.helper) ? std::optional(program_at(fs, spec.helper)) : std::nullopt;
  const bool is_named = !spec.helper.empty() && !only_own;
  const std::string suffix(path::program_suffix());
  const std::string wanted =
      (is_named ? spec.helper : "ccache-storage-" + spec.url.scheme) + suffix;
  for (const SearchedDirectory& directory : searched_directories(system, settings)) {
    const std::string found = path::join(directory.path, wanted);
    if (!only_own && is_program(fs, found)) return program_at(fs, found);
    if (is_named || !directory.is_own || !deja_storage_serves(spec.url.scheme)) continue;
    const std::string own = path::join(directory.path, std::string(own_helper).append(suffix));
    if (is_program(fs, own)) return HelperProgram{own, true};
  }
  return std::nullopt;
}

Result<HelperPlace> place_of_helper(System& system, const HelperSettings& settings,
                                    const StorageSpec& spec, const std::string& url) {
  const auto directory = directory_for_sockets(system, settings);
  if (!directory)
    return Error{"meet the helper of", redacted_url(url), "no directory for its socket is safe"};
  const std::string name = name_of_helper(system, spec, url);
  const std::string beside = path::join(*directory, name);
  const bool is_pipe = native_style == PathStyle::windows;
  return HelperPlace{is_pipe ? "deja-" + name : beside, beside + ".lock", beside + ".failed"};
}

}  // namespace deja

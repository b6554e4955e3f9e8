// Where the helper of a storage is met, and which program it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "remote/spec.h"
#include "sys/system.h"

namespace deja {

// What a run's configuration says of helpers.
struct HelperSettings {
  std::vector<std::string> libexec_dirs;
  std::string temporary_dir;
};

// A scheme of programs that somebody else starts.
inline constexpr std::string_view running_helper_scheme = "crsh";

// Whether deja-storage, deja's own helper, serves the scheme.
bool deja_storage_serves(std::string_view scheme);

struct HelperProgram {
  std::string path;
  // It is deja-storage: it takes a socket that listens already, as descriptor 3.
  bool is_own = false;
};

// `ccache-storage-<scheme>`, or the program that the storage's property names: in libexec_dirs,
// beside deja, in ../libexec/deja, on PATH. Beside deja deja-storage is found for the schemes that
// it serves; the name _builtin_ asks for it alone.
std::optional<HelperProgram> find_helper(System& system, const HelperSettings& settings,
                                         const StorageSpec& spec);

// Where a helper listens, and what lies beside that.
struct HelperPlace {
  std::string address;  // what Channels::connect takes
  std::string lock;     // held by whoever starts it
  std::string failed;   // there, and young: it was tried in vain
};

// One for each user, URL and attributes: two storages that differ in timeouts alone share a helper.
// The directory is made. An error where there is none that nobody else can write to.
Result<HelperPlace> place_of_helper(System& system, const HelperSettings& settings,
                                    const StorageSpec& spec, const std::string& url);

}  // namespace deja

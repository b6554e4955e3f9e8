// Keys: what a compile depends on, as digests. Everything that goes in has a tag, so a trace can
// tell it.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "inputs/manifest.h"
#include "store/entry.h"
#include "wrap/session.h"

namespace deja {

// The part that direct and preprocessed keys share: compiler, options that reach the object,
// environment, extra files. Bypass when the compiler cannot be checked or a file whose content
// matters cannot be read.
std::variant<Hasher, Bypass> common_part(const Session& session, const Invocation& call);

// Key of the manifest: the common part, every other option, and the source by name and content.
Digest direct_key(const Session& session, const Invocation& call, const Hasher& common,
                  const SourceFile& source);

// Key of a result in depend mode: the direct key, what was read, by name and content, and what came
// of it.
Digest depend_key(const Digest& direct, const std::vector<ManifestFile>& files, const Entry& entry);

// Whether SOURCE_DATE_EPOCH stands for the time of the compile. Of clang that is not known: from
// version 16 on it does.
bool time_is_fixed(const Session& session);

// "2026-11-22", or what SOURCE_DATE_EPOCH makes of it: stands for the date macro in keys.
std::string date_for_keys(const Session& session);

}  // namespace deja

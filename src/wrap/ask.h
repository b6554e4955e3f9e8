// What a compile depends on besides the sources: asked once, through the ledger, before anything
// is looked up.
#pragma once

#include <optional>
#include <string>

#include "inputs/manifest.h"
#include "store/entry.h"
#include "wrap/session.h"

namespace deja {

// Asks for all that the object depends on beyond the preprocessed text: compiler, options that
// reach the object, settings, working directory, other programs, data files. Bypass when the
// compiler cannot be checked or a file whose content matters cannot be read.
std::optional<Bypass> ask_common(const Session& session, const Invocation& call);

// Asks for all that the text would show: every other option, and the source.
void ask_direct(const Session& session, const Invocation& call, const SourceFile& source);

// Key of a result in depend mode: the direct key, what was read, by name and content, and what
// came of it.
Digest depend_key(const Digest& direct, const std::vector<ManifestFile>& files, const Entry& entry);

// Whether SOURCE_DATE_EPOCH stands for the time of the compile. Of clang that is not known: from
// version 16 on it does.
bool time_is_fixed(const Session& session);

// "2026-11-22", or what SOURCE_DATE_EPOCH makes of it: stands for the date macro in keys.
std::string date_for_keys(const Session& session);

}  // namespace deja

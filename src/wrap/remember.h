// After an answer: a replay record, so that the next exact repeat needs no thought.
#pragma once

#include "config/load.h"
#include "wrap/answer.h"

namespace deja {

// Makes and stores the record where this run allows one; says in the log why not. Never fails.
void remember(const Session& session, const Invocation& call, const LoadedConfig& loaded,
              const std::vector<std::string>& own_words,
              const std::vector<std::string>& response_files, const Evidence& evidence);

}  // namespace deja

// The ledger of a compile: every question whose answer can change it is asked here, and written
// down once. Keys, manifest, replay record and explanations are readers of what it holds.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "config/config.h"
#include "inputs/role.h"
#include "inputs/source_files.h"
#include "sys/system.h"

namespace deja {

// A question and its answer.
struct Input {
  enum class Kind : unsigned char { value, file, absent, directory };

  Role role;
  Kind kind;
  std::string name;    // path, variable, key, option; "" where the answer says all
  std::string answer;  // what enters the keys: a value as text, of a file mostly its digest
  std::optional<FileFacts> facts = std::nullopt;  // of a file, where somebody asked for them
  std::optional<Digest> content = std::nullopt;   // of a file whose content was read
};

class Ledger {
 public:
  // Every variable in `env` that the table of variables knows is written down at once; with
  // sloppiness `locale` those of the locale enter no key.
  Ledger(Env& env, SourceFiles& files, Sloppiness sloppy);

  // --- values ---
  void value(Role role, std::string_view name, std::string_view answer = {});
  // The variable's value. One that the table of variables does not know forbids a replay.
  std::optional<std::string> variable(std::string_view name);
  // Whether variables name directories of headers.
  bool has_search_variables() const;

  // --- files ---
  // The file's facts; its absence is an answer too. Each path is stat'ed once a run.
  Result<FileFacts> stat(Role role, const std::string& path);
  // The file's content, which becomes the answer.
  Result<const SourceFile*> content(Role role, const std::string& path);
  // A file that somebody else has asked for already, or whose answer is not its content.
  void file(Role role, std::string path, std::string answer = {},
            std::optional<FileFacts> facts = std::nullopt,
            std::optional<Digest> content = std::nullopt);
  void absent(Role role, std::string path);
  void directory(Role role, std::string path);

  std::span<const Input> inputs() const { return inputs_; }

 private:
  void add(Input input);

  Env& env_;
  SourceFiles& files_;
  std::vector<Input> inputs_;
  std::set<std::pair<Role, std::string>> paths_;  // files are written down once a role
};

// The digest over all inputs of one part, in the order in which they were asked for; `before` is
// the key of the part that this one continues. `trace` may be null.
Digest key_of(KeyPart part, std::span<const Input> inputs, const Digest& before = {},
              HashTrace* trace = nullptr);

}  // namespace deja

// Asking, writing down, and keys as filters over what was written down.
#include "inputs/ledger.h"

#include <algorithm>

#include "inputs/environment.h"

namespace deja {

namespace {

Role role_of(VariableUse use, Sloppiness sloppy) {
  switch (use) {
    case VariableUse::common:
      return Role::variable;
    case VariableUse::locale:
      return sloppy.has(Sloppy::locale) ? Role::other_variable : Role::locale_variable;
    case VariableUse::direct:
    case VariableUse::search:
      return Role::text_variable;
    case VariableUse::time:
    case VariableUse::unkeyed:
    case VariableUse::refused:
    case VariableUse::refused_cl:
      return Role::other_variable;
  }
  return Role::unknown_variable;
}

bool is_absence(const Error& error) {
  return error.cause == Cause::not_found || error.cause == Cause::not_a_directory;
}

}  // namespace

Ledger::Ledger(Env& env, SourceFiles& files, Sloppiness sloppy) : env_(env), files_(files) {
  for (const std::string& entry : env.all())
    if (const VariableRow* const row = variable_row(entry.c_str())) {
      const std::size_t equals = entry.find('=');
      value(role_of(row->use, sloppy), std::string_view(entry).substr(0, equals),
            std::string_view(entry).substr(equals + 1));
    }
  // In which order a shell hands its variables on means nothing.
  std::ranges::sort(inputs_, {}, &Input::name);
}

void Ledger::add(Input input) { inputs_.push_back(std::move(input)); }

void Ledger::value(Role role, std::string_view name, std::string_view answer) {
  add({role, Input::Kind::value, std::string(name), std::string(answer)});
}

std::optional<std::string> Ledger::variable(std::string_view name) {
  const std::string entry = std::string(name) + "=";
  if (variable_row(entry.c_str()) == nullptr) value(Role::unknown_variable, name);
  return env_.get(std::string(name));
}

bool Ledger::has_search_variables() const {
  return std::ranges::any_of(inputs_, [](const Input& input) {
    if (input.role != Role::text_variable) return false;
    const VariableRow* const row = variable_row((input.name + "=").c_str());
    return row != nullptr && row->use == VariableUse::search;
  });
}

Result<FileFacts> Ledger::stat(Role role, const std::string& path) {
  auto facts = files_.facts(path);
  if (facts)
    file(role, path, {}, *facts);
  else if (is_absence(facts.error()))
    absent(role, path);
  return facts;
}

Result<const SourceFile*> Ledger::content(Role role, const std::string& path) {
  auto found = files_.get(path);
  if (found)
    file(role, path, std::string((*found)->content.view()), (*found)->facts, (*found)->content);
  return found;
}

void Ledger::file(Role role, std::string path, std::string answer, std::optional<FileFacts> facts,
                  std::optional<Digest> content) {
  if (!paths_.emplace(role, path).second) return;
  add({role, Input::Kind::file, std::move(path), std::move(answer), facts, content});
}

void Ledger::absent(Role role, std::string path) {
  if (!paths_.emplace(role, path).second) return;
  add({role, Input::Kind::absent, std::move(path), {}});
}

void Ledger::directory(Role role, std::string path) {
  if (!paths_.emplace(role, path).second) return;
  add({role, Input::Kind::directory, std::move(path), {}});
}

Digest key_of(KeyPart part, std::span<const Input> inputs, const Digest& before, HashTrace* trace) {
  Hasher hasher(trace);
  hasher.add("before", before);
  for (const Input& input : inputs) {
    const RoleRow& row = row_of(input.role);
    // What is absent is not part of a key: where it comes to be, it is asked for as a file.
    if (row.part != part || input.kind == Input::Kind::absent) continue;
    hasher.add(row.id, row.name_matters ? std::string_view(input.name) : std::string_view());
    hasher.add("is", input.answer);
  }
  return hasher.finish();
}

}  // namespace deja

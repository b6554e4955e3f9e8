// Scripted programs and the environment.
#include "fake/fake_system.h"

namespace deja {

std::optional<std::string> FakeEnv::get(const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
}

std::vector<std::string> FakeEnv::all() {
  std::vector<std::string> out;
  for (const auto& [name, value] : variables) out.push_back(name + "=" + value);
  return out;
}

void FakeProcesses::on(const std::string& path, Program program) {
  if (!fs_.has(path)) {
    fs_.put(path, "executable");
    fs_.node(path).mode = 0755;
  }
  programs_[path] = std::move(program);
}

Result<Finished> FakeProcesses::start(const Command& command) {
  const auto found = programs_.find(command.program);
  if (found == programs_.end())
    return Error{"run", command.program, "No such file or directory", Cause::not_found};
  return found->second(command, fs_);
}

Result<Finished> FakeProcesses::run(const Command& command,
                                    const std::function<void(std::string_view)>& on_out) {
  ran.push_back(command);
  auto finished = start(command);
  if (!finished || !on_out) return finished;
  const std::string_view out = finished->out;
  on_out(out.substr(0, out.size() / 2));
  on_out(out.substr(out.size() / 2));
  finished->out.clear();
  return finished;
}

Result<Observed> FakeProcesses::run_observed(const Command& command,
                                             const std::function<void(std::string_view)>& on_out,
                                             LinkReads links) {
  observed.push_back(command);
  uses.clear();
  auto finished = run(command, on_out);
  if (!finished) return finished.error();
  if (!unobserved.empty()) return Observed{std::move(*finished), {}, unobserved};
  if (links == LinkReads::left_out)
    std::erase_if(uses, [](const NameUse& use) { return use.kind == NameUse::Kind::link_read; });
  return Observed{std::move(*finished), uses, {}, static_cast<unsigned>(uses.size())};
}

Result<int> FakeProcesses::become(const Command& command) {
  became.push_back(command);
  auto finished = start(command);
  if (!finished) return finished.error();
  console_.write_out(finished->out);
  console_.write_err(finished->err);
  return finished->exit_code;
}

}  // namespace deja

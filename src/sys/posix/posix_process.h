// Processes on posix_spawn and poll.
#pragma once

#include "sys/process.h"

namespace deja::posix {

class PosixProcesses final : public Processes {
 public:
  Result<Finished> run(const Command& command,
                       const std::function<void(std::string_view)>& on_out) override;
  Result<int> become(const Command& command) override;
  void die_of(int signal) override;
  std::uint32_t id() override;
  bool is_alive(std::uint32_t process) override;
  Result<std::string> own_path() override;
};

}  // namespace deja::posix

// Processes on Windows calls.
#pragma once

#include "sys/process.h"

namespace deja::win32 {

class Win32Processes final : public Processes {
 public:
  Result<Finished> run(const Command& command,
                       const std::function<void(std::string_view)>& on_out) override;
  Result<void> start_detached(const Command& command, const std::string& listen_at) override;
  Result<int> become(const Command& command) override;
  void die_of(int) override;
  std::uint32_t id() override;
  bool is_alive(std::uint32_t process) override;
  Result<std::string> own_path() override;
};

}  // namespace deja::win32

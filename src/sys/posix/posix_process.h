// Processes on posix_spawn and poll.
#pragma once

#include "sys/process.h"

namespace deja::posix {

// To be called before any file is opened. Opens those of the descriptors 0 to 2 that the caller has
// closed, lest a file of the cache get such a number and be written to as a stream; programs that
// are run find them closed again. Ignores SIGXFSZ, so that a file size limit is an error like a
// full disk; programs that are run find it as it was.
void prepare_for_files();
// Whether the caller had closed standard output or error.
bool output_was_closed();

class PosixProcesses final : public Processes {
 public:
  Result<Finished> run(const Command& command,
                       const std::function<void(std::string_view)>& on_out) override;
  bool can_observe() const override;
  Result<Observed> run_observed(const Command& command,
                                const std::function<void(std::string_view)>& on_out,
                                LinkReads links) override;
  Result<void> start_detached(const Command& command, const std::string& listen_at) override;
  Result<int> become(const Command& command) override;
  void die_of(int signal) override;
  std::uint32_t id() override;
  bool is_alive(std::uint32_t process) override;
  Result<std::string> own_path() override;
};

}  // namespace deja::posix

// Unix sockets.
#pragma once

#include <string>

#include "sys/channel.h"
#include "sys/posix/posix_call.h"

namespace deja::posix {

class PosixChannels final : public Channels {
 public:
  Result<std::unique_ptr<Channel>> connect(const std::string& address, Listener listener,
                                           std::int64_t deadline_ns) override;
};

// A socket that listens at `path`, for the user alone; what had the name is gone.
Result<Fd> listen_at_path(const std::string& path);

}  // namespace deja::posix

// Named pipes.
#pragma once

#include "sys/channel.h"

namespace deja::win32 {

class Win32Channels final : public Channels {
 public:
  Result<std::unique_ptr<Channel>> connect(const std::string& address, Listener listener,
                                           std::int64_t deadline_ns) override;
};

}  // namespace deja::win32

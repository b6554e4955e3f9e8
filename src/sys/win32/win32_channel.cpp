// Connecting, and waiting no longer than agreed: overlapped reads and writes that are cancelled.
#include "sys/win32/win32_channel.h"

#include <algorithm>

#include "sys/win32/win32_call.h"

namespace deja::win32 {

namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

DWORD ms_until(std::int64_t deadline_ns) {
  const std::int64_t left = deadline_ns - monotonic_ns();
  if (left <= 0) return 0;
  return static_cast<DWORD>(std::min<std::int64_t>((left + ns_per_ms - 1) / ns_per_ms, INT_MAX));
}

Error pipe_too_late(std::string_view action, std::string_view object) {
  return Error{std::string(action), std::string(object), "nothing happened in time",
               Cause::timed_out};
}

class Win32Channel final : public Channel {
 public:
  Win32Channel(Handle pipe, Handle event) : pipe_(std::move(pipe)), event_(std::move(event)) {}

  Result<std::size_t> read(char* into, std::size_t size, std::int64_t deadline_ns) override {
    return transfer("read from", deadline_ns, [&](OVERLAPPED& overlapped) {
      return ReadFile(pipe_.get(), into, at_most(size), nullptr, &overlapped);
    });
  }

  Result<std::size_t> write(std::string_view bytes, std::int64_t deadline_ns) override {
    return transfer("write to", deadline_ns, [&](OVERLAPPED& overlapped) {
      return WriteFile(pipe_.get(), bytes.data(), at_most(bytes.size()), nullptr, &overlapped);
    });
  }

 private:
  static DWORD at_most(std::size_t size) {
    return static_cast<DWORD>(std::min<std::size_t>(size, 1 << 20));
  }

  template <class Start>
  Result<std::size_t> transfer(const char* action, std::int64_t deadline_ns, Start start) {
    OVERLAPPED overlapped{};
    overlapped.hEvent = event_.get();
    DWORD code = start(overlapped) ? ERROR_SUCCESS : GetLastError();
    const bool waits = code == ERROR_IO_PENDING;
    const bool in_time =
        !waits || WaitForSingleObject(event_.get(), ms_until(deadline_ns)) == WAIT_OBJECT_0;
    if (!in_time) CancelIo(pipe_.get());
    DWORD moved = 0;
    if (waits || code == ERROR_SUCCESS)
      code = GetOverlappedResult(pipe_.get(), &overlapped, &moved, TRUE) ? ERROR_SUCCESS
                                                                         : GetLastError();
    if (code == ERROR_SUCCESS) return std::size_t{moved};
    if (!in_time) return pipe_too_late(action, "a pipe");
    if (code == ERROR_BROKEN_PIPE || code == ERROR_HANDLE_EOF) return std::size_t{0};
    return error_of(action, "a pipe", code);
  }

  Handle pipe_;
  Handle event_;
};

}  // namespace

Result<std::unique_ptr<Channel>> Win32Channels::connect(const std::string& address,
                                                        Listener listener,
                                                        std::int64_t deadline_ns) {
  const std::wstring name = L"\\\\.\\pipe\\" + wide(address);
  while (true) {
    Handle pipe(CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                            FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
                            nullptr));
    if (pipe) {
      Handle event(CreateEventW(nullptr, TRUE, FALSE, nullptr));
      if (!event) return error_of("create", "an event", GetLastError());
      return std::unique_ptr<Channel>(
          std::make_unique<Win32Channel>(std::move(pipe), std::move(event)));
    }
    const DWORD code = GetLastError();
    const bool nobody = code == ERROR_FILE_NOT_FOUND;
    const bool full = code == ERROR_PIPE_BUSY;
    if (!full && !(nobody && listener == Listener::awaited))
      return error_of("connect to", address, code);
    const DWORD left = ms_until(deadline_ns);
    if (left == 0) return pipe_too_late("connect to", address);
    if (full) WaitNamedPipeW(name.c_str(), left);
    if (nobody) Sleep(1);
  }
}

}  // namespace deja::win32

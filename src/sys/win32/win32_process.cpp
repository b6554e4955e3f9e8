// Running programs: inherited handles and only those, both pipes read at once, Ctrl-C left to the child.
#include "sys/win32/win32_process.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cwctype>
#include <thread>

#include "base/command_line.h"
#include "base/text.h"
#include "sys/win32/win32_call.h"

namespace deja::win32 {

namespace {

std::atomic<int> children = 0;

// Ctrl-C reaches every process of the console. The child decides what it means, and its exit code tells; until then this process stays.
BOOL WINAPI on_control(DWORD) { return children > 0 ? TRUE : FALSE; }

class ControlToChild {
 public:
  ControlToChild() {
    static const BOOL handled = SetConsoleCtrlHandler(on_control, TRUE);
    static_cast<void>(handled);
    ++children;
  }
  ~ControlToChild() { --children; }
  ControlToChild(const ControlToChild&) = delete;
  ControlToChild& operator=(const ControlToChild&) = delete;
};

// Windows compares the names of variables without case.
bool is_named(std::wstring_view variable, std::wstring_view name) {
  // From 1: "=C:=C:\x", the current directory of a drive, has a name that begins with '='.
  const std::size_t size = std::min(variable.find(L'=', 1), variable.size());
  return CompareStringOrdinal(variable.data(), static_cast<int>(size), name.data(), static_cast<int>(name.size()), TRUE) == CSTR_EQUAL;
}

// This process's environment with the command's changes, as CreateProcess takes it: NUL after each and one more at the end.
std::wstring environment_of(const Command& command) {
  std::vector<std::pair<std::wstring, std::optional<std::wstring>>> changes;
  for (const auto& [name, value] : command.environment)
    changes.emplace_back(wide(name), value ? std::optional(wide(*value)) : std::nullopt);
  std::wstring block;
  wchar_t* const all = GetEnvironmentStringsW();
  for (const wchar_t* at = all; at != nullptr && *at != L'\0';) {
    const std::wstring_view variable = at;
    at += variable.size() + 1;
    const bool changed = std::ranges::any_of(changes, [&](const auto& change) { return is_named(variable, change.first); });
    if (!changed) block.append(variable).push_back(L'\0');
  }
  if (all != nullptr) FreeEnvironmentStringsW(all);
  for (const auto& [name, value] : changes)
    if (value) block.append(name + L"=" + *value).push_back(L'\0');
  if (block.empty()) block.push_back(L'\0');
  block.push_back(L'\0');
  return block;
}

// One end of ours, one that a child inherits.
struct Pipe {
  Handle read_end;
  Handle write_end;
};

Result<Pipe> make_pipe() {
  HANDLE read_end = nullptr;
  HANDLE write_end = nullptr;
  SECURITY_ATTRIBUTES inheritable{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  if (!CreatePipe(&read_end, &write_end, &inheritable, 64 << 10)) return error_of("create", "pipe", GetLastError());
  Pipe out{Handle(read_end), Handle(write_end)};
  SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, 0);
  return out;
}

// Standard input in a form that a child may inherit; NUL where there is none.
Handle inheritable_input() {
  const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
  HANDLE copy = nullptr;
  const bool copied = input != nullptr && input != INVALID_HANDLE_VALUE &&
                      DuplicateHandle(GetCurrentProcess(), input, GetCurrentProcess(), &copy, 0, TRUE, DUPLICATE_SAME_ACCESS);
  if (copied) return Handle(copy);
  SECURITY_ATTRIBUTES inheritable{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  return Handle(CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, &inheritable, OPEN_EXISTING, 0, nullptr));
}

// The list of handles that a child gets, and no others, whatever other threads open meanwhile.
class HandleList {
 public:
  explicit HandleList(std::vector<HANDLE> handles) : handles_(std::move(handles)) {
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    room_.resize(size / sizeof(std::uint64_t) + 1);
    ready_ = InitializeProcThreadAttributeList(list(), 1, 0, &size) &&
             UpdateProcThreadAttribute(list(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(), handles_.size() * sizeof(HANDLE),
                                       nullptr, nullptr);
  }
  ~HandleList() {
    if (ready_) DeleteProcThreadAttributeList(list());
  }
  HandleList(const HandleList&) = delete;
  HandleList& operator=(const HandleList&) = delete;

  LPPROC_THREAD_ATTRIBUTE_LIST list() { return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(room_.data()); }
  bool ready() const { return ready_; }

 private:
  std::vector<HANDLE> handles_;
  std::vector<std::uint64_t> room_;
  bool ready_ = false;
};

// Without a console of its own, a child of a process that has none would open a window for one.
DWORD window_flags() { return GetConsoleCP() == 0 ? DWORD{CREATE_NO_WINDOW} : 0; }

Result<Handle> start(const Command& command, STARTUPINFOW& startup, DWORD flags) {
  std::wstring line = wide(command_line_of(command.argv));
  std::wstring environment = environment_of(command);
  PROCESS_INFORMATION process{};
  if (!CreateProcessW(api_path(command.program).c_str(), line.data(), nullptr, nullptr, TRUE,
                      flags | window_flags() | CREATE_UNICODE_ENVIRONMENT, environment.data(), nullptr, &startup, &process))
    return error_of("run", command.program, GetLastError());
  CloseHandle(process.hThread);
  return Handle(process.hProcess);
}

using Sink = std::function<void(std::string_view)>;

void drain(HANDLE pipe, const Sink& sink) {
  std::string room(64 << 10, '\0');
  DWORD got = 0;
  while (ReadFile(pipe, room.data(), static_cast<DWORD>(room.size()), &got, nullptr))
    if (got > 0) sink(std::string_view(room).substr(0, got));
}

int exit_code_of(HANDLE process) {
  WaitForSingleObject(process, INFINITE);
  DWORD code = 1;
  GetExitCodeProcess(process, &code);
  return static_cast<int>(code);  // STATUS_CONTROL_C_EXIT and other 32-bit codes survive the round trip through int
}

}  // namespace

Result<Finished> Win32Processes::run(const Command& command, const Sink& on_out) {
  auto out = make_pipe();
  auto err = make_pipe();
  if (!out) return out.error();
  if (!err) return err.error();
  const Handle input = inheritable_input();
  HandleList inherited({input.get(), out->write_end.get(), err->write_end.get()});
  if (!inherited.ready()) return error_of("prepare", command.program, GetLastError());
  STARTUPINFOEXW startup{};
  startup.StartupInfo.cb = sizeof startup;
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  startup.StartupInfo.hStdInput = input.get();
  startup.StartupInfo.hStdOutput = out->write_end.get();
  startup.StartupInfo.hStdError = err->write_end.get();
  startup.lpAttributeList = inherited.list();

  // cl writes to the pipe that Visual Studio names here instead of to its own outputs.
  Command plain = command;
  plain.environment.emplace_back("VS_UNICODE_OUTPUT", std::nullopt);

  const ControlToChild guard;
  const auto process = start(plain, startup.StartupInfo, EXTENDED_STARTUPINFO_PRESENT);
  if (!process) return process.error();
  // The reads below end when the last writer has closed.
  out->write_end.close();
  err->write_end.close();
  Finished finished;
  std::thread err_reader([&] { drain(err->read_end.get(), [&](std::string_view bytes) { finished.err.append(bytes); }); });
  drain(
      out->read_end.get(), on_out ? on_out : [&](std::string_view bytes) { finished.out.append(bytes); });
  err_reader.join();
  finished.exit_code = exit_code_of(process->get());
  return finished;
}

Result<int> Win32Processes::become(const Command& command) {
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  const ControlToChild guard;
  const auto process = start(command, startup, 0);
  if (!process) return process.error();
  return exit_code_of(process->get());
}

std::uint32_t Win32Processes::id() { return GetCurrentProcessId(); }

bool Win32Processes::is_alive(std::uint32_t process) {
  const Handle handle(OpenProcess(SYNCHRONIZE, FALSE, process));
  if (!handle) return GetLastError() != ERROR_INVALID_PARAMETER;  // that is: no such process
  return WaitForSingleObject(handle.get(), 0) == WAIT_TIMEOUT;
}

Result<std::string> Win32Processes::own_path() {
  std::wstring name(MAX_PATH, L'\0');
  DWORD size = 0;
  while ((size = GetModuleFileNameW(nullptr, name.data(), static_cast<DWORD>(name.size()))) == name.size()) name.resize(2 * name.size());
  if (size == 0) return error_of("find", "this program", GetLastError());
  name.resize(size);
  return plain_path(name);
}

}  // namespace deja::win32

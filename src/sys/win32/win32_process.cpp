// Running programs: inherited handles and only those, both pipes read at once, Ctrl-C left to the
// child.
#include "sys/win32/win32_process.h"

#include <process.h>

#include <algorithm>
#include <atomic>
#include <csignal>

#include "base/command_line.h"
#include "base/text.h"
#include "sys/win32/win32_call.h"

namespace deja::win32 {

namespace {

std::atomic<int> interrupted_by = 0;

// Ctrl-C reaches every process of the console, one after the other: this one often after the child
// has ended of it. The child decides what it means, and its exit code tells; until then this
// process stays. Once asked to end it starts no other.
BOOL WINAPI on_control(DWORD event) {
  const bool asked = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
  interrupted_by = asked ? SIGINT : SIGTERM;
  // The console is being closed, and Windows ends a process that returns from here. What is left to
  // do takes less than the seconds it waits.
  if (!asked) Sleep(INFINITE);
  return TRUE;
}

void leave_control_to_child() {
  static const BOOL handled = SetConsoleCtrlHandler(on_control, TRUE);
  static_cast<void>(handled);
}

// Windows compares the names of variables without case.
bool is_named(std::wstring_view variable, std::wstring_view name) {
  // From 1: "=C:=C:\x", the current directory of a drive, has a name that begins with '='.
  const std::size_t size = std::min(variable.find(L'=', 1), variable.size());
  return CompareStringOrdinal(variable.data(), static_cast<int>(size), name.data(),
                              static_cast<int>(name.size()), TRUE) == CSTR_EQUAL;
}

// This process's environment with the command's changes, as CreateProcess takes it: NUL after each
// and one more at the end.
std::wstring environment_of(const Command& command) {
  std::vector<std::pair<std::wstring, std::optional<std::wstring>>> changes;
  for (const auto& [name, value] : command.environment)
    changes.emplace_back(wide(name), value ? std::optional(wide(*value)) : std::nullopt);
  std::wstring block;
  wchar_t* const all = GetEnvironmentStringsW();
  for (const wchar_t* at = all; at != nullptr && *at != L'\0';) {
    const std::wstring_view variable = at;
    at += variable.size() + 1;
    const bool changed = std::ranges::any_of(
        changes, [&](const auto& change) { return is_named(variable, change.first); });
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
  if (!CreatePipe(&read_end, &write_end, &inheritable, 64 << 10))
    return error_of("create", "pipe", GetLastError());
  Pipe out{Handle(read_end), Handle(write_end)};
  SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, 0);
  return out;
}

// One of this process's standard handles in a form that a child may inherit; NUL where there is
// none.
Handle inheritable_nul(DWORD access) {
  SECURITY_ATTRIBUTES inherited{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  return Handle(CreateFileW(L"NUL", access, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                            OPEN_EXISTING, 0, nullptr));
}

Handle inheritable(DWORD which) {
  const HANDLE own = GetStdHandle(which);
  HANDLE copy = nullptr;
  const bool copied = own != nullptr && own != INVALID_HANDLE_VALUE &&
                      DuplicateHandle(GetCurrentProcess(), own, GetCurrentProcess(), &copy, 0, TRUE,
                                      DUPLICATE_SAME_ACCESS);
  if (copied) return Handle(copy);
  return inheritable_nul(which == STD_INPUT_HANDLE ? GENERIC_READ : GENERIC_WRITE);
}

// The list of handles that a child gets, and no others, whatever other threads open meanwhile.
class HandleList {
 public:
  explicit HandleList(std::vector<HANDLE> handles) : handles_(std::move(handles)) {
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    room_.resize(size / sizeof(std::uint64_t) + 1);
    ready_ =
        InitializeProcThreadAttributeList(list(), 1, 0, &size) &&
        UpdateProcThreadAttribute(list(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(),
                                  handles_.size() * sizeof(HANDLE), nullptr, nullptr);
  }
  ~HandleList() {
    if (ready_) DeleteProcThreadAttributeList(list());
  }
  HandleList(const HandleList&) = delete;
  HandleList& operator=(const HandleList&) = delete;

  LPPROC_THREAD_ATTRIBUTE_LIST list() {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(room_.data());
  }
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
                      flags | window_flags() | CREATE_UNICODE_ENVIRONMENT, environment.data(),
                      nullptr, &startup, &process))
    return error_of("run", command.program, GetLastError());
  CloseHandle(process.hThread);
  return Handle(process.hProcess);
}

using Sink = std::function<void(std::string_view)>;

// Reads to the end, which is there when the last writer has closed. 0, or why the rest could not be
// read: then the text is not whole.
DWORD drain(HANDLE pipe, const Sink& sink) {
  std::string room(64 << 10, '\0');
  while (true) {
    DWORD got = 0;
    if (!ReadFile(pipe, room.data(), static_cast<DWORD>(room.size()), &got, nullptr)) {
      const DWORD code = GetLastError();
      return code == ERROR_BROKEN_PIPE || code == ERROR_HANDLE_EOF ? 0 : code;
    }
    if (got > 0) sink(std::string_view(room).substr(0, got));
  }
}

// Collects one pipe's text in a thread of its own. Not std::thread, whose failure to start is an
// exception.
class Collector {
 public:
  explicit Collector(HANDLE pipe)
      : pipe_(pipe),
        thread_(reinterpret_cast<HANDLE>(_beginthreadex(nullptr, 0, run, this, 0, nullptr))) {}
  ~Collector() { join(); }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  bool started() const { return static_cast<bool>(thread_); }
  // To be called when the pipe's writers are gone or will go. 0, or why not all was read.
  DWORD join() {
    if (thread_) WaitForSingleObject(thread_.get(), INFINITE);
    return code_;
  }
  std::string take() { return std::move(text_); }

 private:
  static unsigned __stdcall run(void* self) {
    auto& collector = *static_cast<Collector*>(self);
    collector.code_ =
        drain(collector.pipe_, [&](std::string_view bytes) { collector.text_.append(bytes); });
    return 0;
  }

  HANDLE pipe_;
  std::string text_;
  DWORD code_ = 0;
  Handle thread_;  // last: it uses the others
};

// An exit code that nobody can tell is an error, never a compile that failed.
Result<int> exit_code_of(HANDLE process, const std::string& program) {
  if (WaitForSingleObject(process, INFINITE) != WAIT_OBJECT_0)
    return error_of("wait for", program, GetLastError());
  DWORD code = 0;
  if (!GetExitCodeProcess(process, &code))
    return error_of("get the exit code of", program, GetLastError());
  return static_cast<int>(
      code);  // STATUS_CONTROL_C_EXIT and other 32-bit codes survive the round trip through int
}

// As if Ctrl-C had ended it.
Finished not_started() {
  Finished out;
  out.exit_code = static_cast<int>(STATUS_CONTROL_C_EXIT);
  out.interrupted_by = interrupted_by;
  return out;
}

}  // namespace

Result<Finished> Win32Processes::run(const Command& command, const Sink& on_out) {
  leave_control_to_child();
  if (interrupted_by != 0) return not_started();
  auto out = make_pipe();
  auto err = make_pipe();
  if (!out) return out.error();
  if (!err) return err.error();
  const Handle input = command.input == Command::Input::empty ? inheritable_nul(GENERIC_READ)
                                                              : inheritable(STD_INPUT_HANDLE);
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

  // Writers first, so that the reader ends whatever happens here.
  Collector err_reader(err->read_end.get());
  if (!err_reader.started()) return Error{"run", command.program, "no thread to read its messages"};
  const auto process = start(plain, startup.StartupInfo, EXTENDED_STARTUPINFO_PRESENT);
  out->write_end.close();
  err->write_end.close();
  if (!process) return process.error();
  Finished finished;
  const Sink collect = [&](std::string_view bytes) { finished.out.append(bytes); };
  const DWORD out_code = drain(out->read_end.get(), on_out ? on_out : collect);
  out->read_end.close();  // should it have ended early, the program must not wait for a reader
  const DWORD err_code = err_reader.join();
  err->read_end.close();
  const auto exit_code = exit_code_of(process->get(), command.program);
  if (!exit_code) return exit_code.error();
  if (out_code != 0) return error_of("read the output of", command.program, out_code);
  if (err_code != 0) return error_of("read the messages of", command.program, err_code);
  finished.err = err_reader.take();
  finished.exit_code = *exit_code;
  finished.interrupted_by = interrupted_by;
  return finished;
}

// No handle of this process, no console, nobody's Ctrl-C.
Result<void> Win32Processes::start_detached(const Command& command, const std::string&) {
  std::wstring line = wide(command_line_of(command.argv));
  std::wstring environment = environment_of(command);
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION process{};
  constexpr DWORD flags = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP | CREATE_UNICODE_ENVIRONMENT;
  if (!CreateProcessW(api_path(command.program).c_str(), line.data(), nullptr, nullptr, FALSE,
                      flags, environment.data(), nullptr, &startup, &process))
    return error_of("run", command.program, GetLastError());
  CloseHandle(process.hThread);
  CloseHandle(process.hProcess);
  return {};
}

Result<int> Win32Processes::become(const Command& command) {
  // Named, since a child that is to show no window gets a console of its own, and without this its
  // outputs would go there.
  const Handle input = inheritable(STD_INPUT_HANDLE);
  const Handle out = inheritable(STD_OUTPUT_HANDLE);
  const Handle err = inheritable(STD_ERROR_HANDLE);
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = input.get();
  startup.hStdOutput = out.get();
  startup.hStdError = err.get();
  leave_control_to_child();
  if (interrupted_by != 0) die_of(interrupted_by);
  const auto process = start(command, startup, 0);
  if (!process) return process.error();
  return exit_code_of(process->get(), command.program);
}

void Win32Processes::die_of(int) { ExitProcess(STATUS_CONTROL_C_EXIT); }

std::uint32_t Win32Processes::id() { return GetCurrentProcessId(); }

bool Win32Processes::is_alive(std::uint32_t process) {
  const Handle handle(OpenProcess(SYNCHRONIZE, FALSE, process));
  if (!handle) return GetLastError() != ERROR_INVALID_PARAMETER;  // that is: no such process
  return WaitForSingleObject(handle.get(), 0) == WAIT_TIMEOUT;
}

Result<std::string> Win32Processes::own_path() {
  std::wstring name(MAX_PATH, L'\0');
  DWORD size = 0;
  while ((size = GetModuleFileNameW(nullptr, name.data(), static_cast<DWORD>(name.size()))) ==
         name.size())
    name.resize(2 * name.size());
  if (size == 0) return error_of("find", "this program", GetLastError());
  name.resize(size);
  return plain_path(name);
}

}  // namespace deja::win32

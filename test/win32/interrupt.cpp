// Ctrl-C in a console: starts deja with a compiler that says when it is at work, sends Ctrl-C to
// everybody in the console, tells what came of it.
//
//   interrupt run RESULT DEJA WORDS…   RESULT gets deja's exit code in hexadecimal, then all that
//   it said interrupt … -E … | … -o FILE …     the compiler. INTERRUPT_AT=-E|-o: where it waits for
//   Ctrl-C, with half its output written; then it
//                                      removes that and ends with 42, as compilers do, or with
//                                      INTERRUPT_IGNORED set finishes its work
#define WIN32_LEAN_AND_MEAN
#include <fmt/format.h>
#include <windows.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "sys/system.h"

using namespace deja;

namespace {

constexpr char at_work_name[] = "deja-test-at-work";
constexpr int interrupted_exit_code = 42;

System& sys() { return native_system(); }

volatile LONG interrupted = 0;
BOOL WINAPI on_control(DWORD) {
  InterlockedExchange(&interrupted, 1);
  return TRUE;
}

void write_file(const std::string& path, std::string_view bytes) {
  if (!sys().fs.write_output(path, bytes)) ExitProcess(3);
}

// Says that the work has begun, and waits. True: Ctrl-C came.
bool wait_for_interrupt() {
  SetConsoleCtrlHandler(on_control, TRUE);
  SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, at_work_name));
  for (int i = 0; i < 1000 && interrupted == 0; ++i) Sleep(10);
  // The console tells one process after the other. One that starts the next before it is told was
  // not interrupted.
  Sleep(500);
  return interrupted != 0;
}

int compile(const std::vector<std::string>& words) {
  const bool preprocesses = std::ranges::find(words, "-E") != words.end();
  const auto output = std::ranges::find(words, "-o");
  const std::string object =
      output != words.end() && output + 1 != words.end() ? output[1] : std::string();
  const std::string mode = preprocesses ? "-E" : "-o";
  if (!preprocesses) write_file(object, "half an ob");
  if (sys().env.get("INTERRUPT_AT") == mode && wait_for_interrupt() &&
      !sys().env.get("INTERRUPT_IGNORED")) {
    if (!preprocesses) (void)sys().fs.remove(object);
    return interrupted_exit_code;
  }
  if (preprocesses) sys().console.write_out("int a;\n");
  if (!preprocesses) write_file(object, "half an object and the rest");
  return 0;
}

int run(const std::string& result, const std::string& deja, std::vector<std::string> words) {
  const HANDLE at_work = CreateEventA(nullptr, TRUE, FALSE, at_work_name);
  words.insert(words.begin(), deja);
  std::string text;
  std::thread runner([&] {
    // This, too, leaves Ctrl-C to the child.
    const auto finished = sys().processes.run({deja, words, {}});
    text = finished ? fmt::format("{:x}\n{}{}", static_cast<unsigned>(finished->exit_code),
                                  finished->out, finished->err)
                    : finished.error().text();
  });
  const bool sent = WaitForSingleObject(at_work, 20'000) == WAIT_OBJECT_0 &&
                    GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
  const DWORD code = GetLastError();
  runner.join();
  write_file(result, sent ? text : fmt::format("no Ctrl-C could be sent ({})", code));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words = native_arguments(argc, argv);
  if (words.size() > 3 && words[1] == "run")
    return run(words[2], words[3], {words.begin() + 4, words.end()});
  return compile(words);
}

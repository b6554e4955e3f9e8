// The program's entry point on Linux: tries the fast path on the bare process, then hands over to
// the C library as if nothing had been there. Compiled and linked so that nothing outside this file
// is called: the C library's own start has not run, so neither its memory functions (chosen by
// processor at start-up), thread-local storage, nor constructors exist yet.
// test/integration/replay_start_test.sh checks the object file.

// Inline functions get names of their own here, lest the linker take another file's copy, compiled
// for a running C library.
#define deja deja_before_start

#include "replay/fast_path.h"
#include "replay/linux_calls.h"

// The compiler calls these by name where it copies or clears; in this file the names mean these
// functions (see the assembler lines).
extern "C" {
__attribute__((used, noinline)) static void* copy_bytes(void* to, const void* from,
                                                        std::size_t size) {
#if defined(__x86_64__)
  void* const result = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
  return result;
#else
  for (std::size_t i = 0; i < size; ++i) {
    static_cast<volatile char*>(to)[i] = static_cast<const char*>(from)[i];
  }
  return to;
#endif
}

__attribute__((used, noinline)) static void* fill_bytes(void* to, int value, std::size_t size) {
#if defined(__x86_64__)
  void* const result = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
  return result;
#else
  for (std::size_t i = 0; i < size; ++i)
    static_cast<volatile char*>(to)[i] = static_cast<char>(value);
  return to;
#endif
}

__attribute__((used, noinline)) static int compare_bytes(const void* a, const void* b,
                                                         std::size_t size) {
  const volatile unsigned char* const left = static_cast<const unsigned char*>(a);
  const unsigned char* const right = static_cast<const unsigned char*>(b);
  for (std::size_t i = 0; i < size; ++i)
    if (left[i] != right[i]) return left[i] < right[i] ? -1 : 1;
  return 0;
}

__attribute__((used, noinline)) static std::size_t length_of(const char* text) {
  std::size_t size = 0;
  while (static_cast<const volatile char*>(text)[size] != '\0') ++size;
  return size;
}
}
__asm__(
    ".set memcpy, copy_bytes\n"
    ".set memset, fill_bytes\n"
    ".set memcmp, compare_bytes\n"
    ".set strlen, length_of\n");

namespace {

deja::replay::Room room;

// The stack as the kernel made it: the number of words, the words, a null, the environment, a null.
extern "C" {
__attribute__((used, noinline)) static void try_replay(const long* stack) {
  const auto* const words = reinterpret_cast<const char* const*>(stack + 1);
  const std::size_t count = static_cast<std::size_t>(*stack);
  const auto* const environment = words + count + 1;
  std::size_t variables = 0;
  while (environment[variables] != nullptr) ++variables;
  if (count == 0) return;

  LinuxCalls calls;
  deja::replay::Call call;
  call.words = {words, count};
  if (deja::replay::is_own_name(words[0])) call.words = call.words.subspan(1);
  call.environment = {environment, variables};
  call.working_directory =
      calls.working_directory(room.work);  // read for the key, before anything else needs the room
  call.user = calls.user();
  call.err_is_terminal = calls.err_is_terminal();
  if (call.working_directory.empty() || !deja::replay::Replay<LinuxCalls>(calls, room).serve(call))
    return;
  linux_kernel::call(SYS_exit_group, 0);
}
}

}  // namespace

// The registers and the stack are what they were when control goes on to the C library's start.
#if defined(__x86_64__)
__asm__(
    ".globl deja_start\n"
    ".type deja_start, @function\n"
    "deja_start:\n"
    "  xor %ebp, %ebp\n"
    "  mov %rsp, %rbx\n"
    "  mov %rdx, %r12\n"
    "  mov %rsp, %rdi\n"
    "  call try_replay\n"
    "  mov %rbx, %rsp\n"
    "  mov %r12, %rdx\n"
    "  jmp _start\n");
#elif defined(__aarch64__)
__asm__(
    ".globl deja_start\n"
    ".type deja_start, %function\n"
    "deja_start:\n"
    "  mov x29, #0\n"
    "  mov x30, #0\n"
    "  mov x19, x0\n"
    "  mov x0, sp\n"
    "  mov x20, x0\n"
    "  bl try_replay\n"
    "  mov sp, x20\n"
    "  mov x0, x19\n"
    "  b _start\n");
#endif

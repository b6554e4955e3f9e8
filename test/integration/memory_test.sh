# Memory: what deja itself needs for a replay, a hit, and a miss on 5 MB of text, beyond the compiler's own.
. "$(dirname "$0")/lib.sh"
[[ -z $RUN ]] || skip "the limits are those of the native program"
command -v python3 >/dev/null || skip "needs python3"

# Runs its words and prints the kibibytes they had resident at most (VmHWM at their end): of that one process, whatever its children need.
cat >"$TOP/resident.c" <<'C'
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
static void print_peak(pid_t process) {
  char line[256];
  snprintf(line, sizeof line, "/proc/%d/status", (int)process);
  FILE* status = fopen(line, "r");
  int kib;
  while (status && fgets(line, sizeof line, status))
    if (sscanf(line, "VmHWM: %d", &kib) == 1) printf("%d\n", kib);
}
int main(int count, char** words) {
  int status = 0;
  pid_t child = count > 1 ? fork() : -1;
  if (child < 0) return 1;
  if (child == 0) {
    for (int i = 0; i < 3; ++i) dup2(open("/dev/null", O_RDWR), i);
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) _exit(77);
    raise(SIGSTOP);
    execv(words[1], words + 1);
    _exit(127);
  }
  if (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL);
  for (; WIFSTOPPED(status); waitpid(child, &status, 0)) {
    int ends = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8), signal = WSTOPSIG(status);
    if (ends) print_peak(child);
    ptrace(PTRACE_CONT, child, 0, signal == SIGTRAP || signal == SIGSTOP ? 0 : signal);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
C
gcc -O1 -o "$TOP/resident" "$TOP/resident.c" || exit 1
"$TOP/resident" /bin/true >/dev/null
(($? == 77)) && skip "processes may not be traced here"
# at_most NAME HOW KIBIBYTES WORDS…
at_most() {
  local name=$1 how=$2 limit=$3 seen
  shift 3
  mark
  seen=$("$TOP/resident" "$DEJA" "$@") || fail "$name: failed"
  expect_hit "$how" "$name"
  ((seen < limit)) || fail "$name: $seen KiB resident, the limit is $limit"
  echo "$name: $seen KiB of $limit"
}
mib() { echo $(($1 * 1024)); }

fresh limits
# The preprocessor's text is about 5 MB; the compile is quick.
python3 - <<'P'
with open("big.h", "w") as out:
    for i in range(45000):
        out.write(f"extern int function_number_{i}(int first_argument, const char *second_argument, double third_argument_{i});\n")
P
touch -d yesterday big.h
put a.c <<<$'#include "big.h"\nint a;'
put small.c <<<$'#include <stdio.h>\nint main(void) { return puts("x"); }'
gcc -E a.c -o a.i
(($(stat -c %s a.i) > 5000000)) || fail "only $(stat -c %s a.i) bytes of text"
age

at_most "miss, small" miss "$(mib 8)" gcc -c small.c -o small.o
# The first hit is one by content, and makes the replay record.
at_most "direct hit, small" direct "$(mib 8)" gcc -c small.c -o small.o
at_most "replay, small" direct 1024 gcc -c small.c -o small.o
CCACHE_NODIRECT=1 at_most "preprocessed hit, small" preprocessed "$(mib 8)" gcc -c small.c -o small.o
at_most "miss, 5 MB of text" miss "$(mib 32)" gcc -c a.c -o a.o
at_most "first direct hit, 5 MB of text" direct "$(mib 8)" gcc -c a.c -o a.o
at_most "replay, 5 MB of text" direct 1024 gcc -c a.c -o a.o
CCACHE_STATSLOG=$TOP/no-replay at_most "direct hit, 5 MB of text" direct "$(mib 8)" gcc -c a.c -o a.o
CCACHE_NODIRECT=1 at_most "preprocessed hit, 5 MB of text" preprocessed "$(mib 32)" gcc -c a.c -o a.o
CCACHE_DEPEND=1 at_most "miss, 5 MB of text, depend mode" miss "$(mib 32)" gcc -MD -O1 -c a.c -o a.o
at_most "miss, 5 MB source that is preprocessed" miss "$(mib 32)" gcc -c a.i -o a.o
at_most "first direct hit, 5 MB source that is preprocessed" direct "$(mib 8)" gcc -c a.i -o a.o
at_most "replay, 5 MB source that is preprocessed" direct 1024 gcc -c a.i -o a.o
CCACHE_STATSLOG=$TOP/no-replay at_most "direct hit, 5 MB source that is preprocessed" direct "$(mib 8)" gcc -c a.i -o a.o
touch a.i
at_most "direct hit, 5 MB source that was touched" direct "$(mib 8)" gcc -c a.i -o a.o

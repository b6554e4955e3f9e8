# Memory: what deja itself needs for a replay, a hit, and a miss on 5 MB of text, beyond the compiler's own.
. "$(dirname "$0")/lib.sh"
[[ -z $RUN ]] || skip "the limits are those of the native program"
command -v python3 >/dev/null || skip "needs python3"

# Kibibytes that a command had resident at most, its children left out (wait4 tells each process's own).
resident() {
  python3 - "$@" <<'P'
import os, sys
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in (0, 1, 2)])
_, status, usage = os.wait4(pid, 0)
if status != 0:
    sys.exit(f"wait status {status}: {sys.argv[1:]}")
print(usage.ru_maxrss)
P
}
# at_most NAME HOW KIBIBYTES WORDS…
at_most() {
  local name=$1 how=$2 limit=$3 seen
  shift 3
  mark
  seen=$(resident "$DEJA" "$@") || fail "$name: $seen"
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
# A replay record is only used while nothing changes; a changed time makes it a hit by content.
at_most "replay, small" direct 1024 gcc -c small.c -o small.o
CCACHE_DEBUG= CCACHE_NODIRECT=1 at_most "preprocessed hit, small" preprocessed "$(mib 8)" gcc -c small.c -o small.o
at_most "miss, 5 MB of text" miss "$(mib 32)" gcc -c a.c -o a.o
at_most "replay, 5 MB of text" direct 1024 gcc -c a.c -o a.o
CCACHE_STATSLOG=$TOP/no-replay at_most "direct hit, 5 MB of text" direct "$(mib 8)" gcc -c a.c -o a.o
CCACHE_NODIRECT=1 at_most "preprocessed hit, 5 MB of text" preprocessed "$(mib 32)" gcc -c a.c -o a.o
CCACHE_DEPEND=1 at_most "miss, 5 MB of text, depend mode" miss "$(mib 32)" gcc -MD -O1 -c a.c -o a.o
at_most "miss, 5 MB source that is preprocessed" miss "$(mib 32)" gcc -c a.i -o a.o
at_most "replay, 5 MB source that is preprocessed" direct 1024 gcc -c a.i -o a.o
CCACHE_STATSLOG=$TOP/no-replay at_most "direct hit, 5 MB source that is preprocessed" direct "$(mib 8)" gcc -c a.i -o a.o

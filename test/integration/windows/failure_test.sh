# What deja.exe cannot cache, and what goes wrong: the caller sees what the bare compiler shows.
. "$(dirname "$0")/lib.sh"

fresh "compile errors"
put bad.c <<<$'int f(void) {\n  return 1 +;\n}'
put no_header.c <<<'#include "none.h"'
put a.c <<<'int main(void) { return 0; }'
same_as_compiler "syntax" any -- tcc -c bad.c -o bad.o
[[ $(<"$TOP/warm/exit") != 0 ]] || fail "exit code 0"
grep -q 'bad.c:[0-9]' "$TOP/warm/stderr" || fail "no diagnostic: $(cat "$TOP/warm/stderr")"
same_as_compiler "header" any -- tcc -c no_header.c -o no_header.o
same_as_compiler "source" any -- tcc -c none.c -o none.o
same_as_compiler "folder of the output" any -- tcc -c a.c -o none/a.o

context="not cached"
same_as_compiler "-E" any -- tcc -E a.c
same_as_compiler "-E -o" any -- tcc -E a.c -o a.i
same_as_compiler "no source" any -- tcc -c
same_as_compiler "version" any -- tcc -v
tcc -c a.c -o b.o
same_as_compiler "link" any -- tcc -shared b.o -nostdlib -o b.dll
same_as_compiler "several sources" any -- tcc -c a.c bad.c

context="wrong configuration"
CCACHE_MAXSIZE=much deja tcc -c a.c -o a.o >"$TOP/out" 2>"$TOP/err"
code=$?
((code == 1)) || fail "exit code $code"
[[ ! -s $TOP/out && $(wc -l <"$TOP/err") == 1 && ! -e a.o ]] || fail "not one line: $(cat "$TOP/out" "$TOP/err")"
deja no-such-compiler -c a.c -o a.o >"$TOP/out" 2>"$TOP/err"
code=$?
((code == 1)) || fail "no compiler: exit code $code"
[[ ! -s $TOP/out && $(wc -l <"$TOP/err") == 1 ]] || fail "no compiler: not one line: $(cat "$TOP/out" "$TOP/err")"
deja --no-such-option >"$TOP/out" 2>"$TOP/err" && fail "an unknown option is accepted"

context="log"
mkdir "$TOP/folder"
for CCACHE_LOGFILE in "$TOP/none/log" "$TOP/folder" "$(windows_path "$TOP/n*o")"; do
  export CCACHE_LOGFILE
  same_as_compiler "$CCACHE_LOGFILE" -- tcc -DLOG="${#CCACHE_LOGFILE}" -c a.c -o a.o
done
[[ -z $(ls "$TOP/folder") ]] || fail "files in the log's place: $(ls "$TOP/folder")"

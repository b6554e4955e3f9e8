# Hits and misses of deja.exe: files, both outputs and exit code as from the bare compiler.
. "$(dirname "$0")/lib.sh"

fresh "direct"
put a.h <<<'enum { A = 1 };'
put a.c <<<$'#include "a.h"\nint a(void) { return A; }'
put warns.c <<<'int f(void) { return undeclared(1); }'
same_as_compiler "object" miss direct -- tcc -c a.c -o a.o
same_as_compiler "no -o" -- tcc -c a.c
same_as_compiler "dependency file" -- tcc -c a.c -o a.o -MD -MF a.d
same_as_compiler "dependency file's default name" -- tcc -c a.c -o a.o -MD
same_as_compiler "a warning is told again" -- tcc -Wall -c warns.c -o warns.o
grep -q warning "$TOP/warm/stderr" || fail "no warning in: $(cat "$TOP/warm/stderr")"

context="header"
put a.h <<<'enum { A = 2 };'
same_as_compiler "changed" miss direct -- tcc -c a.c -o a.o
mkdir before
same_as_compiler "two folders" -- tcc -Ibefore -I. -c a.c -o a.o

context="replayed"
age
same_as_compiler "old files" -- tcc -c a.c -o a.o -MD -MF a.d

fresh "preprocessed"
export CCACHE_NODIRECT=1
put a.c <<<'int a(void) { return 1; }'
same_as_compiler "object" miss preprocessed -- tcc -c a.c -o a.o
put a.c <<<$'int a(void) { return 1; }\n/* more */'
same_as_compiler "a comment" any preprocessed -- tcc -c a.c -o a.o
put a.c <<<'int a(void) { return 2; }'
same_as_compiler "a change" miss preprocessed -- tcc -c a.c -o a.o
unset CCACHE_NODIRECT

# TinyCC's -E does not name a header that holds nothing but macros; its dependency file does.
fresh "depend mode"
export CCACHE_DEPEND=1
put a.h <<<'#define A 1'
put a.c <<<$'#include "a.h"\nint a(void) { return A; }'
same_as_compiler "asked for" miss direct -- tcc -c a.c -o a.o -MD -MF a.d
same_as_compiler "not asked for" miss direct -- tcc -DB -c a.c -o a.o
put a.h <<<'#define A 2'
same_as_compiler "changed header" miss direct -- tcc -c a.c -o a.o -MD -MF a.d
unset CCACHE_DEPEND

fresh "read-only cache"
put a.c <<<'int a;'
same_as_compiler "filled" miss direct -- tcc -c a.c -o a.o
export CCACHE_READONLY=1
same_as_compiler "hit" direct -- tcc -c a.c -o a.o
put a.c <<<'int b;'
same_as_compiler "miss" miss -- tcc -c a.c -o a.o
unset CCACHE_READONLY

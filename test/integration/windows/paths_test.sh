# Names as Windows has them: spaces, letters outside ASCII, backslashes, drives, more than 260 characters.
. "$(dirname "$0")/lib.sh"

fresh "names"
put "with space.h" <<<'#define A 1'
put "with space.c" <<<$'#include "with space.h"\nint a(void) { return A; }'
put "grün.c" <<<'int green;'
put "sub/in/a.c" <<<$'#include "../b.h"\nint a = B;'
put "sub/b.h" <<<'#define B 2'
same_as_compiler "space" -- tcc -c "with space.c" -o "with space.o" -MD -MF "with space.d"
same_as_compiler "outside ASCII" -- tcc -c "grün.c" -o "grün.o"
same_as_compiler "slashes" -- tcc -c sub/in/a.c -o sub/in/a.o -MD -MF sub/a.d
same_as_compiler "backslashes" -- tcc -c 'sub\in\a.c' -o 'sub\in\a.o' -MD -MF 'sub\a.d'
same_as_compiler "an absolute path with a drive" -- tcc -c "$(windows_path "$W/sub/in/a.c")" -o "$(windows_path "$W/a.o")"
same_as_compiler "of the drive's root" -- tcc -c "${W//\//\\}\\sub\\in\\a.c" -o "$W/a.o"
same_as_compiler "in the drive's current folder" -- tcc -c 'Z:sub\in\a.c' -o Z:a.o
same_as_compiler "another case of the letters" any -- tcc -c SUB/in/a.c -o a.o
same_as_compiler "quotation marks and backslashes" -- tcc -DTEXT='"a\\b c"' '-DEND=c:\dir\' -c sub/in/a.c -o a.o
same_as_compiler "an empty word" any -- tcc '' -c sub/in/a.c -o a.o

fresh "long"
part=$(printf 'p%.0s' {1..60})
deep=$part/$part/$part/$part/$part
put "$deep/a.h" <<<'#define A 3'
put "$deep/a.c" <<<$'#include "a.h"\nint a = A;'
((${#deep} > 260)) || fail "not long"
same_as_compiler "relative" any -- tcc -c "$deep/a.c" -o a.o
same_as_compiler "output" any -- tcc -c "$deep/a.c" -o "$deep/a.o" -MD -MF "$deep/a.d"
same_as_compiler "absolute" any -- tcc -c "$(windows_path "$W/$deep/a.c")" -o a.o
# The cache itself may lie deep.
export CCACHE_DIR=$W/$deep/cache
mkdir "$CCACHE_DIR"
put b.c <<<'int b;'
compile miss tcc -c b.c -o b.o
compile direct tcc -c b.c -o b.o

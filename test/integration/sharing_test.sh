# One result for calls that differ in names, colours and places only: hits, and what the bare compiler makes.
. "$(dirname "$0")/lib.sh"

# shares NAME FIRST… -- SECOND…: after the first call the second is a direct hit, and equal to the bare compiler's.
shares() {
  local name=$1 first=()
  shift
  while [[ $1 != -- ]]; do first+=("$1"); shift; done
  shift
  snapshot
  observe "$TOP/first" deja "${first[@]}"
  same_once "$name" direct -- "$@"
}

for cc in $(c_compilers); do
  fresh "$cc"
  mkdir -p out/x src
  put src/a.h <<<'int h;'
  put src/a.c <<<$'#include "a.h"\nint a(void) { int unused; return h; }'
  age

  # Dependency files that the preprocessor is asked for; clang takes no more than a file there.
  shares "-Wp,-MD" "$cc" -Wp,-MD,one.d -c src/a.c -o a.o -- "$cc" -Wp,-MD,out/two.d -c src/a.c -o out/x/b.o
  shares "-Wp,-MMD and -MT" "$cc" -Wp,-MMD,one.d,-MT,x -c src/a.c -o a.o -- "$cc" -Wp,-MMD,two.d,-MT,y,-MT,z -c src/a.c -o b.o
  shares "-Wp,-MMD and -MQ" "$cc" -Wp,-MMD,one.d,-MQ,x -c src/a.c -o a.o -- "$cc" -Wp,-MMD,two.d,-MQ,'$y' -c src/a.c -o b.o
  shares "-Wp,-MMD beside -MT" "$cc" -MT u -Wp,-MMD,one.d -Wp,-MT,x -c src/a.c -o a.o -- "$cc" -Wp,-MT,y -Wp,-MMD,two.d -MT v -c src/a.c -o b.o
  shares "-Wp,-MP" "$cc" -Wp,-MMD,one.d -Wp,-MP -c src/a.c -o a.o -- "$cc" -Wp,-MMD,two.d -Wp,-MP -c src/a.c -o b.o
  shares "-Wp,-MD beside -MD" "$cc" -MD -Wp,-MD,one.d -c src/a.c -o a.o -- "$cc" -MD -Wp,-MD,two.d -c src/a.c -o out/b.o

  # What is not asked for is not made; what was not made cannot be served.
  shares "an object, then none" "$cc" -c src/a.c -o a.o -- "$cc" -c src/a.c -o /dev/null
  same_once "-MF /dev/null" miss -- "$cc" -MD -MF /dev/null -O1 -c src/a.c -o a.o
  same_once "-MF after -MF /dev/null" miss -- "$cc" -MD -MF a.d -O1 -c src/a.c -o a.o
  shares "-MF, then /dev/null" "$cc" -MD -MF a.d -O1 -c src/a.c -o a.o -- "$cc" -MD -MF /dev/null -O1 -c src/a.c -o b.o
  [[ -c /dev/null ]] || fail "/dev/null is no device"

  if is_clang "$cc"; then
    shares "--serialize-diagnostics" "$cc" -Wall --serialize-diagnostics one.dia -c src/a.c -- "$cc" -Wall --serialize-diagnostics out/two.dia -c src/a.c
    shares "-Xclang -fcolor-diagnostics" "$cc" -Wall -c src/a.c -- "$cc" -Wall -Xclang -fcolor-diagnostics -c src/a.c
  else
    # The listing names the assembler's temporary file.
    compile miss "$cc" -Wa,-al=one.lst -c src/a.c -o a.o
    compile direct "$cc" -Wa,-al=two.lst -c src/a.c -o b.o
    cmp one.lst two.lst || fail "another listing"
    compile miss "$cc" -Wa,-ahl=two.lst -c src/a.c -o b.o
  fi

  put warn.c <<<$'#warning hello\nint w(void) { int unused; return 1; }'
  export CCACHE_NODIRECT=1
  same_once "colours, preprocessed" miss -- "$cc" -Wall -fdiagnostics-color=never -c warn.c
  same_once "colours, preprocessed" preprocessed -- "$cc" -Wall -fdiagnostics-color=always -c warn.c
  same_once "colours, preprocessed" preprocessed -- "$cc" -Wall -c warn.c
  unset CCACHE_NODIRECT
done

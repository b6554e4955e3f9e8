# Dependency files: every way to ask for them, name them and fill them.
. "$(dirname "$0")/lib.sh"

forms=(
  "-MD" "-MMD" "-MD -MP" "-MD -MF dep.d" "-MD -MFdep.d" "-MMD -MF sub/dep.d" "-MD -MF dep" "-MD -MT target" "-MD -MTtarget"
  "-MD -MQ a\$b" "-MD -MT one -MT two" "-MD -MT one -MQ two" "-MD -MT a\$b -MP -MF dep.d" "-MD -MMD" "-MMD -MD" "-MD -MD" "-Wp,-MD,dep.d" "-Wp,-MMD,dep.d"
  "-MD -MF /dev/null" "-MF dep.d -MD" "-MT target -MF dep.d -MMD"
)
for cc in $(c_compilers); do
  fresh "$cc"
  mkdir sub
  put inc/a.h <<<'#include <b.h>'
  put inc/b.h <<<'#define B 2'
  put a.c <<<$'#include <stddef.h>\n#include "a.h"\nint a = B;'
  age
  for form in "${forms[@]}"; do
    for output in "-o a.o" "-o sub/x.y.o" ""; do
      [[ $output == "-o a.o" || ${#form} -le 6 || $form == *Wp* ]] || continue
      # shellcheck disable=SC2086  # words are meant
      same_as_compiler "$form $output" cacheable "$([[ $form == *Wp* ]] && echo hit || echo direct)" -- "$cc" -Iinc $form -c a.c $output
    done
  done
  for output in noending a.b.c .hidden; do same_as_compiler "-MD -o $output" -- "$cc" -Iinc -MD -c a.c -o "$output"; done
  # Asked for without -MD, -MF and its kind mean nothing or are an error: the compiler says which.
  for form in "-MF dep.d" "-MP" "-MT x" "-MD -MF" "-MD -MF no/such/dep.d" "-MD -MF sub" "-MM -c" "-M -c" "-MM" "-M -MF dep.d" "-MM -MG" "-MD -MG" "-Wp,-M" \
    "-Wp,-MD,dep.d,-MT,target" "-Wp,-MD,dep.d -Wp,-MP"; do
    # shellcheck disable=SC2086
    same_as_compiler "$form" any -- "$cc" -Iinc -c a.c -o a.o $form
  done
  put g.c <<<$'#include "generated.h"\nint g;'
  same_as_compiler "-MG with a missing header" any -- "$cc" -MM -MG g.c
  is_clang "$cc" && same_as_compiler "-MJ" any -- "$cc" -MJ json -c a.c -o a.o
  is_clang "$cc" && same_as_compiler "-MV" any -- "$cc" -Iinc -MD -MV -c a.c -o a.o

  # The same compile asked for under other names: the dependency file is the one that belongs to them.
  same_once "one name" cacheable -- "$cc" -Iinc -MD -MF one.d -c a.c -o one.o
  same_once "another name" cacheable -- "$cc" -Iinc -MD -MF two.d -c a.c -o two.o
  same_once "without" cacheable -- "$cc" -Iinc -c a.c -o two.o
  mkdir "s p"
  cp -p inc/* "s p"
  same_as_compiler "spaces" -- "$cc" "-Is p" -MD -MF "s p/dep" -c a.c -o "s p/o u t.o"
  same_as_compiler "absolute paths" -- "$cc" "-I$W/inc" -MD -c "$W/a.c" -o "$W/a.o"
  same_as_compiler "dots in paths" -- "$cc" -I./inc/../inc -MMD -c ./a.c -o sub/../a.o
  put a.S <<<$'#include "empty.h"\n.globl a'
  put inc/empty.h </dev/null
  same_as_compiler "assembler" -- "$cc" -Iinc -MD -c a.S -o a.o

  # Headers renamed with equal content: the names in the file are the new ones.
  put r.c <<<$'#include R\nint r = B;'
  cp -p inc/b.h inc/c.h
  same_once "first name" cacheable -- "$cc" -Iinc '-DR=<b.h>' -MD -c r.c -o r.o
  same_once "second name" cacheable -- "$cc" -Iinc '-DR=<c.h>' -MD -c r.c -o r.o

  for mode in NODIRECT DEPEND; do
    export "CCACHE_$mode=1"
    for form in "-MD" "-MMD -MF dep.d -MT t" "-Wp,-MD,dep.d"; do
      # shellcheck disable=SC2086
      same_as_compiler "$mode $form" cacheable hit -- "$cc" -Iinc $form -c a.c -o a.o
    done
    unset "CCACHE_$mode"
  done
  DEPENDENCIES_OUTPUT="env.d target" same_as_compiler "DEPENDENCIES_OUTPUT" unsupported_environment_variable -- "$cc" -Iinc -c a.c -o a.o
done

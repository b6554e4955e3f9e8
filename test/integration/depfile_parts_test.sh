# A dependency file is never missing, and its target is the name that make knows.
. "$(dirname "$0")/lib.sh"

for compiler in $(c_compilers); do
  fresh "$compiler: a result without a dependency file"
  put h.h <<<'int h;'
  put a.c <<<'#include "h.h"'
  for _ in 1 2 3; do compile any "$compiler" -MD -MF /dev/null -c a.c -o a.o; done
  for run in 1 2 3; do
    rm -f t.d
    compile any "$compiler" -MD -MF t.d -c a.c -o a.o
    [[ -s t.d ]] || fail "run $run: no t.d"
  done

  fresh "$compiler: base_dir and absolute names"
  export CCACHE_BASEDIR=$W
  mkdir sub
  put h.h <<<'int h;'
  put a.c <<<'#include "h.h"'
  for run in 1 2 3; do
    compile any "$compiler" -MD -c "$W/a.c" -o "$W/sub/a.o"
    grep -q "^$W/sub/a.o: " sub/a.d || fail "run $run: the target is $(head -n 1 sub/a.d)"
    compile any "$compiler" -MD -MF sub/b.d -MT "$W/x.o" -c "$W/a.c" -o "$W/sub/a.o"
    grep -q "^$W/x.o: " sub/b.d || fail "run $run: with -MT the target is $(head -n 1 sub/b.d)"
  done
  unset CCACHE_BASEDIR
done

if command -v tcc >/dev/null; then
  fresh "tcc: names that its dependency files do not escape"
  put "with space.h" <<<'int h;'
  put "with space.c" <<<'#include "with space.h"'
  same_as_compiler "space" -- tcc -c "with space.c" -o "with space.o" -MD -MF "with space.d"
  # Two objects of one text must not push each other out.
  for how in any any direct direct; do
    compile $how tcc -DN=1 -c "with space.c" -o one.o -MD -MF one.d
    compile $how tcc -DN=2 -c "with space.c" -o two.o -MD -MF two.d
    grep -q '^one.o' one.d && grep -q '^two.o' two.d || fail "targets: $(cat one.d two.d)"
  done
fi

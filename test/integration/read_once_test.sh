# What can be read only once is left to the compiler.
. "$(dirname "$0")/lib.sh"

fresh "pipes and standard input"
put a.c <<<'int x = V;'
put b.c <<<'#include "/dev/stdin"'
put h.h <<<'int q;'
# holds NAME WORDS…: twice, the object must define the name.
holds() {
  local name=$1
  shift
  for run in 1 2; do
    rm -f a.o
    eval "$*" || fail "run $run: exit code $? from: $*"
    nm a.o | grep -q " $name\$" || fail "run $run: no $name from: $*"
  done
}
for compiler in $(c_compilers); do
  context=$compiler
  # gcc wants to know how long a response file is.
  is_clang "$compiler" && holds x "'$DEJA' $compiler @<(echo -DV=3 -c a.c -o a.o)"
  holds y "'$DEJA' $compiler -x c -c <(echo 'int y;') -o a.o"
  holds z "'$DEJA' $compiler -DV=1 -include <(echo 'int z;') -c a.c -o a.o"
  holds w "'$DEJA' $compiler -DV=1 -imacros <(echo '#define x w') -c a.c -o a.o"
  holds y "echo 'int y;' | '$DEJA' $compiler -x c -c /dev/stdin -o a.o"
  holds q "'$DEJA' $compiler -c b.c -o a.o <h.h"
  holds q "cat h.h | '$DEJA' $compiler -c b.c -o a.o"
done

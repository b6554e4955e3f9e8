# Dependency files are rewritten for the call: what differs in target, name or directory of the object shares one result.
. "$(dirname "$0")/lib.sh"

for compiler in $(c_compilers); do
  fresh "$compiler"
  mkdir -p inc/deep other/place
  for i in {1..9}; do put "inc/deep/header_$i.h" <<<"int h$i;"; done
  put 'inc/with space#x$y.h' <<<'int odd;'
  { for i in {1..9}; do echo "#include \"inc/deep/header_$i.h\""; done; echo '#include "inc/with space#x$y.h"'; } | put a.c
  long=$(printf 'l%.0s' {1..70})
  first=miss
  for words in "-o a.o" "-o b.o" "-o other/place/c.o" "-o $W/other/d.o" "-MT x -o a.o" "-MT x -MT $long -MT z -o a.o" '-MQ a$b -o a.o' "-MT $long -o $long.o"; do
    "$compiler" -MD -MF bare.d -c a.c $words || fail "the bare compiler fails with $words"
    compile $first "$compiler" -MD -MF our.d -c a.c $words
    cmp bare.d our.d || fail "$words: $(diff bare.d our.d)"
    first=direct
  done
done

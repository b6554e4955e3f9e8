# Commands that make no object, or none of a plain kind, are cached like others.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  put a.h <<<'int h;'
  put a.c <<<$'#include "a.h"\nint a(void) { int unused; return h; }'
  mkdir folder
  age
  for words in "-fsyntax-only a.c" "-fsyntax-only -Wall -MD -c a.c -o a.o" "-fsyntax-only -Wp,-MMD,x.d a.c" "-flto -fstack-usage -frandom-seed=1 -c a.c" "-P -c a.c" "-x c -c /dev/null" \
    "-x c -c /dev/null -o n.o" "--language=c -c a.c --output=b.o"; do
    # shellcheck disable=SC2086  # words are meant
    same_as_compiler "$words" cacheable direct -- "$cc" $words
  done
  if is_clang "$cc"; then
    "$cc" -flto=thin -c a.c -o ir.o
    put none </dev/null
    put some <<<'some modules'
    age
    same_as_compiler "an empty index" miss direct -- "$cc" -fthinlto-index=none -c -x ir ir.o -o native.o
    same_once "an index of modules" unsupported_compiler_option -- "$cc" -fthinlto-index=some -c -x ir ir.o -o native.o
    # Debian's clang does not know it at all.
    compile direct "$cc" --language=c -index-store-path store -c a.c --output=b.o
    [[ ! -e store ]] || fail "an index store"
  else
    same_as_compiler "-fcallgraph-info -flto" miss direct -- "$cc" -fcallgraph-info -flto -frandom-seed=1 -c a.c
  fi
  same_once "-o FOLDER" bad_output_file -- "$cc" -c a.c -o folder

  # A fresh look replaces what was there.
  CCACHE_RECACHE=1 compile recache "$cc" -P -c a.c
  compile direct "$cc" -P -c a.c
done

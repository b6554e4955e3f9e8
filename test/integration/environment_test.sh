# Environment variables that change what a compiler does are part of the key, or stop caching.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  put one/h.h <<<'#define H 1'
  put two/h.h <<<'#define H 2'
  put a.c <<<$'#include <h.h>\nint a = H;'
  for variable in CPATH C_INCLUDE_PATH; do
    for folder in one two one; do
      export "$variable=$folder"
      same_as_compiler "$variable=$folder" -- "$cc" -c a.c -o a.o
      CCACHE_NODIRECT=1 same_once "$variable=$folder, not direct" cacheable -- "$cc" -c a.c -o a.o
      CCACHE_DEPEND=1 same_once "$variable=$folder, depend mode" cacheable -- "$cc" -c a.c -o a.o
      unset $variable
    done
  done
  same_once "without" any -- "$cc" -c a.c -o a.o

  put w.c <<<$'int w(int x) { int unused; return x; }'
  # The language of messages: a result is not served under another one.
  for setting in LANG=C LANG=C.UTF-8 LC_ALL=C LC_ALL=C.UTF-8 LC_MESSAGES=C.UTF-8 LC_CTYPE=C.UTF-8; do
    mark
    settle
    env "$setting" $RUN "$DEJA" "$cc" -Wall -c w.c -o w.o 2>"$TOP/err"
    [[ $setting == LANG=C ]] || expect_hit miss "$setting"
    env "$setting" "$cc" -Wall -c w.c -o w.o 2>"$TOP/bare.err"
    cmp "$TOP/err" "$TOP/bare.err" || fail "$setting: other diagnostics"
  done
  CCACHE_SLOPPINESS=locale LC_ALL=C compile miss "$cc" -O1 -c w.c -o w.o
  CCACHE_SLOPPINESS=locale LC_ALL=C.UTF-8 compile direct "$cc" -O1 -c w.c -o w.o

  for setting in DEPENDENCIES_OUTPUT=o.d SUNPRO_DEPENDENCIES=o.d; do
    is_clang "$cc" && continue
    export "$setting"
    same_as_compiler "$setting" unsupported_environment_variable -- "$cc" -c w.c -o w.o
    unset "${setting%%=*}"
  done
  same_once "unrelated variables" cacheable -- "$cc" -O2 -c w.c -o w.o
  UNRELATED=1 MAKELEVEL=3 TERM=vt52 same_once "unrelated variables" direct -- "$cc" -O2 -c w.c -o w.o

  # Children do not cache again.
  mkdir bin
  put "bin/$cc" <<<$'#!/bin/sh\necho "${CCACHE_DISABLE:-unset}" >>'"$TOP/seen"$'\nexec '"$RUN $DEJA $(command -v "$cc")"$' "$@"'
  chmod +x "bin/$cc"
  rm -f "$TOP/seen"
  compile any "bin/$cc" -O3 -c w.c -o w.o
  [[ $(sort -u "$TOP/seen") == 1 ]] || fail "the compiler saw CCACHE_DISABLE=$(sort -u "$TOP/seen")"
done

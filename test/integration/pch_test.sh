# Precompiled headers: made, used, and changed.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  put p.h <<<'#define P 1'
  put a.c <<<$'#include "p.h"\nint a = P;'
  ending=gch
  is_clang "$cc" && ending=pch
  # A precompiled header holds times: only that it is there and works is compared.
  for run in cold warm; do
    deja "$cc" -x c-header p.h -o p.h.$ending || fail "making: exit code $?"
    [[ -s p.h.$ending ]] || fail "no precompiled header"
    "$cc" -include p.h -c a.c -o bare.o || fail "$run: the compiler refuses the precompiled header"
  done
  for sloppy in "" pch_defines,time_macros; do
    export CCACHE_SLOPPINESS=$sloppy
    for value in 1 2; do
      put p.h <<<"#define P $value"
      "$cc" -x c-header p.h -o p.h.$ending
      settle
      for run in cold warm; do
        deja "$cc" -include p.h -c a.c -o a.o || fail "using, $run: exit code $?"
        "$cc" -include p.h -c a.c -o bare.o
        cmp a.o bare.o || fail "sloppiness '$sloppy', value $value, $run: another object"
        if ! is_clang "$cc"; then
          deja "$cc" -c a.c -o a.o || fail "using by #include, $run: exit code $?"
          "$cc" -c a.c -o bare.o
          cmp a.o bare.o || fail "#include, sloppiness '$sloppy', value $value, $run: another object"
        fi
      done
    done
  done
  unset CCACHE_SLOPPINESS
  rm -f p.h.$ending
  same_as_compiler "fpch-preprocess" any any -- "$cc" -fpch-preprocess -c a.c -o a.o
done

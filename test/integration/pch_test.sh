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
  rm -f p.h.$ending

  # Made through deja: it holds macros, which preprocessed text does not, and Clang's also the times of its headers.
  for times in "" -fno-pch-timestamp; do
    [[ -z $times ]] || is_clang "$cc" || continue
    make=("$cc" ${times:+-Xclang "$times"} -x c-header p.h -o p.h.$ending)
    works() {
      deja "${make[@]}" || fail "making${times:+ $times}, $1: exit code $?"
      "$cc" ${times:+-Xclang "$times"} -include p.h -c u.c -o a.o || fail "$1${times:+, $times}: the compiler refuses the precompiled header"
      "$cc" -include no_pch.h -c u.c -o bare.o && cmp a.o bare.o || fail "$1${times:+, $times}: another object"
    }
    rm -rf "$CCACHE_DIR"
    put q.h <<<'#define Q 1'
    put p.h <<<$'#include "q.h"\n#define P Q'
    put u.c <<<'int u = P;'
    put no_pch.h <<<$'extern int before; // from here on no precompiled header is read\n#include "p.h"'
    works cold
    works warm
    [[ $(deja --print-stats | awk '/^(direct|preprocessed)_cache_hit/ { n += $2 } END { print n }') == 1 ]] || fail "no hit: $(deja --print-stats | grep cache_)"
    put q.h <<<'#define Q 2'
    works "another macro"
    touch -d '2 hours ago' p.h q.h
    works "touched"
    touch -d '3 hours ago' q.h
    works "a header touched"
  done
  unset CCACHE_SLOPPINESS
  rm -f p.h.$ending
  same_as_compiler "fpch-preprocess" any any -- "$cc" -fpch-preprocess -c a.c -o a.o
done

# gcc reads a.h.gch for the first #include of a.h, even one that was made of something else. Each mode, with and without replay records.
for cc in $(c_compilers); do
  is_clang "$cc" && continue
  for mode in "" CCACHE_DEPEND=1 CCACHE_NODIRECT=1; do
    for header in a.h sub/a.h; do
      for first in without with; do
        fresh "$cc $mode $header, first $first a precompiled header"
        [[ -z $mode ]] || export "${mode?}"
        mkdir -p sub
        put a.c <<<"#include \"$header\""$'\nint a = V;'
        put "$header" <<<'#define V 1'
        put other.h <<<'#define V 2'
        "$cc" -x c-header other.h -o other.gch
        age
        order=(without with without)
        [[ $first == without ]] || order=(with without with)
        for now in "${order[@]}"; do
          rm -f "$header.gch"
          [[ $now == without ]] || cp other.gch "$header.gch"
          "$cc" -c a.c -o bare.o
          for run in 1 2 3; do
            deja "$cc" -c a.c -o a.o || fail "$now, run $run: exit code $?"
            cmp a.o bare.o || fail "$now, run $run: another object"
          done
        done
        [[ -z $mode ]] || unset "${mode%=*}"
      done
    done
  done
done

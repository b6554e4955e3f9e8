# Precompiled headers are made and used from the cache without being asked to, and only while nothing in them has changed.
. "$(dirname "$0")/lib.sh"

# used HOW NAME WORDS…: the object is the bare compiler's, and the run ended as HOW.
used() {
  local how=$1
  context="$cc $2"
  shift 2
  "$cc" "$@" -o bare.o || fail "the bare compiler fails"
  settle
  compile "$how" "$cc" "$@" -o a.o
  cmp a.o bare.o || fail "another object"
}

for cc in $(c_compilers); do
  fresh "$cc"
  suffix=gch
  is_clang "$cc" && suffix=pch
  put q.h <<<'#define Q 1'
  put t.h <<<$'#include "q.h"\n#define T Q\nint t;'
  put a.c <<<'int a = T;'
  put i.c <<<$'#include "t.h"\nint i = T;'
  make=("$cc" -x c-header t.h -o t.h.$suffix)
  age

  # Made: a direct hit, which the compiler takes.
  compile miss "${make[@]}"
  rm t.h.$suffix
  compile direct "${make[@]}"
  used miss "served" -include t.h -c a.c
  used direct "served, again" -include t.h -c a.c

  # Made anew of the same: no miss, though its bytes may be others.
  CCACHE_RECACHE=1 compile recache "${make[@]}"
  used direct "made anew" -include t.h -c a.c
  "$cc" -x c-header t.h -o t.h.$suffix
  used any "made by the bare compiler" -include t.h -c a.c
  used direct "made by the bare compiler, again" -include t.h -c a.c

  # Another header below it, another option.
  put q.h <<<'#define Q 2'
  compile miss "${make[@]}"
  used miss "another header" -include t.h -c a.c
  used miss "another macro" -DX -include t.h -c a.c
  compile miss "$cc" -DX -x c-header t.h -o t.h.$suffix
  used miss "made with another macro" -DX -include t.h -c a.c

  if is_clang "$cc"; then
    # As CMake does it.
    cmake=("$cc" -Xclang -emit-pch -Xclang -include -Xclang "$W/t.h" -x c-header -o c.pch -c empty.c)
    put empty.c <<<'/* nothing */'
    compile miss "${cmake[@]}"
    compile direct "${cmake[@]}"
    used miss "as CMake" -Xclang -include-pch -Xclang c.pch -Xclang -include -Xclang "$W/t.h" -c a.c
    used direct "as CMake, again" -Xclang -include-pch -Xclang c.pch -Xclang -include -Xclang "$W/t.h" -c a.c
    used miss "-include-pch" -include-pch c.pch -c a.c
    # It is refused once a header was touched; so is a hit.
    touch q.h
    ! deja "$cc" -include-pch c.pch -c a.c -o a.o 2>"$TOP/err" || fail "a touched header"
    compile miss "${cmake[@]}"
    used cacheable "made of the touched one" -include-pch c.pch -c a.c
  else
    "$cc" -x c-header t.h -o t.h.gch
    used cacheable "#include" -c i.c
    used direct "#include, again" -c i.c
    "$cc" -x c-header -DX t.h -o t.h.gch
    used cacheable "#include, one that does not fit" -c i.c
    used cacheable "-fpch-preprocess" -fpch-preprocess -c i.c
    # No header beside it; in a directory.
    mkdir alone both
    cp a.c i.c alone; cp a.c i.c t.h q.h both
    "$cc" -x c-header t.h -o alone/t.h.gch
    (cd alone && used miss "no header beside it" -include t.h -c a.c) || exit 1
    (cd alone && used miss "#include, no header beside it" -c i.c) || exit 1
    mkdir both/t.h.gch
    mv alone/t.h.gch both/t.h.gch/one
    cd both || exit 1
    used miss "a directory" -include t.h -c a.c
    used direct "a directory, again" -include t.h -c a.c
    used miss "#include, a directory" -c i.c
    used hit "#include, a directory, again" -c i.c
    cp t.h.gch/one t.h.gch/another
    used miss "one more in the directory" -include t.h -c a.c
    cd ..
  fi
done

# The cl dialect, with Clang's driver for it: objects, /showIncludes, depend mode.
. "$(dirname "$0")/lib.sh"

mapfile -t drivers < <(available clang-cl clang-cl-14)
((${#drivers[@]})) || skip "no clang-cl"
cc=${drivers[0]}
common=(--target=x86_64-pc-windows-msvc /nologo /Brepro)

fresh "$cc"
put inc/h.h <<<$'#include "deep.h"\n#define H 1'
put inc/deep.h <<<'#define DEEP 2'
put other/h.h <<<$'#define H 3\n#define DEEP 4'
put a.c <<<$'#include <h.h>\nint a(void) { return H + DEEP; }'
put w.c <<<$'#include <h.h>\nint w(void) { int unused; return H; }'
put one.h <<<'#define FORCED 1'
age
for mode in "" NODIRECT DEPEND; do
  [[ $mode ]] && export "CCACHE_$mode=1"
  context="$cc $mode"
  warm=direct
  [[ $mode == NODIRECT ]] && warm=preprocessed
  rm -rf "$CCACHE_DIR"
  calls=("/Iinc /c a.c /Foa.obj" "/Iother /c a.c /Foa.obj" "/Iinc /showIncludes /c a.c /Foa.obj" "/Iinc /Z7 /c a.c /Foa.obj" "/Iinc /W4 /showIncludes /c w.c /Fow.obj" "/Iinc /FIone.h /c a.c /Foa.obj")
  # How words are read does not depend on the mode.
  [[ $mode ]] || calls+=("-Iinc -c a.c -Foa.obj" "/Iinc /c a.c" "/Iother /showIncludes /c a.c /Foa.obj" "/Iinc /c a.c /Foa.obj /DX" "/Iinc /O2 /c a.c /Foa.obj" "/Iinc /Z7 /showIncludes /c a.c /Foa.obj"
    "/Iinc /W4 /c w.c /Fow.obj" "/Iinc /MD /c a.c /Foa.obj" "/Iinc /TP /c a.c /Foa.obj")
  for words in "${calls[@]}"; do
    # shellcheck disable=SC2086  # words are meant
    same_as_compiler "$words" cacheable $warm -- "$cc" "${common[@]}" $words
  done
  for output in a b; do same_once "object name in debug information: $output" cacheable -- "$cc" "${common[@]}" /Iinc /Z7 /c a.c "/Fo$output.obj"; done
  same_once "macro in debug information" cacheable -- "$cc" "${common[@]}" /Iinc /Z7 /DUNUSED /c a.c /Foa.obj
  # A result without the list is not for who asks for it, and the other way round.
  same_once "without the list" $warm -- "$cc" "${common[@]}" /Iinc /c a.c /Foa.obj
  same_once "with the list" $warm -- "$cc" "${common[@]}" /Iinc /showIncludes /c a.c /Foa.obj
  put inc/deep.h <<<'#define DEEP 77'
  same_once "changed header" miss -- "$cc" "${common[@]}" /Iinc /c a.c /Foa.obj
  put inc/deep.h <<<'#define DEEP 2'
  same_once "header as it was" $warm -- "$cc" "${common[@]}" /Iinc /c a.c /Foa.obj
  [[ $mode ]] && unset "CCACHE_$mode"
done

context=$cc
same_as_compiler "/Zi" any any -- "$cc" "${common[@]}" /Zi /Iinc /c a.c
same_as_compiler "several sources" multiple_source_files -- "$cc" "${common[@]}" /Iinc /c a.c w.c
same_as_compiler "/E" called_for_preprocessing -- "$cc" "${common[@]}" /Iinc /E a.c
same_as_compiler "words for clang" cacheable hit -- "$cc" "${common[@]}" /clang:-Iinc /c a.c /Foa.obj
CL=/O2 same_as_compiler "CL" unsupported_environment_variable -- "$cc" "${common[@]}" /Iinc /c a.c
_CL_=/O2 same_as_compiler "_CL_" unsupported_environment_variable -- "$cc" "${common[@]}" /Iinc /c a.c
# A header in the working directory comes before the search path for /FI.
mkdir sub
cp -p a.c sub
put far/one.h <<<'#define H 1000'
same_as_compiler "/FI found in the path" -- "$cc" "${common[@]}" /Iinc /Ifar /FIone.h /c sub/a.c /Foa.obj

# Precompiled headers: made beside an object, used, and made again for another macro or another time, which they hold.
context="$cc precompiled header"
rm -rf "$CCACHE_DIR"
put pch.h <<<'#define IN_PCH 1'
put pch.c <<<$'#include "pch.h"\nint in_pch(void) { return IN_PCH; }'
put use.c <<<$'#include "pch.h"\nint use(void) { return IN_PCH; }'
same_as_compiler "/Yc without sloppiness" any any -- "$cc" "${common[@]}" /Ycpch.h /Fppch.pch /c pch.c /Fopch.obj
rm -rf "$CCACHE_DIR"
export CCACHE_SLOPPINESS=pch_defines,time_macros
both=("$cc" "${common[@]}" /Yupch.h /Fppch.pch /c use.c /Fouse.obj)
for times in "" -fno-pch-timestamp; do
  make=("$cc" "${common[@]}" ${times:+-Xclang "$times"} /Ycpch.h /Fppch.pch /c pch.c /Fopch.obj)
  make_and_use() {
    context="$cc precompiled header $times, $2"
    "${make[@]}" || fail "the bare compiler fails"
    mv pch.pch bare.pch && mv pch.obj bare.obj
    local before=$(($(stat_of direct_cache_hit) + $(stat_of preprocessed_cache_hit)))
    deja "${make[@]}" || fail "exit code $?"
    cmp pch.pch bare.pch && cmp pch.obj bare.obj || fail "other bytes"
    (($(stat_of direct_cache_hit) + $(stat_of preprocessed_cache_hit) - before == $1)) || fail "expected $1 hits"
    same_as_compiler "use" -- "${both[@]}"
  }
  make_and_use 0 "the first time"
  make_and_use 1 "again"
  put pch.h <<<'#define IN_PCH 2'
  make_and_use 0 "another macro"
  touch -d '2 hours ago' pch.h
  make_and_use $([[ $times ]] && echo 1 || echo 0) "touched"
  put pch.h <<<'#define IN_PCH 1'
done
unset CCACHE_SLOPPINESS

# What only an observer of the compile sees decides with the rest: files read and names asked for in vain, data and toolchain.
. "$(dirname "$0")/lib.sh"

fresh "whether compiles can be observed here"
put a.c <<<'int a;'
CCACHE_LOGFILE=$TOP/log compile miss gcc -c a.c
grep -q 'Observed: ' "$TOP/log" || skip "$(grep -o 'Not observed: .*' "$TOP/log")"

# both HOW WORDS…: the bare compiler's object, messages and exit code are the words' through deja, which ends as HOW.
both() {
  local how=$1 bare=0 ours=0
  shift
  "$@" -o bare.o 2>bare.txt || bare=$?
  rm -f ours.o
  settle
  mark
  deja "$@" -o ours.o 2>ours.txt || ours=$?
  [[ $bare == "$ours" ]] || fail "exit code $ours, the compiler's is $bare: $*"
  cmp -s bare.txt ours.txt || fail "other messages: $(diff bare.txt ours.txt)"
  [[ $bare != 0 ]] || cmp bare.o ours.o || fail "another object: $*"
  ended
  [[ $how == "$ending" ]] || fail "ended as $ending, expected $how: $*"
}

fresh "data of the assembler, in every spelling"
put one.c <<<'__asm__(".incbin \"data\"");'
put pieces.c <<<'__asm__(".inc" "bin \"data\"");'
printf '.macro m a b f\n.\\a\\b "\\f"\n.endm\nm inc bin data\n' | put macro.s
put text.s <<<'.include "data"'
for source in one.c pieces.c macro.s text.s; do
  for content in .byte\ 1 .byte\ 2; do
    put data <<<"$content"
    both miss gcc -c $source
    both direct gcc -c $source
  done
  put data <<<'.byte 1'
  both direct gcc -c $source
done

fresh "data that a directory before it comes to hold"
mkdir first second
put second/data <<<1
put a.s <<<'.incbin "data"'
both miss gcc -Ifirst -Isecond -c a.s
both direct gcc -Ifirst -Isecond -c a.s
put first/data <<<2
both miss gcc -Ifirst -Isecond -c a.s

fresh "a precompiled header that a macro names"
printf '#define N "p.h"\n#include N\nint a = H;\n' | put a.c
put same <<<'#define H 1'
for value in 3 4; do
  put p.h <<<"#define H $value"
  gcc -x c-header p.h -o p.h.gch
  cp -p same p.h
  both miss gcc -c a.c
done

fresh "a header above a directory"
mkdir -p one/s z/d
put z/h.h <<<'#define H 1'
printf '#include <../h.h>\nint a = H;\n' | put a.c
both miss gcc -Ione/s -Iz/d -c a.c
both direct gcc -Ione/s -Iz/d -c a.c
put one/h.h <<<'#define H 2'
both miss gcc -Ione/s -Iz/d -c a.c

real=$(realpath "$(command -v gcc)")
library=$(dirname "$(gcc -print-prog-name=cc1)")
below=lib/gcc/$(basename "$(dirname "$library")")/$(basename "$library")
# A compiler of one's own, as gcc finds its parts by its own place.
toolchain() {
  mkdir -p "$1/bin" "$1/$below"
  cp -p "$real" "$1/bin/gcc"
  ln -s "$library"/* "$1/$below/"
}
fresh "the toolchain's parts"
toolchain t
put a.c <<<'int a;'
both miss t/bin/gcc -c a.c
both direct t/bin/gcc -c a.c
printf '*cc1:\n+ -fcommon\n\n' >"t/$below/specs"
both miss t/bin/gcc -c a.c
rm "t/$below/specs" "t/$below/cc1"
printf '#!/bin/sh\nexec %s/cc1 "$@" -fcommon\n' "$library" >"t/$below/cc1"
chmod +x "t/$below/cc1"
both miss t/bin/gcc -c a.c
both direct t/bin/gcc -c a.c

fresh "two copies of a driver with other parts"
toolchain r
toolchain s
rm "s/$below/cc1"
printf '#!/bin/sh\nexec %s/cc1 "$@" -fcommon\n' "$library" >"s/$below/cc1"
chmod +x "s/$below/cc1"
put a.c <<<'int a;'
both miss r/bin/gcc -c a.c
both miss s/bin/gcc -c a.c

fresh "a toolchain that moves as a whole"
toolchain r
put a.c <<<'int a;'
both miss r/bin/gcc -c a.c
mv r s
both direct s/bin/gcc -c a.c

for cc in $(c_compilers); do
  fresh "$cc: a directory that becomes a link to another, and is itself again"
  put t1/x.h <<<'#define V 1'
  put t2/x.h <<<'#define V 2'
  printf '#include "x.h"\nint v = V;\n' | put a.c
  age
  both miss "$cc" -iquote t1 -I t2 -c a.c
  mv t1 aside
  ln -s t2 t1
  both miss "$cc" -iquote t1 -I t2 -c a.c
  both direct "$cc" -iquote t1 -I t2 -c a.c
  rm t1
  mv aside t1
  for run in first second; do both direct "$cc" -iquote t1 -I t2 -c a.c; done
done

fresh "a grammar that preprocessed text names, and messages quote"
printf '# 1 "gr.y"\nint f(void){ int unused; return 1; }\n' | put w.i
for line in one two; do
  put gr.y <<<"$line"
  both miss gcc -Wall -c w.i
  both direct gcc -Wall -c w.i
done

fresh "headers of one content that only their times tell apart"
for name in one two; do
  put $name/$name.h <<<$'#pragma once\nstruct s { int x; };'
  touch -d 2020-01-01 $name/$name.h
done
printf '#include <one.h>\n#include <two.h>\nint a = sizeof(struct s);\n' | put a.c
both miss gcc -Ione -Itwo -c a.c
touch -d 2011-01-01 two/two.h
both compile_failed gcc -Ione -Itwo -c a.c

fresh "files besides the outputs"
put a.c <<<'int a(int x) { return x; }'
for run in miss direct; do
  rm -f ours.i ours.s
  both $run gcc -save-temps -c a.c
  [[ -s ours.i && -s ours.s ]] || fail "$run: no temporary files"
done

clang=$(available clang-14) || true
[[ $clang ]] || exit 0

fresh "clang: a newer GCC installation"
for version in 10 11; do
  mkdir -p g/lib/gcc/x86_64-linux-gnu/$version g/include/c++/$version
  touch g/lib/gcc/x86_64-linux-gnu/$version/crtbegin.o
  put g/include/c++/$version/h.h <<<"#define H $version"
  printf '#include <h.h>\nint a = H;\n' | put a.cc
  both miss "$clang" --gcc-toolchain=g -c a.cc
done
both direct "$clang" --gcc-toolchain=g -c a.cc

fresh "clang: a list that its own directory comes to hold"
mkdir -p rd/share
cp -rL "$("$clang" -print-resource-dir)/include" rd/
put a.c <<<'int f(int *p) { return *p; }'
both miss "$clang" -fsanitize=address -resource-dir "$W/rd" -c a.c
both direct "$clang" -fsanitize=address -resource-dir "$W/rd" -c a.c
put rd/share/asan_ignorelist.txt <<<fun:f
put rd/share/asan_blacklist.txt <<<fun:f
both miss "$clang" -fsanitize=address -resource-dir "$W/rd" -c a.c

fresh "clang: a directory of a system root"
mkdir -p sr/usr/include
put sr/usr/include/h.h <<<'#define H 1'
printf '#include <h.h>\nint a = H;\n' | put a.c
both miss "$clang" "--sysroot=$W/sr" -c a.c
both direct "$clang" "--sysroot=$W/sr" -c a.c
put sr/usr/include/x86_64-linux-gnu/h.h <<<'#define H 2'
both miss "$clang" "--sysroot=$W/sr" -c a.c

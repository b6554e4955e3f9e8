# Two copies of a tree share their results: with base_dir, or where the tree's name is mapped away.
. "$(dirname "$0")/lib.sh"

# in_trees WORDS…: the same command in both trees, @ being the tree. In the second it is a direct hit, and what the bare compiler makes of
# names relative to the working directory, but for a map's.
in_trees() {
  local how tree word relative=()
  for tree in one:miss two:direct; do
    how=${tree#*:} tree=$W/${tree%:*}
    context="$cc $* in $tree"
    cd "$tree/build" || exit 1
    compile "$how" "$cc" "${@//@/$tree}" -c -o a.o
  done
  for word; do [[ $word == *map=* ]] && relative+=("${word//@/$tree}") || relative+=("${word//@/..}"); done
  mkdir ours
  mv a.* ours
  "$cc" "${relative[@]}" -c -o a.o 2>"$TOP/err"
  for made in a.*; do cmp "$made" "ours/$made" || fail "another $made"; done
  rm -rf ours
}

for cc in $(c_compilers); do
  fresh "$cc"
  for tree in one two; do
    put $tree/src/a.c <<<$'#include "inc/a.h"\nint f(int x) { return x ? h : x + 1; }'
    put $tree/inc/a.h <<<'int h;'
    put $tree/list.txt <<<'fun:nothing'
    mkdir $tree/build
  done
  in_trees -g -ffile-prefix-map=@=. -I.. ../src/a.c
  in_trees -g -fdebug-prefix-map=@/src=S -fdebug-prefix-map=@/build=B -I.. ../src/a.c

  export CCACHE_BASEDIR=$W
  in_trees -g -ffile-prefix-map=@/build=. -I@ @/src/a.c -MD -MT a.o -MF @/build/a.d
  export CCACHE_NOHASHDIR=1
  in_trees -I@ @/src/a.c -MD -MF @/build/a.d
  in_trees -isystem @ @/src/a.c -Wp,-MMD,@/build/a.d
  in_trees -iprefix @/ -iwithprefixbefore inc -I.. @/src/a.c
  in_trees --sysroot=@/build -I@ @/src/a.c
  in_trees -isysroot @/build -include @/inc/a.h -I@ @/src/a.c
  if is_clang "$cc"; then
    in_trees -fsanitize=address -fsanitize-ignorelist=@/list.txt -I@ @/src/a.c
    in_trees -fprofile-instr-generate -fcoverage-mapping -fcoverage-compilation-dir=. -I.. ../src/a.c
    in_trees --serialize-diagnostics @/build/a.dia -Wall -I@ @/src/a.c
  fi
  unset CCACHE_NOHASHDIR

  # Where the working directory has two names the short one counts.
  ln -s two "$W/link"
  cd "$W/link/build" || exit 1
  compile cacheable "$cc" -I"$W/two" -MD -c "$W/two/src/a.c" -o a.o
  grep -q ' \.\./src/a.c' a.d || fail "behind a link: $(<a.d)"
  unset CCACHE_BASEDIR

  # A map that fits a name in one tree and not in the other is no copy's map.
  cd "$W/one/build" || exit 1
  put ../../named.h <<<'const char *name(void) { return __FILE__; }'
  compile miss "$cc" "-ffile-prefix-map=$W/one=." -include "$W/named.h" -I.. -c ../src/a.c -o a.o
  cd "$W/two/build" || exit 1
  compile miss "$cc" "-ffile-prefix-map=$W=." -include "$W/named.h" -I.. -c ../src/a.c -o a.o
  mv a.o "$TOP/ours.o"
  "$cc" "-ffile-prefix-map=$W=." -include "$W/named.h" -I.. -c ../src/a.c -o a.o
  cmp a.o "$TOP/ours.o" || fail "mapped: another object"
done

# base_dir: absolute paths below it become relative, so that two copies of a tree share their entries.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  put one/inc/h.h <<<$'static int h(unsigned u, int i) { return u < i; }\n#define H 1'
  put one/src/a.c <<<$'#include <h.h>\nint a(void) { return h(H, H); }'
  mkdir -p one/build
  cp -rp one two
  export CCACHE_BASEDIR=$W

  for folder in one two; do
    cd "$W/$folder/build" || exit 1
    "$cc" -Wall -Wextra -I../inc -c ../src/a.c -o relative.o 2>relative.err
    mark
    settle
    deja "$cc" -Wall -Wextra "-I$PWD/../inc" -MD -MF a.d -c "$W/$folder/src/a.c" -o "$PWD/a.o" 2>err || fail "exit code $?"
    expect_hit "$([[ $folder == one ]] && echo miss || echo direct)" "absolute paths in $folder"
    cmp relative.o a.o || fail "not the object of relative paths in $folder"
    diff relative.err err || fail "not the diagnostics of relative paths in $folder"
    # The dependency file works from here and names no absolute path below base_dir.
    for header in $(sed 's/^[^:]*://; s/\\$//' a.d); do
      [[ -e $header ]] || fail "$folder: the dependency file names $header, which is not there"
      [[ $header == "$W"* ]] && fail "$folder: the dependency file names $header"
    done
    grep -qE '^[^ ]*a\.o:' a.d || fail "$folder: target in the dependency file: $(head -n 1 a.d)"
    mark
    CCACHE_ABSSTDERR=1 deja "$cc" -Wall -Wextra "-I$W/$folder/inc" -c "$W/$folder/src/a.c" -o a.o 2>err || fail "exit code $?"
    grep -qE "^$W/$folder/inc/h.h:1|from $W/$folder/src/a.c" err || fail "$folder: no absolute path in the diagnostics: $(cat err)"
  done

  # Outside base_dir nothing changes.
  export CCACHE_BASEDIR=/nowhere
  cd "$W/one/build" || exit 1
  rm -f ./*
  same_as_compiler "other base_dir" -- "$cc" -Wall -Wextra "-I$W/one/inc" -MD -c "$W/one/src/a.c" -o a.o
  export CCACHE_BASEDIR=$W/on
  same_as_compiler "a base_dir that is only the beginning of a name" -- "$cc" -Wall -Wextra "-I$W/one/inc" -MD -c "$W/one/src/a.c" -o a.o
  # With the folder in the debug information the copies stay apart, and each is right.
  export CCACHE_BASEDIR=$W
  for folder in one two; do
    cd "$W/$folder/build" || exit 1
    "$cc" -g -I../inc -c ../src/a.c -o relative.o
    compile miss "$cc" -g "-I$W/$folder/inc" -c "$W/$folder/src/a.c" -o a.o
    cmp relative.o a.o || fail "-g: not the object of relative paths in $folder"
  done
  # Behind a link ".." is where the link leads.
  cd "$W/one/build" || exit 1
  mkdir -p ../elsewhere/deep
  ln -s ../elsewhere/deep link
  put a.c <<<'int wrong;'
  put ../elsewhere/a.c <<<'int right = H;'
  put inc/h.h <<<'#define H 1'
  put ../elsewhere/inc/h.h <<<'#define H 2'
  same_as_compiler "a link in front of .." cacheable any -- "$cc" "-I$PWD/link/../inc" -include h.h -c "$PWD/link/../a.c" -o "$PWD/link/../a.o"
  unset CCACHE_BASEDIR
done

# Debug information holds the working directory: equal sources in two folders, links to folders, and the prefix maps.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  put one/a.h <<<'static int h(void) { return 1; }'
  put one/src/a.c <<<$'#include "../a.h"\nint a(void) { return h(); }'
  mkdir two
  cp -rp one/. two
  ln -s one link

  forms=(-g -g1 "-g -O2 -MD")
  is_clang "$cc" || forms+=(-g3 -ggdb -gdwarf-4 "-g -gz") # which have the directory for the same reason
  for form in "${forms[@]}"; do
    cd "$W/one" || exit 1
    # shellcheck disable=SC2086  # words are meant
    {
      same_as_compiler "$form" -- "$cc" $form -c src/a.c -o a.o
      cd "$W/two" || exit 1
      same_once "$form, other folder" cacheable -- "$cc" $form -c src/a.c -o a.o
      cd "$W/link" || exit 1
      same_once "$form, through a link" cacheable -- "$cc" $form -c src/a.c -o a.o
      cd "$W/two/src" || exit 1
      same_once "$form, another folder, another name" cacheable -- "$cc" $form -c a.c -o ../a.o
    }
  done

  # Without the folder in the output the same objects serve both.
  for form in "" "-g -g0" "-O2" "-g -ffile-prefix-map=FOLDER=." "-g -fdebug-prefix-map=FOLDER=/x" "-ffile-prefix-map=FOLDER=."; do
    for folder in one two; do
      cd "$W/$folder" || exit 1
      # shellcheck disable=SC2086
      same_once "'$form' in $folder" "$([[ $folder == one ]] && echo cacheable || echo hit)" -- "$cc" ${form//FOLDER/$PWD} -c src/a.c -o a.o
    done
  done
  # A map that leaves the folder in.
  for folder in one two; do
    cd "$W/$folder" || exit 1
    same_once "a map of something else, in $folder" cacheable -- "$cc" -g -ffile-prefix-map=/nowhere=/x -c src/a.c -o a.o
    same_once "macro prefix map, in $folder" cacheable -- "$cc" -g "-fmacro-prefix-map=$PWD=." -c src/a.c -o a.o
    is_clang "$cc" && same_once "compilation directory, in $folder" cacheable -- "$cc" -g -fdebug-compilation-dir=/x -c src/a.c -o a.o
  done
  # __FILE__ holds the path as typed.
  cd "$W" || exit 1
  put one/f.c <<<'const char *f = __FILE__;'
  cp -p one/f.c two
  for path in one/f.c two/f.c "$W/one/f.c" ./one/f.c; do same_once "__FILE__ of $path" cacheable -- "$cc" -c "$path" -o f.o; done
  for folder in one two; do same_once "__FILE__ mapped, $folder" cacheable -- "$cc" "-ffile-prefix-map=$folder=x" -c "$folder/f.c" -o f.o; done

  # hash_dir off: the caller says that the folder does not matter.
  export CCACHE_NOHASHDIR=1
  cd "$W/one" || exit 1
  same_once "hash_dir off" cacheable -- "$cc" -g -O1 -c src/a.c -o a.o
  "$cc" -g -O1 -c src/a.c -o "$TOP/one.o"
  cd "$W/two" || exit 1
  compile direct "$cc" -g -O1 -c src/a.c -o a.o
  cmp "$TOP/one.o" a.o || fail "hash_dir off: not the object of the first folder"
  unset CCACHE_NOHASHDIR
done

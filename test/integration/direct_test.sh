# Direct mode: source, headers and options by content; every kind of change to a header is seen.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  put a.h <<<'#define ANSWER 42'
  put a.c <<<$'#include "a.h"\nint a(void) { return ANSWER; }'
  same_as_compiler "first" miss direct -- "$cc" -c a.c -o a.o
  same_once "another option" miss -- "$cc" -O2 -c a.c -o a.o
  same_once "another macro" cacheable -- "$cc" -DX -c a.c -o a.o
  same_once "another output" direct -- "$cc" -c a.c -o b.o

  put a.h <<<'#define ANSWER 43'
  same_as_compiler "changed header" miss direct -- "$cc" -c a.c -o a.o
  put a.h <<<'#define ANSWER 42'
  same_once "header as it was" direct -- "$cc" -c a.c -o a.o
  touch a.h a.c
  same_once "touched files" direct -- "$cc" -c a.c -o a.o
  put a.c <<<$'#include "a.h"\nint a(void) { return ANSWER+0; }\nint b;'
  same_once "changed source" miss -- "$cc" -c a.c -o a.o
  put a.c <<<$'#include "a.h"\nint a(void) { return ANSWER; }'
  same_once "source as it was" direct -- "$cc" -c a.c -o a.o
  mkdir -p elsewhere
  cp a.c a.h elsewhere
  cd elsewhere || exit 1
  same_once "a copy in another folder" direct -- "$cc" -c a.c -o a.o
  cd "$W" || exit 1

  # Edits that no stat can show: same size, same second; and the same times put back.
  for value in 50 51 52 53 54 55 56 57; do
    echo "#define ANSWER $value" >a.h
    [[ $value -lt 54 ]] || touch -d yesterday a.h
    deja "$cc" -c a.c -o quick.o || fail "exit code $?"
    "$cc" -c a.c -o bare.o
    cmp quick.o bare.o || fail "an object of an older header ($value)"
  done
  rm -f ./*.o

  # Deleted header: the compiler's error.
  rm a.h
  same_once "deleted header" any -- "$cc" -c a.c -o a.o
  put a.h <<<'#define ANSWER 42'
  same_once "header is back" direct -- "$cc" -c a.c -o a.o

  # A header that appears earlier in the search path hides the one found before.
  mkdir -p one two three
  put two/b.h <<<'#define B 2'
  put two/sub/s.h <<<'#define S 2'
  put b.c <<<$'#include <b.h>\n#include <sub/s.h>\nint b = B, s = S;'
  include=(-Ione -I two -isystem three)
  same_as_compiler "search path" miss direct -- "$cc" "${include[@]}" -c b.c -o b.o
  put three/b.h <<<'#define B 3'
  same_once "appeared later in the path" cacheable -- "$cc" "${include[@]}" -c b.c -o b.o
  put one/other.h <<<'#define B 9'
  same_once "unrelated name appeared" cacheable -- "$cc" "${include[@]}" -c b.c -o b.o
  put one/b.h <<<'#define B 1'
  same_as_compiler "appeared earlier in the path" -- "$cc" "${include[@]}" -c b.c -o b.o
  rm one/b.h
  same_once "and went again" cacheable -- "$cc" "${include[@]}" -c b.c -o b.o
  put one/sub/s.h <<<'#define S 1'
  same_once "appeared in a folder earlier in the path" cacheable -- "$cc" "${include[@]}" -c b.c -o b.o
  put b2.c <<<$'#include "q.h"\nint b = B;'
  put two/q.h <<<'#define B 2'
  same_as_compiler "quoted include" miss direct -- "$cc" "${include[@]}" -c b2.c -o b.o
  put q.h <<<'#define B 0'
  same_once "appeared beside the source" cacheable -- "$cc" "${include[@]}" -c b2.c -o b.o
  rm q.h
  mkdir missing_before
  same_as_compiler "a folder of the path that is not there" -- "$cc" -Inot_there "${include[@]}" -c b2.c -o b.o
  put not_there/q.h <<<'#define B 7'
  same_once "appeared with its folder" cacheable -- "$cc" -Inot_there "${include[@]}" -c b2.c -o b.o

  put c.c <<<$'#if __has_include(<maybe.h>)\nint has = 1;\n#else\nint has = 0;\n#endif'
  same_as_compiler "has_include, not there" miss direct -- "$cc" -Ione -c c.c -o c.o
  put one/maybe.h </dev/null
  same_once "has_include, there" cacheable -- "$cc" -Ione -c c.c -o c.o

  # A header reached through a link that is given another target.
  put v1/l.h <<<'#define L 1'
  put v2/l.h <<<'#define L 2'
  put l.c <<<$'#include <l.h>\nint l = L;'
  ln -s v1 current
  same_as_compiler "linked folder" miss direct -- "$cc" -Icurrent -c l.c -o l.o
  ln -sfn v2 current
  same_once "linked to another folder" cacheable -- "$cc" -Icurrent -c l.c -o l.o

  same_as_compiler "-include" -- "$cc" -include two/b.h -c c.c -o c.o
  put two/b.h <<<'#define B 2222'
  same_once "-include, changed" cacheable -- "$cc" -include two/b.h -c c.c -o c.o
  same_as_compiler "-imacros" -- "$cc" -imacros two/b.h -c b2.c -iquote two -o c.o
  same_as_compiler "-idirafter" -- "$cc" -idirafter two -c b2.c -o c.o
  same_as_compiler "-iprefix" -- "$cc" -iprefix "$W/" -iwithprefix two -c b2.c -o c.o
  put pre-two/q.h <<<'#define B 77'
  same_as_compiler "-iprefix that is half a name" -- "$cc" -iprefix "$W/pre-" -iwithprefixbefore two -iwithprefix not_there -c b2.c -o c.o
  put pre-two/q.h <<<'#define B 78'
  same_once "header behind -iprefix, changed" cacheable -- "$cc" -iprefix "$W/pre-" -iwithprefixbefore two -iwithprefix not_there -c b2.c -o c.o
  same_as_compiler "-iwithprefix without -iprefix" cacheable preprocessed -- "$cc" -iwithprefix include -I two -c b2.c -o c.o
  same_as_compiler "-nostdinc" -- "$cc" -nostdinc -I two -c b2.c -o c.o
  put two/n.h <<<'#define B 1'
  put one/n.h <<<$'#include_next <n.h>\n#define N B'
  put n.c <<<$'#include <n.h>\nint n = N;'
  same_as_compiler "#include_next" -- "$cc" -Ione -Itwo -c n.c -o c.o

  # Under a header's name earlier in the search path: a link that leads nowhere yet, and a folder that becomes a file.
  for mode in "" CCACHE_DEPEND=1; do
    for kind in link folder; do
      fresh "$cc, $kind, $mode"
      mkdir i1
      put i2/x.h <<<'#define V 1'
      put a.c <<<$'#include <x.h>\nint a = V;'
      if [[ $kind == link ]]; then ln -s ../target.h i1/x.h; else mkdir i1/x.h; fi
      age
      for again in 1 2; do env $mode "$DEJA" "$cc" -Ii1 -Ii2 -c a.c -o a.o || fail "exit code $?"; done
      if [[ $kind == link ]]; then put target.h <<<'#define V 2'; else rmdir i1/x.h && put i1/x.h <<<'#define V 2'; fi
      "$cc" -Ii1 -Ii2 -c a.c -o bare.o
      for again in 1 2; do
        env $mode "$DEJA" "$cc" -Ii1 -Ii2 -c a.c -o a.o || fail "exit code $?"
        cmp a.o bare.o || fail "the object of another header"
      done
    done
  done

  # A file that only a #line names need not be there (a generated parser's grammar).
  fresh "$cc, #line"
  put a.c <<<$'#line 1 "gen.y"\nint a;'
  put warns.c <<<$'#line 1 "gen.y"\nint a(void) { int unused; return 1; }'
  age
  same_as_compiler "a grammar that is not there" -- "$cc" -c a.c -o a.o
  same_as_compiler "a grammar that is not there, -g" miss preprocessed -- "$cc" -g -c a.c -o g.o
  same_as_compiler "a grammar that is not there, with messages" miss preprocessed -- "$cc" -Wall -c warns.c -o w.o
  put gen.y <<<'int other_text; /* shown in messages */'
  same_as_compiler "the grammar is there, with messages" cacheable any -- "$cc" -Wall -c warns.c -o w.o
  same_as_compiler "the grammar is there, -g" cacheable any -- "$cc" -g -c a.c -o g.o
done

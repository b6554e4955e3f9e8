# Sloppiness: what the caller allows to be left out of account, one by one.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  put a.h <<<'#define A 1'
  put a.c <<<$'#include "a.h"\nint a = A;'

  context="$cc file_stat_matches"
  age
  export CCACHE_SLOPPINESS=file_stat_matches
  compile miss "$cc" -c a.c -o a.o
  compile direct "$cc" -c a.c -o a.o
  export CCACHE_SLOPPINESS=file_stat_matches,file_stat_matches_ctime
  compile direct "$cc" -c a.c -o a.o
  unset CCACHE_SLOPPINESS

  context="$cc system_headers"
  put system/s.h <<<'#define S 1'
  put s.c <<<$'#include <s.h>\nint s = S;'
  CCACHE_SLOPPINESS=system_headers compile cacheable "$cc" -isystem system -c s.c -o s.o
  put system/s.h <<<'#define S 2'
  CCACHE_SLOPPINESS=system_headers compile direct "$cc" -isystem system -c s.c -o s.o
  compile miss "$cc" -isystem system -c s.c -o s.o

  context="$cc random_seed"
  compile miss "$cc" -frandom-seed=1 -c a.c -o a.o
  compile miss "$cc" -frandom-seed=2 -c a.c -o a.o
  CCACHE_SLOPPINESS=random_seed compile cacheable "$cc" -frandom-seed=3 -c a.c -o a.o
  CCACHE_SLOPPINESS=random_seed compile direct "$cc" -frandom-seed=4 -c a.c -o a.o

  context="$cc gcno_cwd"
  cp -rp . "$TOP/copy"
  CCACHE_SLOPPINESS=gcno_cwd compile miss "$cc" --coverage -c a.c -o a.o
  (cd "$TOP/copy" && CCACHE_SLOPPINESS=gcno_cwd deja "$cc" --coverage -c a.c -o a.o)
  [[ -f $TOP/copy/a.gcno ]] || fail "no .gcno"
  rm -rf "$TOP/copy"

  context="$cc incbin"
  put blob <<<one
  put i.c <<<'__asm__(".incbin \"blob\"");'
  CCACHE_SLOPPINESS=incbin compile cacheable "$cc" -c i.c -o i.o
  CCACHE_SLOPPINESS=incbin compile hit "$cc" -c i.c -o i.o

  context="$cc include_file_mtime"
  put new.h <<<'#define N 1'
  put new.c <<<$'#include "new.h"\nint n = N;'
  touch -d tomorrow new.h
  compile miss "$cc" -c new.c -o n.o
  compile preprocessed "$cc" -c new.c -o n.o
  CCACHE_SLOPPINESS=include_file_mtime compile preprocessed "$cc" -c new.c -o n.o
  CCACHE_SLOPPINESS=include_file_mtime compile direct "$cc" -c new.c -o n.o
done

# A directory as remote storage: objects from it are the compiler's, layouts, modes, shards, and storages that are broken.
. "$(dirname "$0")/lib.sh"

# The compiler's object, and deja's run must end as `how`; then the counters.
check() {
  local how=$1
  shift
  gcc -g -c a.c -o bare.o || fail "gcc"
  rm -f a.o
  compile "$how" gcc -g -c a.c -o a.o
  cmp -s a.o bare.o || fail "the object is another one"
  rm -f bare.o
  stats_are "$@"
}
# A fresh cache, as on another machine.
other_machine() {
  chmod -R u+rwX "$CCACHE_DIR"
  rm -rf "$CCACHE_DIR"
}
entries() { find "$1" -type f ! -name CACHEDIR.TAG; }

begin() {
  unset "${!CCACHE_REMOTE_@}"
  fresh "$1"
  rm -rf "$TOP/remote"
  put a.c <<<'#include "x.h"
int a(void) { return X; }'
  put x.h <<<'#define X 1'
  export CCACHE_REMOTE_STORAGE="file:$TOP/remote ${2:-}"
}

begin "subdirs" "@umask=002 update-mtime"
check miss remote_storage_read_miss 2 remote_storage_miss 1 remote_storage_write 2 remote_storage_error 0
[[ $(entries "$TOP/remote" | wc -l) == 2 && -f $TOP/remote/CACHEDIR.TAG ]] || fail "entries: $(entries "$TOP/remote")"
while read -r file; do
  [[ ${file#"$TOP/remote/"} =~ ^[0-9a-f]{2}/[0-9a-f]{32}$ ]] || fail "name: $file"
  [[ $(stat -c %a "$file") == 664 && $(stat -c %a "$(dirname "$file")") == 775 ]] || fail "modes of $file: $(stat -c %a "$file")"
  touch -d yesterday "$file"
done < <(entries "$TOP/remote")
other_machine
check direct remote_storage_read_hit 2 remote_storage_hit 1 local_storage_miss 1 local_storage_write 2 remote_storage_write 0
[[ -z $(find "$TOP/remote" -type f ! -name CACHEDIR.TAG -mmin +60) ]] || fail "reads do not show"
rm -rf "$TOP/remote"
check direct local_storage_hit 1 remote_storage_read_miss 0
[[ ! -e $TOP/remote ]] || fail "a local hit made the storage"

begin "flat and shards" "layout=flat"
export CCACHE_REMOTE_STORAGE="file:$TOP/remote/* layout=flat shards=a,b(2)"
for x in 1 2 3; do
  put x.h <<<"#define X $x"
  check miss
done
[[ $(cd "$TOP/remote" && entries . | grep -cE '^\./[ab]/[0-9a-f]{34}$') == 4 ]] || fail "entries: $(entries "$TOP/remote")"
other_machine
check direct remote_storage_hit 1

begin "broken entries"
check miss
for spoil in 'truncate -s -1' 'truncate -s 0'; do
  other_machine
  while read -r file; do $spoil "$file"; done < <(entries "$TOP/remote")
  check miss remote_storage_hit 0 missing_cache_file 0
  [[ $(stat_of remote_storage_error) -ge 1 ]] || fail "$spoil: no error is counted"
  [[ $spoil != *0 ]] || break # an empty one: nothing more was asked, or put, in that run
  check direct
  other_machine
  check direct
done
rm -rf "$TOP/remote"
other_machine
check miss
# The entry of another compile under this one's name.
put x.h <<<'#define X 2'
check miss
mapfile -t results < <(entries "$TOP/remote" | grep '72$')
[[ ${#results[@]} == 2 ]] || fail "two results: ${results[*]}"
cp "${results[0]}" "$TOP/kept" && cp "${results[1]}" "${results[0]}" && cp "$TOP/kept" "${results[1]}"
other_machine
check miss remote_storage_hit 0

begin "rights" "read-only"
check miss remote_storage_write 0 remote_storage_error 0
[[ ! -e $TOP/remote ]] || fail "read-only"
echo "no directory" >"$TOP/remote"
export CCACHE_REMOTE_STORAGE="file:$TOP/remote"
other_machine
check miss remote_storage_error 1 remote_storage_write 0 local_storage_write 2
check direct
rm "$TOP/remote"

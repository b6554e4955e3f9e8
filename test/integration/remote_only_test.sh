# Without the local store: remote_only, reshare, recache, read_only, and several storages.
. "$(dirname "$0")/lib.sh"

begin() {
  unset CCACHE_REMOTE_ONLY CCACHE_RESHARE CCACHE_READONLY CCACHE_RECACHE
  fresh "$1"
  rm -rf "$TOP"/remote*
  put a.c <<<'#include "x.h"
int a(void) { return X; }'
  put x.h <<<'#define X 1'
  export CCACHE_REMOTE_STORAGE="file:$TOP/remote"
}
entries() { find "$@" -type f ! -name CACHEDIR.TAG | wc -l; }

begin "remote_only"
export CCACHE_REMOTE_ONLY=1
check miss files_in_cache 0 remote_storage_write 2 remote_storage_miss 1 remote_storage_read_miss 2
check direct files_in_cache 0 remote_storage_hit 1 remote_storage_read_hit 2 local_storage_hit 0 local_storage_miss 0 \
  local_storage_read_hit 0 local_storage_read_miss 0 local_storage_write 0
rm -rf "$TOP/remote"
check miss remote_storage_miss 2

begin "reshare"
CCACHE_REMOTE_STORAGE='' check miss remote_storage_write 0
check direct remote_storage_write 0 remote_storage_read_hit 0
[[ ! -e $TOP/remote ]] || fail "shared without being asked"
export CCACHE_RESHARE=1
check direct remote_storage_write 2
[[ $(entries "$TOP/remote") == 2 ]] || fail "entries after reshare: $(entries "$TOP/remote")"
unset CCACHE_RESHARE
rm -rf "$CCACHE_DIR"
check direct remote_storage_hit 1

begin "recache"
check miss
CCACHE_RECACHE=1 check recache remote_storage_read_hit 0 remote_storage_read_miss 2 remote_storage_write 4

begin "read_only"
check miss
rm -rf "$CCACHE_DIR"
CCACHE_READONLY=1 check direct remote_storage_hit 1 local_storage_write 0 files_in_cache 0
put x.h <<<'#define X 2'
CCACHE_READONLY=1 check any remote_storage_write 0
[[ $(entries "$TOP/remote") == 2 ]] || fail "read_only stored something"

begin "two storages"
check miss
rm -rf "$CCACHE_DIR"
export CCACHE_REMOTE_STORAGE="file:$TOP/remote2 file:$TOP/remote"
check direct remote_storage_hit 1 remote_storage_read_miss 2 remote_storage_read_hit 2
[[ ! -e $TOP/remote2 ]] || fail "what one storage held went to another"
put x.h <<<'#define X 2'
check miss remote_storage_write 4
[[ $(entries "$TOP/remote2") == 2 && $(entries "$TOP/remote") == 3 ]] || fail "both get what is new"

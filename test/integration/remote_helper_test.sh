# Remote storage through helper programs: started once and met again, held to nothing of the build, stopped; and whatever one does, the
# object is the compiler's.
. "$(dirname "$0")/lib.sh"

export XDG_RUNTIME_DIR=$TOP/run
mkdir -m 700 "$XDG_RUNTIME_DIR" "$TOP/libexec"
export CCACHE_LIBEXEC_DIRS=$TOP/libexec
cat >"$TOP/libexec/ccache-storage-test" <<HELPER
#!/bin/sh
exec python3 '$SCRIPTS/storage_helper.py'
HELPER
chmod +x "$TOP/libexec/ccache-storage-test"

# Patient ones: machines that run tests are busy.
begin() {
  fresh "$1"
  rm -rf "$TOP/remote"
  put a.c <<<'int a;'
  export CCACHE_REMOTE_STORAGE="test:$TOP/remote budget=20s ${2:-}"
}
helpers() { cat "$TOP/remote/pid"; }
stop() { deja --stop-storage-helpers >/dev/null || fail "stop"; }

begin "one helper for all"
check miss remote_storage_write 2 remote_storage_read_miss 2 remote_storage_error 0 remote_storage_timeout 0
rm -rf "$CCACHE_DIR"
check direct remote_storage_hit 1 remote_storage_read_hit 2
put a.c <<<'int b;'
check miss remote_storage_write 2
[[ $(helpers | wc -l) == 1 ]] || fail "started more than once: $(helpers)"
pid=$(helpers)
[[ $(readlink "/proc/$pid/fd/"{0,1,2}) == "/dev/null"$'\n'"/dev/null"$'\n'"/dev/null" ]] || fail "streams: $(ls -l "/proc/$pid/fd")"
! ls -l "/proc/$pid/fd" | grep -q silent || fail "a descriptor of the build: $(ls -l "/proc/$pid/fd")"
[[ $(stat -c %a "$XDG_RUNTIME_DIR/deja-storage") == 700 ]] || fail "the sockets' directory is not private"
[[ $(tr '\0' '\n' <"/proc/$pid/environ" | grep ^CRSH_IPC_ENDPOINT=) == *"$XDG_RUNTIME_DIR/deja-storage/storage-test-"* ]] || fail "environment"

# One that was killed is started anew.
kill -9 "$pid"
rm -rf "$CCACHE_DIR"
check direct remote_storage_hit 1
[[ $(helpers | wc -l) == 2 ]] || fail "not started again"
deja --stop-storage-helpers >out || fail "stop"
[[ $(<out) == "Stopped storage helpers: 1" ]] || fail "stop: $(<out)"
[[ $(deja --stop-storage-helpers) == "No storage helpers are running" ]] || fail "stop twice"

begin "many at once"
for i in 1 2 3 4; do
  echo "int a$i;" >"m$i.c"
  deja gcc -c "m$i.c" -o "m$i.o" &
  jobs_started+=($!)
done
wait "${jobs_started[@]}"
stats_are cache_miss 4 remote_storage_error 0 remote_storage_timeout 0 remote_storage_write 8
[[ $(helpers | wc -l) == 1 ]] || fail "several helpers: $(helpers)"
stop

for mode in error lie truncate oversize close hang; do
  begin "$mode"
  check miss
  put a.c <<<'int b;'
  check miss
  stop
  rm -rf "$CCACHE_DIR"
  budget=20s
  [[ $mode != hang ]] || budget=300ms
  CCACHE_REMOTE_STORAGE="test:$TOP/remote budget=$budget @mode=$mode" check miss remote_storage_hit 0
  told=$(($(stat_of remote_storage_error) + $(stat_of remote_storage_timeout)))
  [[ $told -ge 1 && ($mode == lie || $told == 1) ]] || fail "$told errors and timeouts"
  [[ $mode != hang ]] || stats_are remote_storage_timeout 1
  CCACHE_REMOTE_STORAGE='' check direct
  CCACHE_REMOTE_STORAGE="test:$TOP/remote @mode=$mode" stop
done

begin "no helper"
CCACHE_REMOTE_STORAGE=unheard-of:x deja gcc -c a.c -o a.o 2>err
[[ $? == 1 && $(<err) == "deja: error: unknown scheme 'unheard-of'"* ]] || fail "unknown scheme: $(<err)"
CCACHE_REMOTE_STORAGE="crsh:$TOP/nobody" check miss remote_storage_error 1

# What can go wrong around a compile: full disks, broken entries, unwritable places. The build goes on with the right objects.
. "$(dirname "$0")/lib.sh"

prepare() {
  fresh "$1"
  put a.h <<<'#define A 1'
  put a.c <<<$'#include "a.h"\nint a(int x) { int unused; return x + A; }'
}
cc=(gcc -Wall -MD -c a.c -o a.o)
# unharmed NAME: cold and warm as the bare compiler.
unharmed() { same_as_compiler "$1" any any -- "${cc[@]}"; }
# The same, but one line more on stderr is allowed.
nearly_unharmed() {
  snapshot
  observe "$TOP/bare" "${cc[@]}"
  local run
  for run in cold warm; do
    observe "$TOP/$run" deja "${cc[@]}"
    (($(wc -l <"$TOP/$run/stderr") <= $(wc -l <"$TOP/bare/stderr") + 1)) || fail "$1, $run: more than one line: $(cat "$TOP/$run/stderr")"
    grep -q 'ermission denied' "$TOP/$run/stderr" && fail "$1, $run: $(cat "$TOP/$run/stderr")"
    cp "$TOP/bare/stderr" "$TOP/$run/stderr"
    same_as "$1, $run" "$TOP/bare" "$TOP/$run"
  done
}
# mounted FOLDER OPTIONS: a small file system; false where that is not allowed.
mounted() {
  mkdir -p "$1"
  mount -t tmpfs -o "$2" tmpfs "$1" 2>/dev/null || { echo "left out: cannot mount"; return 1; }
  undo_at_exit+=("umount -l '$1' 2>/dev/null")
}

prepare "broken entries"
# Old enough that a replay is recorded, too.
age
for run in 1 2 3; do deja "${cc[@]}" 2>/dev/null; done
cp -a "$CCACHE_DIR" "$TOP/good"
mapfile -t files < <(cd "$TOP/good" && find . -type f)
((${#files[@]} >= 3)) || fail "the cache holds only ${files[*]}"
restore() { rm -rf "$CCACHE_DIR" && cp -a "$TOP/good" "$CCACHE_DIR"; }
snapshot
observe "$TOP/bare" "${cc[@]}"
check_broken() {
  observe "$TOP/broken" deja "${cc[@]}"
  same_as "$1" "$TOP/bare" "$TOP/broken"
}
for file in "${files[@]}"; do
  size=$(stat -c %s "$TOP/good/$file")
  for length in 0 8 31 $((size / 2)) $((size - 1)); do
    ((length >= 0 && length < size)) || continue
    restore
    truncate -s $length "$CCACHE_DIR/$file"
    check_broken "$file cut to $length of $size bytes"
  done
  for ((i = 0; i < 8; i++)); do
    restore
    ((size > 0)) || continue
    position=$((i < 4 ? i * 12 : (RANDOM * 32768 + RANDOM) % size))
    ((position < size)) || continue
    byte=$(xxd -s $position -l 1 -p "$CCACHE_DIR/$file")
    printf '%b' "\\x$(printf %02x $((0x$byte ^ (1 << (i % 8)))))" | dd of="$CCACHE_DIR/$file" bs=1 seek=$position conv=notrunc status=none
    check_broken "$file with byte $position changed"
  done
  restore
  head -c "$size" /dev/urandom >"$CCACHE_DIR/$file"
  check_broken "$file of noise"
  restore
  cat "$TOP/good/$file" "$TOP/good/$file" >"$CCACHE_DIR/$file"
  check_broken "$file twice as long"
  restore
  rm "$CCACHE_DIR/$file"
  mkdir "$CCACHE_DIR/$file"
  check_broken "$file is a folder"
  restore
  rm "$CCACHE_DIR/$file"
  check_broken "$file is gone"
done
# Broken results are replaced.
restore
find "$CCACHE_DIR" -name '*.[rp]' -exec truncate -s 20 {} +
deja "${cc[@]}" 2>/dev/null
compile direct "${cc[@]}"

for place in "a file" "/dev/null" "below a file" "a dangling link"; do
  prepare "the cache folder is $place"
  case $place in
    "a file") : >"$CCACHE_DIR" ;;
    "below a file") : >"$CCACHE_DIR" && export CCACHE_DIR=$CCACHE_DIR/x ;;
    "a dangling link") ln -s /nowhere/at/all "$CCACHE_DIR" ;;
    *) export CCACHE_DIR=$place ;;
  esac
  unharmed "$place"
done
prepare "the shards are files"
mkdir "$CCACHE_DIR"
for ((i = 0; i < 256; i++)); do : >"$CCACHE_DIR/$(printf %02x $i)"; done
unharmed "shards"

prepare "no home"
for home in /nowhere "" /dev/null; do
  (unset CCACHE_DIR; HOME=$home unharmed "HOME=$home"; exit $failures) || failures=1
done
(unset CCACHE_DIR HOME; unharmed "no HOME"; exit $failures) || failures=1
CCACHE_TEMPDIR=/nowhere/tmp unharmed "no temporary folder"
TMPDIR=/nowhere unharmed "TMPDIR not there"

prepare "the log"
mkdir "$TOP/logfolder"
for log in /dev/full "$TOP/logfolder" "$TOP/not/there/log" /dev/null/log; do
  CCACHE_LOGFILE=$log nearly_unharmed "log $log"
  CCACHE_STATSLOG=$log nearly_unharmed "statistics log $log"
done
CCACHE_DEBUG=1 CCACHE_DEBUGDIR=/dev/null/x nearly_unharmed "debug folder"

prepare "closed streams"
"${cc[@]}" 2>/dev/null
mv a.o bare.o
for run in cold warm; do
  deja "${cc[@]}" <&- >&- 2>&- || fail "$run: exit code $?"
  cmp a.o bare.o || fail "$run: another object"
done
deja "${cc[@]}" >/dev/full 2>&1 || fail "full stderr: exit code $?"
cmp a.o bare.o || fail "full stderr: another object"
rm -f ./*.o ./*.d
unharmed "afterwards"

prepare "the cache folder goes away while in use"
"${cc[@]}" 2>/dev/null
mv a.o "$TOP/bare.o"
(for ((i = 0; i < 60; i++)); do rm -rf "$CCACHE_DIR"; sleep 0.02; done) 2>/dev/null &
remover=$!
for ((i = 0; i < 4; i++)); do
  (for ((j = 0; j < 20; j++)); do
    deja gcc -MD -c a.c -o "a$i.o" 2>&1 || echo "exit code $?"
    cmp "a$i.o" "$TOP/bare.o" 2>&1
  done >"$TOP/errors.$i") &
done
wait
wait $remover
[[ -z $(cat "$TOP"/errors.*) ]] || fail "$(cat "$TOP"/errors.* | head -n 5)"

prepare "full disk"
if mounted "$TOP/small" size=24k; then
  export CCACHE_DIR=$TOP/small/cache
  for ((i = 0; i < 6; i++)); do
    cc=(gcc -Wall "-DN=$i" -MD -c a.c -o a.o)
    unharmed "full cache, $i"
  done
  cc=(gcc -Wall -MD -c a.c -o a.o)
  CCACHE_LOGFILE=$TOP/small/log nearly_unharmed "full log"
  export CCACHE_DIR=$TOP/cache
  cc=(gcc -Wall -g3 -O2 -MD -c a.c -o out/a.o)
  mounted "$W/out" size=4k && {
    head -c 4096 /dev/zero >"$W/out/fill" 2>/dev/null
    same_as_compiler "full output" any any -- gcc -Wall -c a.c -o out/a.o
    same_as_compiler "full dependency file" any any -- gcc -Wall -MD -MF out/a.d -c a.c -o a.o
    umount "$W/out"
  }

  prepare "read-only cache"
  cc=(gcc -Wall -MD -c a.c -o a.o)
  mounted "$TOP/readonly" size=4m
  export CCACHE_DIR=$TOP/readonly/cache
  unharmed "before"
  mount -o remount,ro "$TOP/readonly"
  same_once "hit" any -- "${cc[@]}"
  cc=(gcc -Wall -O1 -MD -c a.c -o a.o)
  unharmed "miss"
  mkdir -p "$TOP/noentry"
fi

# What a stranger could put into the cache: no record of somebody else is answered, nothing makes deja wait, nothing is read beyond its limit.
. "$(dirname "$0")/lib.sh"
command -v setpriv >/dev/null && ((EUID == 0)) || skip "needs root, to be several users"
export CCACHE_LOGFILE=$TOP/log
replayed() { tail -n 1 "$CCACHE_LOGFILE" | grep -q 'replayed$'; }

# A cache with every kind of file in it.
prepare() {
  fresh "$1"
  put a.c <<<'static const char large[40000] = {1, 2, 3}; const char *a(int i) { return large + i; }'
  age
  for _ in 1 2 3; do deja gcc -c a.c -o a.o || fail "exit code $?"; done
  replayed || fail "no replay to begin with"
  gcc -c a.c -o bare.o
}
right() {
  rm -f a.o
  timeout 20 "$DEJA" gcc -c a.c -o a.o || fail "$1: exit code $?"
  cmp -s a.o bare.o || fail "$1: another object"
}

prepare "a record that others may have written"
record=$(find "$CCACHE_DIR" -name '*.p')
[[ $(stat -c %a "$record") == 600 ]] || fail "a record has mode $(stat -c %a "$record")"
chown 1234 "$record"
right "another user's"
! replayed || fail "another user's record was answered"
right "ours again"
replayed || fail "it was not replaced by one of ours"
chmod 620 "$record"
right "writable by a group"
! replayed || fail "a record that a group may write was answered"

for ending in m r p o d; do
  prepare "a pipe in the place of .$ending"
  while IFS= read -r file; do rm "$file" && mkfifo "$file"; done < <(find "$CCACHE_DIR" -name "*.$ending")
  for run in 1 2 3; do right "run $run"; done
  prepare "grown .$ending"
  find "$CCACHE_DIR" -name "*.$ending" -exec truncate -s 2G {} +
  for run in 1 2; do (ulimit -v 1000000 && right "run $run") || exit 1; done
done
for name in stats digests; do
  prepare "a pipe in the place of $name"
  rm "$CCACHE_DIR/$name" && mkfifo "$CCACHE_DIR/$name"
  touch a.c
  right "$name"
done

prepare "statistics of 100 GB"
truncate -s 100G "$CCACHE_DIR/stats"
touch a.c
right "compile"
for option in -s -c --print-stats; do
  timeout 20 "$DEJA" $option >"$TOP/out" 2>&1
  code=$?
  ((code <= 1)) || fail "$option: exit code $code"
  (($(wc -l <"$TOP/out") < 60)) || fail "$option says too much"
done

prepare "one cache, two users"
export CCACHE_UMASK=000
chmod 777 "$W" && chmod -R a+rwX "$TOP/cache" "$TOP" && rm -f "$CCACHE_LOGFILE" && unset CCACHE_LOGFILE
for user in 1001 1002; do
  for run in 1 2 3; do
    rm -f a.o
    setpriv --reuid=$user --regid=$user --clear-groups env HOME="$TOP" PATH=/usr/bin:/bin "$DEJA" gcc -c a.c -o a.o || fail "user $user: exit code $?"
    cmp -s a.o bare.o || fail "user $user: another object"
  done
  owners=$(find "$CCACHE_DIR" -name '*.p' -user $user -perm 600 | wc -l)
  ((owners == 1)) || fail "user $user has $owners records of its own"
done
stat_is cache_miss 1

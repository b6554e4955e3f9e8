# Closed standard streams: nothing that is meant for them lands in a file of the cache, and the compiler finds them closed again.
. "$(dirname "$0")/lib.sh"

for closed in '<&-' '>&-' '2>&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
  fresh "closed: $closed"
  put a.c <<<$'#warning "said each time"\nint a(void) { int unused; return 1; }'
  age
  eval "gcc -Wall -c a.c -o bare.o $closed"
  bare=$?
  for run in 1 2 3 4; do
    rm -f a.o
    eval "'$DEJA' gcc -Wall -c a.c -o a.o $closed"
    ours=$?
    ((ours == bare)) || fail "run $run: exit code $ours, bare $bare"
    [[ ! -e bare.o && ! -e a.o ]] || cmp -s a.o bare.o || fail "run $run: another object"
  done
  ! grep -raq 'said each time' "$CCACHE_DIR"/{digests,stats} 2>/dev/null || fail "a message is in a file of the cache"
  deja gcc -Wall -c a.c -o a.o 2>err || fail "exit code $?"
  gcc -Wall -c a.c -o a.o 2>bare.err
  cmp err bare.err || fail "other messages once the streams are open"
done

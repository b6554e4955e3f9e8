# The caller's limits: deja ends as the bare compiler does, and its own files are no reason to fail.
. "$(dirname "$0")/lib.sh"

fresh "file sizes"
put a.c <<<'int a(void) { return 1; }'
put big.c <<<'char big[3000000] = {1};'
age
head -c 3000000 /dev/zero >"$TOP/log"
export CCACHE_LOGFILE=$TOP/log
for run in 1 2 3 4; do
  for source in a big; do
    (ulimit -f 1000 && exec gcc -c $source.c -o bare.o) 2>"$TOP/bare.err"
    bare=$?
    (ulimit -f 1000 && exec "$DEJA" gcc -c $source.c -o ours.o) 2>"$TOP/our.err"
    ours=$?
    ((ours == bare)) || fail "$source, run $run: exit code $ours, bare $bare: $(cat "$TOP/our.err")"
    ((bare != 0)) || cmp -s bare.o ours.o || fail "$source, run $run: another object"
  done
done
unset CCACHE_LOGFILE

fresh "few descriptors, little time, small stack"
put a.c <<<'int a(void) { return 1; }'
age
gcc -c a.c -o bare.o
for limit in "-n 12" "-t 5" "-s 256" "-c 0"; do
  for run in 1 2 3; do
    rm -f a.o
    (ulimit $limit && exec "$DEJA" gcc -c a.c -o a.o) || fail "ulimit $limit, run $run: exit code $?"
    cmp -s a.o bare.o || fail "ulimit $limit, run $run: another object"
  done
done

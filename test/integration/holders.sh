# Sourced by the two log tests: compiles while somebody holds the log, on a hit and on a miss.
# The caller has `hold HOW MILLISECONDS`, a log's name in $log, and a.c.

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# timed WORDS…: runs deja, which must end with 0 and say nothing; its time in $took.
timed() {
  local started code=0
  started=$(milliseconds)
  deja "$@" >"$TOP/out" 2>"$TOP/err" || code=$?
  took=$(($(milliseconds) - started))
  ((code == 0)) && [[ ! -s $TOP/out && ! -s $TOP/err ]] || fail "exit code $code, said: $(cat "$TOP/out" "$TOP/err")"
}

# Every line of the log and of what stands beside it.
all_lines() { cat "$log" "$log".[0-9]* 2>/dev/null | tr -d '\r'; }

# with_holders COMPILER HOLDS…: a hold is "HOW MILLISECONDS".
with_holders() {
  local compiler=$1 held i free
  shift
  "$compiler" -c a.c -o "$TOP/expected.o"
  unset CCACHE_LOGFILE
  timed "$compiler" -DWARM -c a.c -o a.o
  timed "$compiler" -c a.c -o a.o
  timed "$compiler" -c a.c -o a.o
  free=$took
  export CCACHE_LOGFILE=$log
  for held in "$@"; do
    context="held: $held ms"
    rm -rf "$log"*
    echo before >"$log"
    hold $held
    timed "$compiler" -c a.c -o a.o
    echo "log held ($held ms): a hit took $took ms, $free ms without a log"
    # Far more than the 600 ms that may be added, and less than the holder's time: who waits for the holder is found on a busy machine too.
    ((took - free < 3000)) || fail "waited for the holder: $took ms"
    cmp a.o "$TOP/expected.o" || fail "another object"
    wait
    all_lines | grep -q 'Result: direct_cache_hit' || fail "the lines are nowhere: $(ls "$TOP")"
    # The next run brings home what was put aside.
    for ((i = 0; i < 5; i++)); do
      timed "$compiler" -DNEXT$i -c a.c -o b.o
      [[ -e $log.fallbacks ]] || break
    done
    [[ ! -e $log.fallbacks && -z $(echo "$log".[0-9]*) ]] || fail "left beside the log: $(ls "$TOP")"
    [[ $(head -n 1 "$log") == before && $(grep -c 'Result: ' "$log") == $((i + 2)) ]] || fail "$(grep -c 'Result: ' "$log") results of $((i + 2))"
    rm -f a.o b.o
  done
  unset CCACHE_LOGFILE
  context=
}

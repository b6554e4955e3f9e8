# Many processes on one cache: hits, misses, clears and clean-ups mixed, some killed. No wrong object, no error, the right counts.
#   WORKERS=16 DURATION=8   how many, and for how many seconds
. "$(dirname "$0")/lib.sh"

workers=${WORKERS:-16}
duration=${DURATION:-8}
fresh
sources=12
for ((i = 0; i < sources; i++)); do
  put h$i.h <<<"#define H $i"
  put s$i.c <<<"#include \"h$i.h\"
int f(int x) { return x + H; }"
  gcc -MD -MT o -MF "$TOP/expected$i.d" -c s$i.c -o "$TOP/expected$i.o"
done
export CCACHE_MAXFILES=30
mkdir "$TOP/say"

# Compiles at random until the time is over; says how many runs ended by themselves and how many were killed.
work() {
  local me=$1 done_runs=0 killed=0 i pid code
  RANDOM=$me
  while ((SECONDS < duration)); do
    i=$((RANDOM % sources))
    case $((RANDOM % 40)) in
      0) deja -C >"$TOP/say/$me.m" 2>&1 || echo "-C: exit code $?: $(cat "$TOP/say/$me.m")" ;;
      1) deja -c >"$TOP/say/$me.m" 2>&1 || echo "-c: exit code $?: $(cat "$TOP/say/$me.m")" ;;
      2) deja --evict-older-than 1s >"$TOP/say/$me.m" 2>&1 || echo "--evict-older-than: exit code $?: $(cat "$TOP/say/$me.m")" ;;
      3 | 4 | 5)
        "$DEJA" gcc -MD -MT o -MF "k$me.d" -c s$i.c -o "k$me.o" >/dev/null 2>&1 &
        pid=$!
        sleep "0.0$((RANDOM % 40 + 10))"
        kill -KILL $pid 2>/dev/null
        wait $pid 2>/dev/null
        code=$?
        if ((code == 137)); then killed=$((killed + 1)); else done_runs=$((done_runs + 1)); fi
        ;;
      *)
        deja gcc -MD -MT o -MF "w$me.d" -c s$i.c -o "w$me.o" 2>&1 || echo "exit code $?"
        done_runs=$((done_runs + 1))
        cmp "w$me.o" "$TOP/expected$i.o" 2>&1 && cmp "w$me.d" "$TOP/expected$i.d" 2>&1 || echo "wrong output for $i"
        rm -f "w$me.o" "w$me.d"
        ;;
    esac
  done >"$TOP/say/$me"
  echo "$done_runs $killed" >"$TOP/say/$me.count"
}
SECONDS=0
for ((worker = 1; worker <= workers; worker++)); do work $worker 2>/dev/null & done
wait
cat "$TOP"/say/*[0-9] >"$TOP/errors"
[[ ! -s $TOP/errors ]] || fail "$(wc -l <"$TOP/errors") lines: $(head -n 10 "$TOP/errors")"
read -r runs killed < <(awk '{ r += $1; k += $2 } END { print r, k }' "$TOP"/say/*.count)

deja --print-stats >"$TOP/stats"
counted=$(awk -F'\t' '$1 ~ /^(direct_cache_hit|preprocessed_cache_hit|cache_miss)$/ { n += $2 } END { print n }' "$TOP/stats")
((counted >= runs && counted <= runs + killed)) || fail "$counted runs counted; $runs ended by themselves, $killed were killed"
endings >"$TOP/endings"
others=$(grep -vE '^(direct_cache_hit|preprocessed_cache_hit|cache_miss)	' "$TOP/endings" | grep -v '	0$')
[[ -z $others ]] || fail "other endings: $others"
deja -c >/dev/null || fail "-c: exit code $?"
[[ $(stat_of files_in_cache) == $(find "$CCACHE_DIR" -name '*.[mr]' | wc -l) ]] || fail "counted $(stat_of files_in_cache) files"
for ((i = 0; i < sources; i++)); do
  deja gcc -MD -MT o -MF last.d -c s$i.c -o last.o || fail "afterwards: exit code $?"
  cmp last.o "$TOP/expected$i.o" || fail "afterwards: another object"
done
echo "$workers processes, $duration s: $runs runs, $killed killed, $counted counted, $(stat_of cleanups_performed) clean-ups"

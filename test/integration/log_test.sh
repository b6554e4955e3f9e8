# The log, the statistics log and the debug files: what is in them, and what many processes make of one.
. "$(dirname "$0")/lib.sh"

line='^\[[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} [0-9]+ *\] .*$'
well_formed() {
  ! grep -vE "$line" "$1" | head -n 3 | grep . || fail "lines of another form in $1"
  [[ -z $(tail -c 1 "$1") ]] || fail "$1 does not end with a line end"
}

fresh
put a.h <<<'#define A 1'
put a.c <<<$'#include "a.h"\nint a = A;'
export CCACHE_LOGFILE=$TOP/log
compile miss gcc -c a.c -o a.o
cp "$TOP/log" "$TOP/first"
compile direct gcc -c a.c -o a.o
compile called_for_link gcc a.o -shared -o a.so
well_formed "$TOP/log"
for wanted in "$W" "a\.c" "deja [0-9]" "gcc" "[Mm]iss" "[0-9a-f]{30}"; do
  grep -qE -- "$wanted" "$TOP/first" || fail "the first run's log has no '$wanted': $(cat "$TOP/first")"
done
grep -qE 'direct.*hit|hit.*direct|Served' "$TOP/log" || fail "no hit in the log"
grep -qiE 'link' "$TOP/log" || fail "the log does not say why linking is not cached"
# Times in one process never go back.
for pid in $(sed -E 's/^\[[^ ]+ ([0-9]+).*/\1/' "$TOP/log" | sort -u); do
  grep -E "^\[[^ ]+ $pid *\]" "$TOP/log" | cut -d' ' -f1 | sort -c || fail "the times of $pid go back"
done
# A failure's words do not break the form.
put bad.c <<<$'#error one\nint x y;'
deja gcc -c bad.c 2>"$TOP/err"
deja no-such-compiler -c bad.c 2>"$TOP/err"
deja gcc -c $'two\nlines.c' 2>"$TOP/err"
well_formed "$TOP/log"

# Many at once: nothing torn, no line lost, each run's lines together.
context="sixteen at once"
rm -f "$TOP/log"
for ((i = 0; i < 16; i++)); do
  (for ((j = 0; j < 4; j++)); do deja gcc -DN=$((i % 4)) -c a.c -o "o$i.o" || echo "exit code $?"; done) >>"$TOP/errors" 2>&1 &
done
wait
[[ ! -s $TOP/errors ]] || fail "$(cat "$TOP/errors")"
well_formed "$TOP/log"
[[ $(sed -E 's/^\[[^ ]+ ([0-9]+).*/\1/' "$TOP/log" | sort -u | wc -l) == 64 ]] || fail "not 64 processes in the log"
parts=$(sed -E 's/^\[[^ ]+ ([0-9]+).*/\1/' "$TOP/log" | uniq | wc -l)
((parts <= 128)) || fail "the lines of 64 runs stand in $parts groups, expected at most two a run"

# A signal that ends the run, in its preprocessor or in its compiler: the caller sees that signal, and the log has all lines.
context="ended by a signal"
put slow <<'SLOW'
#!/bin/sh
case " $* " in *" $SLOW "*) : >"$STARTED"; exec sleep 60 ;; esac
exec gcc "$@"
SLOW
chmod +x slow
export CCACHE_COMPILERTYPE=gcc STARTED=$TOP/started
for SLOW in -E -o; do
  for signal in TERM HUP; do
    rm -f "$TOP/log" "$STARTED"
    SLOW=$SLOW "$DEJA" ./slow -DSLOW=$SLOW$signal -c a.c -o slow.o >"$TOP/out" 2>&1 &
    pid=$!
    while [[ ! -e $STARTED ]]; do sleep 0.02; done
    kill -$signal $pid
    wait $pid 2>/dev/null
    code=$?
    ((code == 128 + $(kill -l $signal))) || fail "$SLOW: exit code $code after SIG$signal"
    [[ ! -s $TOP/out && ! -e slow.o ]] || fail "$SLOW: SIG$signal left: $(cat "$TOP/out")"
    well_formed "$TOP/log"
    grep -qF -- "$SLOW" "$TOP/log" && tail -n 1 "$TOP/log" | grep -q "Ended by signal $(kill -l $signal)$" || fail "$SLOW: the log ends: $(tail -n 3 "$TOP/log")"
  done
done
unset CCACHE_COMPILERTYPE STARTED SLOW

# Other programs that hold the log: with a lock of this kind or that on every byte.
. "$SCRIPTS/holders.sh"
cat >"$TOP/hold.py" <<'HOLD'
import fcntl, os, struct, sys, time
how, milliseconds, name = sys.argv[1:]
file = open(name, "a+")
whole = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
if how == "open-file": fcntl.fcntl(file, 37, whole)  # F_OFD_SETLK
if how == "process": fcntl.fcntl(file, fcntl.F_SETLK, whole)
if how == "flock": fcntl.flock(file, fcntl.LOCK_EX)
open(name + ".held", "w").close()
time.sleep(int(milliseconds) / 1000)
os.remove(name + ".held")
HOLD
log=$TOP/log
hold() {
  python3 "$TOP/hold.py" "$1" "$2" "$log" &
  until [[ -e $log.held ]]; do sleep 0.01; done
}
with_holders gcc "open-file 500" "open-file 4000" "process 4000" "flock 4000"

# The statistics cannot be had after the log has been told: one run, told once and counted once. Runs beside each other too.
context="held statistics"
echo before >"$log"
export CCACHE_LOGFILE=$log
for i in 1 2 3; do deja gcc -c a.c -o a.o; done
hits=$(stat_of direct_cache_hit)
: >"$log"
python3 "$TOP/hold.py" open-file 1000 "$CCACHE_DIR/stats" &
until [[ -e $CCACHE_DIR/stats.held ]]; do sleep 0.01; done
for i in {1..8}; do deja gcc -c a.c -o "a$i.o" & done
for i in 1 2 3; do deja gcc -c a.c -o a.o; done
wait
all_lines | grep -q 'Done in .* ms, replayed$' || fail "none was replayed: $(all_lines)"
[[ $(all_lines | grep -c 'Result: ') == 11 ]] || fail "11 runs are told $(all_lines | grep -c 'Result: ') times"
[[ $(stat_of direct_cache_hit) == $((hits + 11)) ]] || fail "11 runs are counted $(($(stat_of direct_cache_hit) - hits)) times"
rm -f a[0-9].o

context="unwritable"
echo before >"$log"
if chattr +i "$log" 2>/dev/null; then
  undo_at_exit+=('chattr -i "$log" 2>/dev/null')
  CCACHE_LOGFILE=$log same_as_compiler "immutable log" -- gcc -DUNWRITABLE -c a.c -o a.o
  chattr -i "$log"
  [[ $(cat "$log") == before ]] && all_lines | grep -q 'Result: direct_cache_hit' || fail "the lines are not beside the log: $(ls "$TOP")"
fi
rm -rf "$log"*
export CCACHE_LOGFILE=$TOP/log

context=syslog
CCACHE_LOGFILE=syslog same_once "syslog" cacheable -- gcc -c a.c -o a.o
unset CCACHE_LOGFILE

context="statistics log"
export CCACHE_STATSLOG=$TOP/statslog
compile direct gcc -c a.c -o a.o
grep -qx direct_cache_hit "$TOP/statslog" || fail "no direct_cache_hit in: $(cat "$TOP/statslog")"
head -n 1 "$TOP/statslog" | grep -q '^# .*a\.c' || fail "no source in: $(cat "$TOP/statslog")"
put b.c <<<'int only_here;'
compile miss gcc -c b.c -o b.o
deja --print-log-stats >"$TOP/out" || fail "--print-log-stats: exit code $?"
grep -qE '^direct_cache_hit	1' "$TOP/out" && grep -qE '^cache_miss	1' "$TOP/out" || fail "--print-log-stats: $(cat "$TOP/out")"
deja --show-log-stats | grep -q '[Hh]its' || fail "--show-log-stats: $(deja --show-log-stats 2>&1)"
unset CCACHE_STATSLOG
rm -f ./*.o

context="debug files"
compile direct gcc -c a.c -o a.o
mkdir sub
CCACHE_DEBUG=1 deja gcc -DNEWER -c a.c -o sub/a.o || fail "exit code $?"
[[ $(echo sub/a.o.*.ccache-log) ]] || fail "no log beside the object: $(ls sub)"
well_formed sub/a.o.*.ccache-log
[[ $(echo sub/a.o.*.ccache-input-text) ]] || fail "no input text beside the object: $(ls sub)"
grep -q NEWER sub/a.o.*.ccache-input-text || fail "the input text does not name the option"
rm sub/*
CCACHE_DEBUG=1 CCACHE_DEBUGLEVEL=1 deja gcc -DNEWER -c a.c -o sub/a.o || fail "exit code $?"
[[ $(echo sub/*ccache*) == sub/a.o.*.ccache-log ]] || fail "debug_level 1 wrote: $(ls sub)"
rm sub/*
CCACHE_DEBUG=1 CCACHE_DEBUGDIR=$TOP/debug deja gcc -c a.c -o sub/a.o || fail "exit code $?"
[[ $(echo sub/*) == sub/a.o ]] || fail "debug_dir: left beside the object: $(ls sub)"
[[ $(echo "$TOP/debug$W/sub/"a.o.*.ccache-log) ]] || fail "debug_dir: the path is not mirrored: $(find "$TOP/debug")"

# Ctrl-C in a console, at the preprocessor and at the compiler: deja ends as the compiler does, the log has all lines, nothing half stays.
. "$(dirname "$0")/lib.sh"
[[ -f ${INTERRUPT:-} ]] || skip "needs INTERRUPT, see misc/windows/check"
command -v script >/dev/null || skip "no script(1), without which Wine has no console"

# Wine makes a console of a terminal only.
in_console() { timeout 60 script -qec "$(printf '%q ' "$RUN" "$@")" /dev/null >"$TOP/console" 2>&1 </dev/null; }

fresh
put a.c <<<'int a;'
export CCACHE_LOGFILE=$TOP/log
compiler=$(windows_path "$INTERRUPT")
in_cache() { find "$CCACHE_DIR" -name "$1" 2>/dev/null; }
# interrupted CODE LAST_LINE: what deja ends with, in hexadecimal, and the log's last line.
interrupted() {
  rm -rf "$TOP/log" result a.o
  in_console "$INTERRUPT" run result "$(windows_path "$DEJA")" "$compiler" -c a.c -o a.o
  [[ -f result ]] || fail "no result, the console says: $(cat -v "$TOP/console")"
  ! grep -q '^no Ctrl-C' result || skip "$(cat result)"
  [[ $(cat result) == "$1" ]] || fail "ended with and said: $(cat result), expected $1"
  ! tr -d '\r' <"$TOP/log" | grep -vE '^\[[0-9T:.-]+ [0-9]+ *\] ' | grep . || fail "lines of another form in the log"
  tail -n 1 "$TOP/log" | tr -d '\r' | grep -qE "$2" || fail "the log ends: $(tail -n 3 "$TOP/log")"
  [[ -z $(in_cache 'deja-tmp*') ]] || fail "temporary files stay: $(in_cache 'deja-tmp*')"
}
nothing_stays() {
  [[ ! -e a.o ]] || fail "an object stays: $(cat a.o)"
  [[ -z $(in_cache '*.r') ]] || fail "a result was stored"
}

context="at the preprocessor"
INTERRUPT_AT=-E interrupted c000013a 'Ended by signal'
nothing_stays
context="at the compiler"
INTERRUPT_AT=-o interrupted 2a 'Done in'
nothing_stays
context="at a compiler that finishes all the same"
INTERRUPT_IGNORED=1 INTERRUPT_AT=-o interrupted 0 'Done in'
[[ $(cat a.o) == "half an object and the rest" ]] || fail "the object: $(cat a.o)"

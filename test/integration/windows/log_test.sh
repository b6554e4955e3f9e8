# Other programs that hold the log: the compile is as without a log, its lines are in the log or beside it, and it waits for half a second at most.
. "$(dirname "$0")/lib.sh"
. "$SCRIPTS/../holders.sh"

log=$TOP/log
# hold HOW MILLISECONDS: from here on, until wait.
hold() {
  $RUN "$HOLD" "$1" "$2" "$log" >/dev/null 2>&1 </dev/null &
  until [[ -e $log.held ]]; do sleep 0.01; done
}
fresh
put a.c <<<'int a;'
with_holders tcc "none 500" "none 4000" "reading 4000" "locked 500" "locked 4000"

# The same where locks keep others from reading and writing, as on Windows.
locked=$(dirname "$DEJA")/test/win32/deja_locked.exe
if [[ -f $locked ]]; then
  DEJA=$locked
  with_holders tcc "locked 4000"
fi

# What a wrapper writes to UNCACHED_ERR_FD is shown by the run in which it is written, and never stored.
. "$(dirname "$0")/lib.sh"

fresh "a wrapper that speaks"
put a.c <<<'int a;'
cat >wrapper <<'SH'
#!/bin/sh
echo shown >&"$UNCACHED_ERR_FD"
echo stored >&2
exec "$@"
SH
chmod +x wrapper
export CCACHE_PREFIX=$W/wrapper
said() { tr '\n' ' ' <err; }
deja gcc -c a.c 2>err || fail "exit code $?: $(said)"
[[ $(said) == "shown stored " ]] || fail "the miss said: $(said)"
deja gcc -c a.c 2>err || fail "exit code $?"
[[ $(said) == "stored " ]] || fail "the hit said: $(said)"
stats_are direct_cache_hit 1 cache_miss 1

fresh "a compiler that speaks"
put a.c <<<'int a;'
unset CCACHE_PREFIX
cat >gcc <<'SH'
#!/bin/sh
if [ -n "$UNCACHED_ERR_FD" ]; then echo shown >&"$UNCACHED_ERR_FD"; fi
exec /usr/bin/gcc "$@"
SH
chmod +x gcc
deja ./gcc -c a.c 2>err || fail "exit code $?: $(said)"
[[ $(said) == *shown* ]] || fail "the miss said: $(said)"
deja ./gcc -c a.c 2>err || fail "exit code $?"
[[ ! -s err ]] || fail "the hit said: $(said)"

# A few of the faults and mutations that misc/soak tries by the thousand, so that it cannot rot.
. "$(dirname "$0")/lib.sh"
command -v strace >/dev/null && command -v tcc >/dev/null || skip "no strace, or no tcc"
cd "$SCRIPTS/../soak" || exit 1
PYTHONDONTWRITEBYTECODE=1 python3 soak.py "$DEJA" faults --limit 120 --compiler tcc || fail "faults"
PYTHONDONTWRITEBYTECODE=1 python3 soak.py "$DEJA" mutations --limit 150 --compiler tcc || fail "mutations"
PYTHONDONTWRITEBYTECODE=1 python3 soak.py "$DEJA" kills --limit 30 --compiler tcc || fail "kills"

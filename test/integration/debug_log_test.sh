# CCACHE_DEBUG leaves its log for every call that names an object or a source, uncacheable ones too.
. "$(dirname "$0")/lib.sh"

fresh "logs"
put a.c <<<'int main(void) { return 0; }'
export CCACHE_DEBUG=1
# logs STEM WORDS…: the call leaves exactly one log, which is of STEM.
logs() {
  local stem=$1 found
  shift
  deja "$@" >out 2>&1
  found=(*.ccache-log)
  [[ ${#found[@]} == 1 && ${found[0]} == "$stem".*.ccache-log ]] || fail "$* left: ${found[*]}"
  grep -q 'Command line:' "${found[0]}" || fail "$*: no log in ${found[0]}"
  rm -f -- *.ccache-*
}
logs a.o gcc -c a.c
logs a.o gcc -c a.c
logs a.o gcc -E a.c
logs a.i gcc -E a.c -o a.i
logs prog gcc a.o -o prog
logs prog gcc a.o -oprog
for words in "gcc -c none.c" "gcc --version"; do
  # shellcheck disable=SC2086  # words are meant
  deja $words >out 2>&1
  [[ -z $(echo *.ccache-log) ]] || fail "$words left: $(echo *.ccache-log)"
done
CCACHE_DISABLE=1 deja gcc -c a.c
[[ -z $(echo *.ccache-log) ]] || fail "a disabled call left: $(echo *.ccache-log)"

# Below CCACHE_DEBUGDIR the real path is mirrored.
mkdir real
ln -s real link
cp a.c real/
export CCACHE_DEBUGDIR=$TOP/debug
cd link || exit 1
deja gcc -c a.c || fail "exit code $?"
deja gcc -E a.c -o a.i || fail "exit code $?"
for stem in a.o a.i; do
  logs=("$TOP/debug$W/real/$stem".*.ccache-log)
  [[ ${#logs[@]} == 1 ]] || fail "no log of $stem: $(find "$TOP/debug" -type f)"
done

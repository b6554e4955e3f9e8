# The umask of the configuration holds for all that is made in the cache, also by deja's own options.
. "$(dirname "$0")/lib.sh"

fresh "modes"
put a.c <<<'int a;'
umask 077
export CCACHE_UMASK=002
# modes_are: directories 775 and files 664 in the cache; replay records and what is like them are the owner's alone.
modes_are() {
  local wrong
  wrong=$(find "$CCACHE_DIR" \( -type d ! -perm 775 -o -type f ! -perm 664 ! -perm 600 \) -printf '%m %P\n')
  [[ -z $wrong && -d $CCACHE_DIR ]] || fail "after $*: $wrong"
}
for options in "-M 5G" "-F 100" "-o namespace=x"; do
  rm -rf "$CCACHE_DIR"
  # shellcheck disable=SC2086  # words are meant
  deja $options >/dev/null || fail "exit code $? from $options"
  [[ $(stat -c %a "$CCACHE_DIR/ccache.conf") == 664 ]] || fail "$options: ccache.conf has mode $(stat -c %a "$CCACHE_DIR/ccache.conf")"
  modes_are "$options"
done
compile miss gcc -c a.c
for option in -z -c -C; do
  deja "$option" >/dev/null || fail "exit code $? from $option"
  modes_are "$option"
done
# As a key of the file it holds too, and what is no part of the cache keeps the caller's.
unset CCACHE_UMASK
rm -rf "$CCACHE_DIR"
mkdir -m 775 "$CCACHE_DIR"
install -m 664 /dev/stdin "$CCACHE_DIR/ccache.conf" <<<'umask = 002'
compile miss gcc -c a.c
deja -z >/dev/null
modes_are "a compile and -z"
[[ $(stat -c %a a.o) == 600 ]] || fail "the object has mode $(stat -c %a a.o)"

# Mistakes of the caller: one clear line, exit code 1, nothing changed.
. "$(dirname "$0")/lib.sh"

fresh
put a.c <<<'int a;'

# refused TEXT WORDS…: exit code 1, one line that begins with deja: error: and holds TEXT, and no file made.
refused() {
  local text=$1 code
  shift
  context="$*"
  rm -rf "$CCACHE_DIR/../probe"
  find "$W" "$CCACHE_DIR" 2>/dev/null | sort >"$TOP/before"
  deja "$@" >"$TOP/out" 2>"$TOP/err" </dev/null
  code=$?
  find "$W" "$CCACHE_DIR" 2>/dev/null | sort >"$TOP/after"
  [[ $code == 1 ]] || fail "exit code $code, expected 1"
  [[ $(wc -l <"$TOP/err") == 1 && ! -s $TOP/out ]] || fail "not one line: $(cat "$TOP/out" "$TOP/err")"
  grep -q '^deja: error: ' "$TOP/err" || fail "not 'deja: error:': $(cat "$TOP/err")"
  grep -qF -- "$text" "$TOP/err" || fail "'$text' is not in: $(cat "$TOP/err")"
  cmp -s "$TOP/before" "$TOP/after" || fail "files changed: $(diff "$TOP/before" "$TOP/after")"
}

# A bad configuration, wherever it stands.
mkdir -p "$CCACHE_DIR"
for line in "max_size = much" "max_files = -1" "direct_mode = perhaps" "compression_level = x" "umask = 999" "compiler_type = cobol" "base_dir = relative" "debug_level = 99" "no equals sign" "= 3" 'namespace = $NOT_SET_AT_ALL' "namespace = \${x"; do
  printf '# first line\n%s\n' "$line" >"$CCACHE_DIR/ccache.conf"
  refused "ccache.conf:2" gcc -c a.c -o a.o
  case $line in *=*) refused "${line%% *}" -k namespace ;; esac
done
rm "$CCACHE_DIR/ccache.conf"
for setting in MAXSIZE=much MAXFILES=-1 DIRECT=0 DIRECT=false NODIRECT=no DEPEND=disable UMASK=x COMPRESSLEVEL=high COMPILERTYPE=x BASEDIR=relative RESPONSE_FILE_FORMAT=x; do
  export "CCACHE_$setting"
  refused "CCACHE_${setting%%=*}" gcc -c a.c -o a.o
  unset "CCACHE_${setting%%=*}"
done
CCACHE_DIRECT=no refused CCACHE_NODIRECT gcc -c a.c -o a.o
CCACHE_NODIRECT=0 refused CCACHE_DIRECT gcc -c a.c -o a.o
refused max_size max_size=much gcc -c a.c -o a.o
refused no_such_key no_such_key=1 gcc -c a.c -o a.o

# deja's own options.
for words in "--no-such-option" "-Q" "-o" "-o max_size" "-o max_size=much" "-o no_such_key=1" "-M much" "-M -5" "-F many" "-F -1" "-k no_such_key" "-k" "--evict-older-than 5x" "--evict-older-than soon" \
  "-X 99" "-X high" "--inspect /no/such/file" "--extract-result /no/such/file" "--hash-file /no/such/file" "--checksum-file /no/such/file" "--trim-dir /no/such/folder --trim-max-size 1M" "--format xml --print-stats" "-d"; do
  # shellcheck disable=SC2086  # words are meant
  refused "" $words
done

# Compilers that are not there, and deja by itself.
refused no-such-compiler no-such-compiler -c a.c -o a.o
refused /no/such/gcc /no/such/gcc -c a.c -o a.o
refused "" "$TOP" -c a.c -o a.o
refused "" namespace=x
refused "" deja
refused "" "$DEJA"
mkdir "$TOP/bin"
ln -s "$DEJA" "$TOP/bin/gcc"
context="alone on PATH"
(
  PATH=$TOP/bin
  gcc -c a.c -o a.o 2>"$TOP/err"
)
code=$?
[[ $code == 1 ]] || fail "exit code $code"
grep -q '^deja: error: .*gcc' "$TOP/err" || fail "$(cat "$TOP/err")"

# Without a word, help.
context="help"
deja >"$TOP/out" 2>&1; code=$?
[[ $code == 1 ]] && grep -q -- --show-stats "$TOP/out" || fail "no words: exit code $code"
for word in -h --help -V --version --print-version; do
  deja $word >"$TOP/out" 2>"$TOP/err" || fail "$word: exit code $?"
  [[ -s $TOP/out && ! -s $TOP/err ]] || fail "$word printed nothing, or errors"
done

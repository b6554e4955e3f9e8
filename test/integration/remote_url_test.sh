# A remote_storage that cannot be understood is told in one line, before the compile.
. "$(dirname "$0")/lib.sh"

fresh "URLs"
put a.c <<<'int a;'
while IFS=' ' read -r url message; do
  rm -f a.o
  CCACHE_REMOTE_STORAGE=$url deja gcc -c a.c 2>err
  code=$?
  [[ $code == 1 && ! -e a.o ]] || fail "$url: exit code $code"
  [[ $(wc -l <err) == 1 && $(<err) == "deja: error: "*remote_storage*"$message"* ]] || fail "$url: $(<err)"
done <<'URLS'
://qwerty Cannot parse URL
//qwerty URL scheme must not be empty
qwerty URL scheme must not be empty
http://foo@ User info defined, but host is empty
file:foo:bar The first segment of the relative path can't contain ':'
| must provide a URL
http: A host is required
URLS
for value in "" " " "file:$TOP/storage"; do
  rm -f a.o
  CCACHE_REMOTE_STORAGE=$value deja gcc -c a.c || fail "'$value': exit code $?"
  [[ -e a.o ]] || fail "'$value': no object"
done
CCACHE_REMOTE_STORAGE=qwerty CCACHE_DISABLE=1 deja gcc -c a.c || fail "disabled: exit code $?"
# The log has no secrets.
CCACHE_REMOTE_STORAGE='http://me:secret@host @bearer-token=secret' CCACHE_LOGFILE=$W/log deja gcc -c a.c
grep -q 'remote_storage = http://\*\*\*\*\*\*\*\*@host' log || fail "no remote_storage in the log: $(<log)"
! grep -q secret log || fail "a secret in the log: $(grep secret log)"

# Configuration: where a value comes from, which wins, and how values are written.
. "$(dirname "$0")/lib.sh"

fresh "precedence"
key() { deja -k "$1" | tr -d '\r'; }
is() { [[ $(key "$1") == "$2" ]] || fail "$1 is '$(key "$1")', expected '$2'"; }
mkdir -p "$CCACHE_DIR"
put a.c <<<'int a;'

is namespace ""
put "$CCACHE_DIR/ccache.conf" <<<'namespace = cache'
is namespace cache
put ccache.conf <<<'namespace = directory'
is namespace directory
CCACHE_NAMESPACE=environment is namespace environment
# Words before the compiler win over everything: the run lands in that namespace.
export CCACHE_DEBUG=1 CCACHE_DEBUGLEVEL=1
deja namespace=word gcc -c a.c -o a.o || fail "exit code $?"
grep -q 'namespace.*word' a.o.*ccache-log || fail "a word before the compiler did not set namespace: $(cat a.o.*ccache-log)"
rm a.o*
unset CCACHE_DEBUG CCACHE_DEBUGLEVEL
compile any disable=true gcc -c a.c
[[ -f a.o ]] || fail "no object with a word before the compiler"
mkdir -p deep/er
cd deep/er || exit 1
is namespace directory
cd "$W" || exit 1
put other.conf <<<'namespace = other'
CCACHE_CONFIGPATH=$W/other.conf is namespace other
CCACHE_CONFIGPATH=$W/other.conf CCACHE_NAMESPACE=environment is namespace environment

# What a directory's file may set, and that it must be the user's own.
mkdir -p "$TOP/elsewhere"
for line in "cache_dir = $TOP/elsewhere" "max_size = 1M" "safe_dirs = *" "log_file = $TOP/elsewhere/log" "compiler_check = touch $TOP/elsewhere/x" "prefix_command = /bin/false" "compiler = /bin/false" "path = /nowhere"; do
  put ccache.conf <<<"$line"
  deja gcc -c a.c -o a.o >out 2>&1
  [[ -z $(ls "$TOP/elsewhere") ]] || fail "a directory's '$line' had an effect: $(ls "$TOP/elsewhere")"
  [[ $(key max_size) != 1* ]] || fail "a directory's max_size had an effect"
done
put ccache.conf <<<'namespace = directory'
chmod 666 ccache.conf
deja gcc -c a.c -o a.o 2>err && fail "a world-writable ccache.conf was taken"
grep -q '^deja: error: .*ccache.conf' err || fail "no clear line about a world-writable ccache.conf: $(cat err)"
rm ccache.conf
# The search stops where a repository begins.
put ccache.conf <<<'namespace = above'
mkdir -p repository/.git repository/sub
cd repository/sub || exit 1
is namespace cache
cd "$W" || exit 1
rm ccache.conf

# How values are written.
put "$CCACHE_DIR/ccache.conf" <<'CONF'
# a comment

max_size=10MiB
compiler_check =   string:a = b
namespace = ${PLACE}/$PLACE/$$
sloppiness = time_macros, locale
ignore_options = -fone
  -ftwo
read_only=true
unknown_key = whatever
CONF
export PLACE=here
stat_is max_cache_size_kibibyte 10240
is compiler_check "string:a = b"
is namespace 'here/here/$'
is read_only true
[[ $(key sloppiness) == *locale* && $(key sloppiness) == *time_macros* ]] || fail "sloppiness is '$(key sloppiness)'"
[[ $(key ignore_options) == *-fone*-ftwo* ]] || fail "ignore_options is '$(key ignore_options)'"
for size in 10MB:9765 1GiB:1048576 1:1048576 2G:1953125 512KiB:512 1.5GiB:1572864 0:0; do
  CCACHE_MAXSIZE=${size%:*} stat_is max_cache_size_kibibyte "${size#*:}"
done
# Booleans: set is true, NO is false.
CCACHE_READONLY= is read_only true
CCACHE_NOREADONLY=1 is read_only false
CCACHE_NODIRECT=1 is direct_mode false
CCACHE_DIRECT=true is direct_mode true

fresh "writing"
deja -o namespace=written || fail "-o: exit code $?"
is namespace written
grep -q '^namespace = written' "$CCACHE_DIR/ccache.conf" || fail "-o wrote: $(cat "$CCACHE_DIR/ccache.conf")"
printf '# mine\nnamespace = old\n# end\n' >"$CCACHE_DIR/ccache.conf"
deja -o namespace=new -o max_files=7 || deja --set-config namespace=new || fail "-o: exit code $?"
is namespace new
grep -q '^# mine' "$CCACHE_DIR/ccache.conf" && grep -q '^# end' "$CCACHE_DIR/ccache.conf" || fail "-o lost a comment: $(cat "$CCACHE_DIR/ccache.conf")"
deja -M 20MiB >/dev/null && stat_is max_cache_size_kibibyte 20480
deja -F 123 >/dev/null && stat_is max_files_in_cache 123
deja -d "$TOP/otherdir" -k cache_dir | grep -q "otherdir" || fail "-d has no effect"
deja --config-path "$W/x.conf" -o namespace=x && grep -q 'namespace = x' x.conf || fail "--config-path has no effect"
# Every key with its origin.
CCACHE_READONLY=1 deja -p >all
grep -qE '^\(environment\) read_only = true' all || fail "-p: no origin environment: $(grep read_only all)"
grep -qE '^\(default\) depend_mode = false' all || fail "-p: no origin default: $(grep depend all)"
grep -qE "^\(.*ccache.conf\) namespace = new" all || fail "-p: no origin file: $(grep namespace all)"
while IFS='|' read -r _ name _; do
  grep -qE "^\([^)]*\) $name = " all || fail "-p does not show $name"
done < <(printf '| %s |\n' absolute_paths_in_stderr base_dir cache_dir ceiling_dirs ceiling_markers compiler compiler_check compiler_type compression compression_level debug debug_dir \
  debug_level depend_mode direct_mode disable extra_files_to_hash file_clone hard_link hash_dir ignore_headers_in_manifest ignore_options inode_cache keep_comments_cpp libexec_dirs log_file max_files \
  max_size msvc_dep_prefix msvc_utf8 namespace path pch_external_checksum prefix_command prefix_command_cpp read_only read_only_direct recache remote_only remote_storage reshare response_file_format safe_dirs \
  sloppiness stats stats_log temporary_dir umask | tr -d ' ')

fresh "places"
unset CCACHE_DIR
export XDG_CACHE_HOME=$TOP/xdg
[[ $(key cache_dir) == "$TOP/xdg/deja" ]] || fail "cache_dir with XDG_CACHE_HOME is $(key cache_dir)"
unset XDG_CACHE_HOME
[[ $(key cache_dir) == "$HOME/.cache/deja" ]] || fail "cache_dir is $(key cache_dir)"
mkdir -p "$HOME/.config/ccache" && echo 'namespace = xdg' >"$HOME/.config/ccache/ccache.conf"
is namespace xdg
mkdir -p "$HOME/.ccache" && echo 'namespace = home' >"$HOME/.ccache/ccache.conf"
is namespace home
[[ $(key cache_dir) == "$HOME/.cache/deja" ]] || fail "cache_dir beside another tool's folder is $(key cache_dir)"

# Switches: namespace, recache, read_only, disable, extra files, ignored options and headers, links, limits of the store.
. "$(dirname "$0")/lib.sh"

cc=gcc
fresh
put a.h <<<'#define A 1'
put a.c <<<$'#include "a.h"\nint a = A;'

context=namespace
compile miss $cc -c a.c
CCACHE_NAMESPACE=n compile miss $cc -c a.c
CCACHE_NAMESPACE=n compile direct $cc -c a.c
compile direct $cc -c a.c
compile direct namespace=n $cc -c a.c

context=recache
CCACHE_RECACHE=1 same_once recache any -- $cc -c a.c
[[ $ending == *recache* ]] || fail "ended as $ending"
compile direct $cc -c a.c

context=read_only
before=$(find "$CCACHE_DIR" -name '*.[mr]' | sort)
CCACHE_READONLY=1 same_as_compiler "read_only, miss" miss miss -- $cc -O1 -c a.c
CCACHE_READONLY=1 same_once "read_only, hit" direct -- $cc -c a.c
CCACHE_READONLY_DIRECT=1 same_as_compiler "read_only_direct, miss" miss miss -- $cc -O1 -c a.c
CCACHE_READONLY_DIRECT=1 same_once "read_only_direct, hit" direct -- $cc -c a.c
[[ $(find "$CCACHE_DIR" -name '*.[mr]' | sort) == "$before" ]] || fail "entries were written"

context=disable
mark
CCACHE_DISABLE=1 deja $cc -c a.c || fail "exit code $?"
ended
[[ $ending == nothing || $ending == disabled ]] || fail "ended as $ending"
put d.c <<<$'// ccache:disable\nint d;'
same_as_compiler "ccache:disable" any any -- $cc -c d.c
mark
deja $cc -c d.c
ended
[[ $ending == disabled ]] || fail "ccache:disable ended as $ending"
{ head -c 5000 /dev/zero | tr '\0' ' '; echo '// ccache:disable'; echo 'int far;'; } | put far.c
same_as_compiler "ccache:disable after 4096 bytes" -- $cc -c far.c

context=extra_files_to_hash
put extra <<<one
export CCACHE_EXTRAFILES=$W/extra
compile miss $cc -c a.c
compile direct $cc -c a.c
put extra <<<two
compile miss $cc -c a.c
rm extra
compile error_hashing_extra_file $cc -c a.c
unset CCACHE_EXTRAFILES

context=ignore_options
export CCACHE_IGNOREOPTIONS="-DIGNORED* -fno-one"
compile any $cc -c a.c -DIGNORED_A
compile direct $cc -c a.c -DIGNORED_B
compile cacheable $cc -c a.c -DOTHER
unset CCACHE_IGNOREOPTIONS

context=ignore_headers_in_manifest
put ign/i.h <<<'#define I 1'
put i.c <<<$'#include "ign/i.h"\nint i = I;'
export CCACHE_IGNOREHEADERS=$W/ign:ign
compile miss $cc -c i.c
put ign/i.h <<<'#define I 2'
compile direct $cc -c i.c
unset CCACHE_IGNOREHEADERS

context=hard_link
export CCACHE_HARDLINK=1
same_as_compiler "hard_link" cacheable direct -- $cc -O2 -c a.c
# The very file, newer than its source; what somebody writes to it is noticed.
compile direct $cc -O2 -c a.c
mv a.o first.o
compile direct $cc -O2 -c a.c
[[ a.o -ef first.o && a.o -nt a.c ]] || fail "another file"
echo more >>a.o
$cc -O2 -c a.c -o bare.o
compile direct $cc -O2 -c a.c
cmp a.o bare.o || fail "what was written to a link came back"
compile direct $cc -O2 -c a.c -o b.o
[[ a.o -ef b.o && ! a.o -ef first.o ]] || fail "no new link"
rm first.o a.o b.o bare.o
unset CCACHE_HARDLINK
CCACHE_FILECLONE=1 same_as_compiler "file_clone" cacheable direct -- $cc -O3 -c a.c

context=compression
for level in -5 0 1 3 19; do CCACHE_COMPRESSLEVEL=$level same_as_compiler "level $level" cacheable direct -- $cc -DLEVEL="$level" -c a.c; done
CCACHE_NOCOMPRESS=1 same_as_compiler "no compression" cacheable direct -- $cc -DNONE -c a.c

context=stats
before=$(endings)
CCACHE_NOSTATS=1 deja $cc -DSTATS -c a.c || fail "exit code $?"
[[ $(endings) == "$before" ]] || fail "stats=false counted"

context=umask
rm -rf "$CCACHE_DIR"
CCACHE_UMASK=007 same_as_compiler "umask" -- $cc -c a.c
[[ -z $(find "$CCACHE_DIR" -type f -name '*.[mr]' ! -perm 660) ]] || fail "modes: $(find "$CCACHE_DIR" -type f -printf '%m %p\n')"

context=temporary_dir
CCACHE_TEMPDIR=$TOP/temporary same_as_compiler "temporary_dir" -- $cc -Os -c a.c
[[ -z $(find "$TOP/temporary" -type f 2>/dev/null) ]] || fail "left behind: $(find "$TOP/temporary" -type f)"
[[ -z $(find "$CCACHE_DIR" -name '*tmp*' -type f) ]] || fail "left behind: $(find "$CCACHE_DIR" -name '*tmp*' -type f)"

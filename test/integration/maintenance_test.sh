# Maintenance: clear, clean up, limits, eviction by age and namespace, recompression, looking inside.
. "$(dirname "$0")/lib.sh"

quiet() { deja "$@" >"$TOP/out" 2>"$TOP/err" || fail "exit code $? from: $*: $(cat "$TOP/err")"; }
# Fills the cache with entries FIRST to LAST, each with an object of some 20 KiB.
fill() {
  local i
  for ((i = $1; i <= $2; i++)); do deja gcc -DN="$i" -c big.c -o "big$i.o" || fail "exit code $?"; done
}
entries() { find "$CCACHE_DIR" -name '*.[mr]' | wc -l; }
prepare() {
  fresh "$1"
  put big.c <<<$'#define REPEAT(x) x x x x x x x x\n__asm__(".section .rodata\\n.rept 5000\\n.byte 1,2,3,4\\n.endr\\n.text");\nint n = N;'
}

prepare clear
fill 1 5
stat_is files_in_cache 10
echo mine >"$CCACHE_DIR/ccache.conf"
mkdir -p "$CCACHE_DIR/0/f"
echo theirs >"$CCACHE_DIR/0/f/another-tools-fileR"
: >"$CCACHE_DIR/ccache.conf"
quiet -C
stat_is files_in_cache 0
[[ $(entries) == 0 ]] || fail "entries are left: $(find "$CCACHE_DIR" -type f)"
[[ -e $CCACHE_DIR/ccache.conf && -e $CCACHE_DIR/0/f/another-tools-fileR ]] || fail "-C removed what is not deja's"
compile miss gcc -DN=1 -c big.c -o a.o
quiet -C
quiet -C

prepare "max_files"
export CCACHE_MAXFILES=20
fill 1 25
(($(stat_of files_in_cache) <= 20)) || fail "$(stat_of files_in_cache) files, at most 20 allowed"
(($(stat_of files_in_cache) >= 4)) || fail "only $(stat_of files_in_cache) files are left"
[[ $(stat_of files_in_cache) == "$(entries)" ]] || fail "counted $(stat_of files_in_cache), there are $(entries)"
(($(stat_of cleanups_performed) > 0)) || fail "no clean-up counted"
compile direct gcc -DN=25 -c big.c -o a.o # the newest is still there
unset CCACHE_MAXFILES

prepare "max_size"
export CCACHE_MAXSIZE=400KiB
fill 1 40
(($(stat_of cache_size_kibibyte) <= 400)) || fail "$(stat_of cache_size_kibibyte) KiB, at most 400 allowed"
(($(stat_of cache_size_kibibyte) >= 100)) || fail "only $(stat_of cache_size_kibibyte) KiB are left"
unset CCACHE_MAXSIZE
before=$(stat_of cache_size_kibibyte)
quiet -c
after=$(stat_of cache_size_kibibyte)
((after >= before - 8 && after <= before + 8)) || fail "the size was $before KiB, a recount says $after"
CCACHE_MAXSIZE=200KiB quiet -c
(($(stat_of cache_size_kibibyte) <= 180)) || fail "-c left $(stat_of cache_size_kibibyte) KiB, 90 % of 200 allowed"
quiet -M 100KiB
quiet -c
(($(stat_of cache_size_kibibyte) <= 90)) || fail "-M and -c left $(stat_of cache_size_kibibyte) KiB"

prepare "counts and sizes are recounted"
fill 1 6
find "$CCACHE_DIR" -name '*.r' | head -n 3 | xargs rm
mkdir -p "$CCACHE_DIR/tmp"
touch -d '3 days ago' "$CCACHE_DIR/tmp/old.tmp.1.1"
quiet -c
stat_is files_in_cache 9

prepare "coldest first"
fill 1 10
find "$CCACHE_DIR" -name '*.[mr]' -exec touch -d '2 days ago' {} +
for i in 1 2 3; do compile direct gcc -DN=$i -c big.c -o a.o; done
CCACHE_MAXFILES=12 quiet -c
for i in 1 2 3; do compile direct gcc -DN=$i -c big.c -o a.o; done

prepare "eviction"
fill 1 3
CCACHE_NAMESPACE=blue fill 1 3
CCACHE_NAMESPACE=red fill 1 3
stat_is files_in_cache 18
quiet --evict-namespace blue
stat_is files_in_cache 12
compile direct gcc -DN=1 -c big.c -o a.o
CCACHE_NAMESPACE=red compile direct gcc -DN=1 -c big.c -o a.o
CCACHE_NAMESPACE=blue compile miss gcc -DN=1 -c big.c -o a.o
quiet --evict-older-than 1d
stat_is files_in_cache 14
find "$CCACHE_DIR" -name '*.[mr]' -exec touch -d '10 days ago' {} +
CCACHE_NAMESPACE=red compile direct gcc -DN=1 -c big.c -o a.o
quiet --evict-older-than 5d
CCACHE_NAMESPACE=red compile direct gcc -DN=1 -c big.c -o a.o
compile miss gcc -DN=2 -c big.c -o a.o
sleep 1.1
quiet --evict-older-than 1s
stat_is files_in_cache 0

prepare "recompression"
CCACHE_NOCOMPRESS=1 fill 1 4
raw=$(stat_of cache_size_kibibyte)
quiet -X 5
packed=$(stat_of cache_size_kibibyte)
((packed < raw)) || fail "recompressed from $raw to $packed KiB"
quiet -x
grep -qE '[0-9]' "$TOP/out" || fail "-x: $(cat "$TOP/out")"
for i in 1 2 3 4; do
  compile direct gcc -DN=$i -c big.c -o a.o
  cmp a.o "big$i.o" || fail "another object after recompression"
done
quiet -X uncompressed
(($(stat_of cache_size_kibibyte) > packed)) || fail "uncompressed is not larger"
compile direct gcc -DN=1 -c big.c -o a.o
cmp a.o big1.o || fail "another object after uncompressing"
quiet --threads 2 --recompress 1

prepare "looking inside"
deja gcc -g -MD -Wall -DN=1 -c big.c -o a.o || fail "exit code $?"
result=$(find "$CCACHE_DIR" -name '*.r')
quiet --inspect "$result"
grep -qE '\bo\b' "$TOP/out" || fail "--inspect does not name the object: $(cat "$TOP/out")"
quiet --inspect "$(find "$CCACHE_DIR" -name '*.m')"
grep -qi 'result' "$TOP/out" || fail "--inspect of a manifest: $(cat "$TOP/out")"
mkdir extracted
cd extracted || exit 1
quiet --extract-result "$result"
found=no
for file in *; do cmp -s "$file" ../a.o && found=yes; done
[[ $found == yes ]] || fail "--extract-result wrote no object: $(ls)"
cd ..
quiet --hash-file big.c
[[ $(wc -l <"$TOP/out") == 1 ]] || fail "--hash-file: $(cat "$TOP/out")"
cp "$TOP/out" "$TOP/hash"
quiet --hash-file a.o
cmp -s "$TOP/out" "$TOP/hash" && fail "--hash-file gives one hash for two files"
quiet --checksum-file big.c
grep -qE '^[0-9a-f]{32}$' "$TOP/out" || fail "--checksum-file: $(cat "$TOP/out")"

prepare "trimming a folder"
mkdir -p storage/aa
for i in 1 2 3 4 5 6 7 8 9; do
  head -c 100000 /dev/urandom >storage/aa/file$i
  touch -d "2020-01-0$i" storage/aa/file$i
done
quiet --trim-dir storage --trim-max-size 500kB --trim-method mtime
[[ $(echo storage/aa/*) == "storage/aa/file6 storage/aa/file7 storage/aa/file8 storage/aa/file9" || $(echo storage/aa/*) == "storage/aa/file5 "* ]] || fail "--trim-dir left $(echo storage/aa/*)"
fill 1 1
deja --trim-dir "$CCACHE_DIR" --trim-max-size 1kB >"$TOP/out" 2>&1 && fail "--trim-dir took a local cache"
true

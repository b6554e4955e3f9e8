# A project whose objects come close to max_size is all hits when it is built again; what is made for speed goes first.
. "$(dirname "$0")/lib.sh"

fresh "twenty sources at a limit that their objects pass when they are raw"
for i in {1..20}; do
  {
    echo "#include <stdio.h>"
    for ((f = 0; f < 400; f++)); do echo "int f${i}_$f(int a) { return a * $f + printf(\"%d of $i\\n\", a + $f); }"; done
  } >"s$i.c"
done
touch -d yesterday ./*.c
age
export CCACHE_MAXSIZE=1MiB
build() { for i in {1..20}; do deja gcc -O1 -g -c "s$i.c" -o "s$i.o" || fail "exit code $?"; done; }
build
raw=$(cat ./*.o | wc -c)
((raw > 2 * 1024 * 1024)) || fail "the objects have only $raw bytes: the test tests nothing"
(($(stat_of cache_size_kibibyte) < 900)) || fail "one build takes up $(stat_of cache_size_kibibyte) KiB"
[[ -z $(find "$CCACHE_DIR" -name '*.[po]') ]] || fail "a miss left a replay record"
deja -z >"$TOP/out"
for round in 1 2 3; do
  build
  stats_are cache_miss 0 direct_cache_hit $((20 * round))
  (($(stat_of cache_size_kibibyte) <= 1024)) || fail "the cache has $(stat_of cache_size_kibibyte) KiB"
done
deja -c >"$TOP/out" || fail "-c: exit code $?"
hot=$(find "$CCACHE_DIR" -name '*.[po]' -printf '%b\n' | awk '{ sum += $1 / 2 } END { print int(sum) }')
((hot <= 104)) || fail "records and hot copies take up $hot KiB, a tenth of the limit is 102"
(($(stat -c %s "$CCACHE_DIR/digests") <= 65536)) || fail "digests has $(stat -c %s "$CCACHE_DIR/digests") bytes"

fresh "hot copies"
unset CCACHE_MAXSIZE
put a.c <<<'const char large[300000] = {1, 2, 3};'
age
for _ in 1 2; do compile any gcc -c a.c -o a.o; done
[[ -n $(find "$CCACHE_DIR" -name '*.o' -size +200k) ]] || fail "no raw copy of a large object"
gcc -c a.c -o bare.o
rm a.o
compile direct gcc -c a.c -o a.o
cmp a.o bare.o || fail "another object from the copy"

# The statistics: the same numbers as the installed ccache for the same calls, in both formats, zeroed and not.
. "$(dirname "$0")/lib.sh"

calls() {
  local program=$1
  put a.h <<<'#define A 1'
  put a.c <<<$'#include "a.h"\nint a = A;'
  put b.c <<<'int b;'
  put bad.c <<<'int x y;'
  put main.c <<<'int main(void) { return 0; }'
  settle
  {
    "$program" gcc -c a.c -o a.o
    "$program" gcc -c a.c -o a.o
    "$program" gcc -c a.c -o a.o
    put a.h <<<$'#define A 1\n#define B 1'
    settle
    "$program" gcc -c a.c -o a.o
    "$program" gcc -c a.c -o a.o
    put a.h <<<'#define A 2'
    settle
    "$program" gcc -c a.c -o a.o
    "$program" gcc -O2 -MD -c a.c -o a.o
    "$program" gcc -c a.c b.c
    "$program" gcc -E a.c
    "$program" gcc main.c -o main
    "$program" gcc main.c -o main
    "$program" gcc -c bad.c
    "$program" gcc -S a.c -o -
    "$program" gcc -c a.c -o a.o -fdump-rtl-expand
    CCACHE_RECACHE=1 "$program" gcc -c a.c -o a.o
    CCACHE_DEPEND=1 "$program" gcc -MD -c b.c -o b.o
    CCACHE_DEPEND=1 "$program" gcc -MD -c b.c -o b.o
    DEPENDENCIES_OUTPUT=o.d "$program" gcc -c b.c -o b.o
    "$program" gcc -x fortress -c b.c -o b.o
    "$program" gcc -c not_there.c -o b.o
  } >"$TOP/out" 2>&1
  return 0
}
relevant='^(autoconf_test|bad_compiler_arguments|cache_miss|called_for_link|called_for_preprocessing|compile_failed|compiler_produced_[a-z_]*|could_not_[a-z_]*|direct_cache_hit|preprocessed_cache_hit|direct_cache_miss|preprocessed_cache_miss|files_in_cache|local_storage_hit|local_storage_miss|multiple_source_files|no_input_file|output_to_stdout|preprocessor_error|recache|unsupported_(code_directive|compiler_option|environment_variable|source_language))	'

fresh deja
calls "$DEJA"
deja --print-stats | grep -E "$relevant" | sort >"$TOP/deja.stats"
stats_are direct_cache_hit 4 preprocessed_cache_hit 1 cache_miss 4 multiple_source_files 1 called_for_preprocessing 1 called_for_link 2 \
  output_to_stdout 1 unsupported_compiler_option 1 recache 1 unsupported_environment_variable 1
if command -v ccache >/dev/null; then
  fresh ccache
  calls ccache
  ccache --print-stats | grep -E "$relevant" | sort >"$TOP/ccache.stats"
  diff "$TOP/ccache.stats" "$TOP/deja.stats" >"$TOP/difference" || fail "other numbers than ccache (<): $(cat "$TOP/difference")"
fi

fresh formats
put a.c <<<'int a;'
[[ $(deja --print-stats | grep -vcE '^[a-z_]+	[0-9]+$') == 0 ]] || fail "--print-stats has other lines: $(deja --print-stats)"
[[ $(deja --print-stats | cut -f1 | sort | uniq -d) == "" ]] || fail "--print-stats names an id twice"
stats_are cache_miss 0 files_in_cache 0 cache_size_kibibyte 0 stats_zeroed_timestamp 0
[[ ! -e $CCACHE_DIR ]] || fail "asking for statistics made a cache"
compile miss gcc -c a.c
compile direct gcc -c a.c
stats_are files_in_cache 2 direct_cache_hit 1 cache_miss 1
(($(stat_of cache_size_kibibyte) > 0)) || fail "the cache has no size"
(($(stat_of stats_updated_timestamp) > 1700000000)) || fail "never updated"
deja --print-stats --format json >"$TOP/json" || fail "json: exit code $?"
grep -qE '"direct_cache_hit": ?1' "$TOP/json" || fail "json: $(cat "$TOP/json")"
! command -v python3 >/dev/null || python3 -m json.tool "$TOP/json" >/dev/null || fail "not json: $(cat "$TOP/json")"
for word in -s --show-stats "-s -v" "-s -vv" -sv; do
  # shellcheck disable=SC2086  # words are meant
  deja $word >"$TOP/out" || fail "$word: exit code $?"
  grep -qE '[Hh]its?:? +1' "$TOP/out" || fail "$word: no hit: $(cat "$TOP/out")"
done
deja -z >"$TOP/out" || fail "-z: exit code $?"
stats_are direct_cache_hit 0 cache_miss 0 files_in_cache 2
(($(stat_of stats_zeroed_timestamp) > 1700000000)) || fail "no time of zeroing"
compile direct gcc -c a.c
stat_is direct_cache_hit 1

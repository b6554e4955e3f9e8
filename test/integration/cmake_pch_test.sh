# CMake's target_precompile_headers: all of a build comes from the cache the next time.
. "$(dirname "$0")/lib.sh"
command -v cmake >/dev/null && command -v ninja >/dev/null || skip "no cmake or no ninja"

build() {
  rm -rf b
  { cmake -G Ninja -S . -B b -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_COMPILER_LAUNCHER="$DEJA" && cmake --build b; } >"$TOP/out" 2>&1 ||
    fail "$(<"$TOP/out")"
}
hits() { echo $(($(stat_of direct_cache_hit) + $(stat_of preprocessed_cache_hit))); }

for cc in $(c_compilers); do
  fresh "$cc"
  put CMakeLists.txt <<<'cmake_minimum_required(VERSION 3.16)
project(p C)
add_library(p STATIC a.c b.c)
target_precompile_headers(p PRIVATE p.h <stddef.h>)'
  put p.h <<<'#define P 1'
  put a.c <<<'int a = P;'
  put b.c <<<'size_t b = P;'
  build
  stats_are cache_miss 3 direct_cache_hit 0
  build
  stat_is cache_miss 3
  [[ $(hits) == 3 ]] || fail "hits: $(hits)"
  nm b/libp.a | grep -q ' b$' || fail "no library"
  put p.h <<<'#define P 2'
  build
  stat_is cache_miss 6
  stat_is could_not_use_precompiled_header 0
done

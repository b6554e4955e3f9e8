# Ways to be called: before the compiler, as a link named like it, as a launcher of CMake, with Make.
. "$(dirname "$0")/lib.sh"

fresh "links"
put a.c <<<'int a(void) { return 1; }'
put a.cpp <<<'int b() { return 2; }'
mkdir bin
for name in gcc cc g++ c++ clang clang++ clang-14 clang++-14; do
  command -v $name >/dev/null || continue
  ln -sf "$DEJA" "bin/$name"
  source=a.c
  [[ $name == *++* ]] && source=a.cpp
  "$name" -c $source -o bare.o
  settle
  for how in cacheable direct; do
    mark
    (PATH=$W/bin:$PATH; "$name" -c $source -o a.o) || fail "$name: exit code $?"
    expect_hit $how "link $name"
    cmp a.o bare.o || fail "$name: another object"
  done
  mark
  "bin/$name" -c $source -o a.o || fail "bin/$name by path: exit code $?"
  expect_hit direct "bin/$name by path"
done
# A second folder of links, and a copy: never itself.
mkdir bin2
ln -s "$W/bin/gcc" bin2/gcc
cp "$(realpath "$DEJA")" "$TOP/deja-copy"
mkdir bin3
ln "$TOP/deja-copy" bin3/gcc 2>/dev/null || cp "$TOP/deja-copy" bin3/gcc
mark
(PATH=$W/bin2:$W/bin:$PATH; gcc -c a.c -o a.o) || fail "two folders of links: exit code $?"
expect_hit direct
mark
(PATH=$W/bin3:$PATH; timeout 20 gcc -c a.c -o a.o) || fail "a copy named gcc: exit code $?"
expect_hit direct "a copy named gcc"
(PATH=$W/bin:$PATH; gcc --version) | cmp - <(gcc --version) || fail "gcc --version through a link"
(PATH=$W/bin:$PATH; compile direct gcc -c a.c -o a.o) || failures=1
# An absolute compiler, a relative one, one with a space in its path.
compile any "$(command -v gcc)" -c a.c -o a.o
mkdir "to ols"
printf '#!/bin/sh\nexec gcc "$@"\n' >"to ols/gcc"
chmod +x "to ols/gcc"
compile miss "to ols/gcc" -c a.c -o a.o
compile direct "./to ols/gcc" -c a.c -o a.o
compile direct "$W/to ols/gcc" -c a.c -o a.o

# Exit codes and signals come through.
printf '#!/bin/sh\ncase "$*" in *-E*) exec gcc "$@";; esac\nexit 7\n' >bin/exit-gcc
printf '#!/bin/sh\ncase "$*" in *-E*) exec gcc "$@";; esac\nkill -TERM $$\n' >bin/killed-gcc
chmod +x bin/*-gcc
deja bin/exit-gcc -c a.c -o x.o
code=$?
[[ $code == 7 ]] || fail "exit code $code, expected 7"
bin/killed-gcc -c a.c -o x.o 2>/dev/null
bare=$?
deja bin/killed-gcc -c a.c -o x.o 2>/dev/null
code=$?
[[ $code == "$bare" ]] || fail "killed compiler: exit code $code, without deja $bare"

build_project() {
  mkdir project
  put project/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.13)
project(p C CXX)
add_library(p STATIC a.c b.cpp)
CMAKE
  put project/h.h <<<'#define H 1'
  put project/a.c <<<$'#include "h.h"\nint a(void) { return H; }'
  put project/b.cpp <<<$'#include <vector>\n#include "h.h"\nint b() { return std::vector<int>(H).size(); }'
  put project/c.S <<<'.globl c'
}
if command -v cmake >/dev/null && command -v ninja >/dev/null; then
  fresh "CMake and Ninja"
  build_project
  export CMAKE_C_COMPILER_LAUNCHER=$DEJA CMAKE_CXX_COMPILER_LAUNCHER=$DEJA
  for run in cold warm; do
    rm -rf build
    cmake -S project -B build -G Ninja >"$TOP/out" 2>&1 || fail "cmake: $(cat "$TOP/out")"
    deja -z >/dev/null
    settle
    ninja -C build >"$TOP/out" 2>&1 || fail "ninja: $(cat "$TOP/out")"
    [[ $run == cold ]] || stats_are direct_cache_hit 2 cache_miss 0
  done
  touch project/h.h
  ninja -C build >"$TOP/out" 2>&1
  grep -q b.cpp "$TOP/out" || fail "the dependency files do not lead Ninja to the header: $(cat "$TOP/out")"
  unset CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER
fi
if command -v make >/dev/null; then
  fresh "Make"
  build_project
  cd project || exit 1
  printf 'all: a.o b.o c.o\nCFLAGS = -MMD\nCXXFLAGS = -MMD\n-include *.d\n' >Makefile
  for run in cold warm; do
    rm -f ./*.o ./*.d
    deja -z >/dev/null
    settle
    make CC="$DEJA gcc" CXX="$DEJA g++" -j4 >"$TOP/out" 2>&1 || fail "make: $(cat "$TOP/out")"
    [[ $run == cold ]] || stats_are direct_cache_hit 3 cache_miss 0
  done
  sleep 0.02
  touch h.h
  make CC="$DEJA gcc" CXX="$DEJA g++" >"$TOP/out" 2>&1
  [[ $(grep -c 'a.c\|b.cpp' "$TOP/out") == 2 ]] || fail "the dependency files do not lead Make to the header: $(cat "$TOP/out")"
fi

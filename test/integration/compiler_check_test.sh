# compiler_check: how a changed compiler is noticed.
. "$(dirname "$0")/lib.sh"

# A compiler that can change: what it defines is in the object.
install_compiler() {
  printf '#!/bin/sh\nexec %s -DVERSION=%s "$@"\n' "$(command -v gcc)" "$1" >bin/gcc
  chmod +x bin/gcc
  touch -d "${2:-2020-01-01}" bin/gcc
}
# compiled HOW VALUE: the object must hold VALUE.
compiled() {
  compile "$1" bin/gcc -c a.c -o a.o
  gcc "-DVERSION=$2" -c a.c -o bare.o
  cmp a.o bare.o || fail "the object is not of version $2"
}

prepare() {
  fresh "$1"
  mkdir bin
  put a.c <<<'int version = VERSION;'
  install_compiler 1
}

prepare mtime
compiled miss 1
compiled direct 1
install_compiler 2 2021-01-01
compiled miss 2
install_compiler 1 2020-01-01
compiled direct 1
touch -d 2022-01-01 bin/gcc
compiled miss 1
install_compiler 12 2022-01-01 # another size
compiled miss 12

prepare content
export CCACHE_COMPILERCHECK=content
compiled miss 1
touch -d 2022-01-01 bin/gcc
compiled direct 1
install_compiler 2 2022-01-01
compiled miss 2
# Replaced again and again, with the same size and times.
for version in 3 4 5 3; do
  install_compiler $version
  compiled cacheable $version
done

prepare none
export CCACHE_COMPILERCHECK=none
compiled miss 1
install_compiler 2 2022-01-01
compiled direct 1

prepare string
export CCACHE_COMPILERCHECK=string:one
compiled miss 1
install_compiler 2 2022-01-01
compiled direct 1
export CCACHE_COMPILERCHECK=string:two
compiled miss 2

prepare command
put version <<<one
export CCACHE_COMPILERCHECK="cat $W/version; %compiler% -dumpversion"
compiled miss 1
install_compiler 2 2022-01-01
compiled direct 1
put version <<<two
compiled miss 2
export CCACHE_COMPILERCHECK="/bin/false %compiler%"
compiled compiler_check_failed 2
unset CCACHE_COMPILERCHECK

# Another compiler of the same name on PATH.
prepare PATH
mkdir other
sed 's/VERSION=1/VERSION=3/' bin/gcc >other/gcc
chmod +x other/gcc
touch -d 2020-01-02 other/gcc
old_path=$PATH
PATH=$W/bin:$old_path compile miss gcc -c a.c -o a.o
PATH=$W/other:$W/bin:$old_path compile miss gcc -c a.c -o b.o
cmp -s a.o b.o && fail "the compiler before it on PATH was not seen"
PATH=$W/bin:$old_path compile direct gcc -c a.c -o a.o
# One that appears there later.
mkdir before
PATH=$W/before:$W/bin:$old_path compile direct gcc -c a.c -o a.o
cp -p other/gcc before/gcc
PATH=$W/before:$W/bin:$old_path compile cacheable gcc -c a.c -o c.o
cmp b.o c.o || fail "a compiler that appeared on PATH was not seen"

# compiler, path, prefix_command and their kind.
fresh "other ways to name it"
mkdir bin
install_compiler 7
put a.c <<<'int version = VERSION;'
gcc -DVERSION=7 -c a.c -o bare.o
CCACHE_COMPILER=$W/bin/gcc compile cacheable gcc -c a.c -o a.o
cmp a.o bare.o || fail "CCACHE_COMPILER was not used"
CCACHE_PATH=$W/bin compile cacheable gcc -c a.c -o b.o
cmp b.o bare.o || fail "CCACHE_PATH was not used"
printf '#!/bin/sh\necho prefix >>%s/prefixed\nexec "$@"\n' "$W" >prefix
chmod +x prefix
CCACHE_PREFIX=$W/prefix compile miss gcc -DVERSION=8 -c a.c -o a.o
[[ $(grep -c prefix prefixed) == 1 ]] || fail "the prefix ran $(grep -c prefix prefixed) times, expected once"
CCACHE_PREFIX_CPP=$W/prefix compile miss gcc -DVERSION=9 -c a.c -o a.o

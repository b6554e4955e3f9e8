# The fast start on the other processor: compiled by the cross compiler and run by qemu's user mode, it starts the C library
# unharmed, and answers from a record that this processor's deja has made.
. "$(dirname "$0")/lib.sh"

cross=aarch64-linux-gnu-g++
qemu=$(command -v qemu-aarch64 || command -v qemu-aarch64-static) || skip "no qemu-aarch64"
command -v $cross >/dev/null || skip "no $cross"
generated=$(dirname "$DEJA")/generated
[[ -f $generated/replay/build_id.h ]] || skip "not in a build folder"

fresh
mkdir "$TOP/include"
header=$(echo '#include <xxhash.h>' | g++ -x c++ -E - | awk -F'"' '/xxhash.h"/ { print $2; exit }')
cp "$header" "$(dirname "$header")/xxh3.h" "$TOP/include" || skip "no xxhash"
cat >"$TOP/main.cpp" <<'END'
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
thread_local int local = 5;
int main(int argc, char** argv) {
  try {
    throw std::runtime_error(argv[argc - 1]);
  } catch (const std::exception& e) {
    std::printf("%d %s %s %d\n", argc, e.what(), std::getenv("HOME"), local);
  }
}
END
$cross -std=c++20 -O2 -fno-pie -fno-stack-protector -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables -DDEJA_PATH_STYLE=posix \
  -isystem "$TOP/include" -I"$SCRIPTS/../../src" -I"$generated" -c "$SCRIPTS/../../src/replay/start.cpp" -o "$TOP/start.o" || fail "does not compile"
$cross -O2 -static -no-pie -Wl,--entry=deja_start "$TOP/main.cpp" "$TOP/start.o" -o "$TOP/deja" || fail "does not link"

said=$($qemu "$TOP/deja" gcc -c missing.c)
[[ $said == "4 missing.c $HOME 5" ]] || fail "the C library's start was harmed: $said"

put a.c <<<'int main(void) { return 0; }'
age
for _ in 1 2; do deja gcc -c a.c || fail "compile"; done
mv a.o expected.o
said=$("$qemu" -0 deja "$TOP/deja" gcc -c a.c)
[[ -z $said ]] || fail "not answered by the record"
cmp a.o expected.o || fail "another object"

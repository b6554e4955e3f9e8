# Command lines: order, odd words, several sources, no source, linking, preprocessing; what is not understood runs as typed.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  mkdir inc
  put inc/h.h <<<'#define H 3'
  put a.c <<<$'#ifndef VALUE\n#define VALUE 1\n#endif\nint a(void) { return VALUE; }'
  put b.c <<<'int b(void) { return 2; }'
  put main.c <<<'int main(void) { return 0; }'

  age
  same_as_compiler "options after the source" -- "$cc" a.c -c -O2 -o a.o -DVALUE=7
  same_as_compiler "output first" -- "$cc" -o a.o -c a.c
  same_as_compiler "-c twice" cacheable hit -- "$cc" -c -c a.c -o a.o
  same_as_compiler "-D separate" -- "$cc" -D VALUE=8 -c a.c
  same_as_compiler "-D joined" -- "$cc" -DVALUE=9 -c a.c
  same_as_compiler "-D with quotes and spaces" -- "$cc" '-DVALUE=(1 + sizeof "a b\"c")' -c a.c
  same_as_compiler "-D empty value" any any -- "$cc" -DVALUE= -c a.c
  same_as_compiler "-U" -- "$cc" -DVALUE=5 -UVALUE -c a.c
  same_as_compiler "-U, then -D" -- "$cc" -UVALUE -DVALUE=5 -c a.c
  aged= # enough of that
  # Many at once, for each is in flow/key_table.txt, with what it does to keys.
  for words in "-O0 -fPIC -pipe -ansi -pthread -m64 -fno-lto" "-O1 -std=c99 -mavx2 -funroll-loops -fvisibility=hidden -fno-common -ffunction-sections -fno-builtin" \
    "-O2 -std=gnu11 -fno-pic -msse4.2 -fstack-protector-strong -fomit-frame-pointer -fexceptions -frandom-seed=7 -march=x86-64 -mtune=generic -fcf-protection=full" \
    "-O3 -fsanitize=address,undefined -Wextra -pedantic -ffreestanding" "-Os -nostdlib -static -D_FORTIFY_SOURCE=2 -isystem/nowhere -I/nowhere -Iinc -L/nowhere --sysroot=/" \
    "-Og -fsanitize=address -fsanitize=undefined" "-Ofast -nostdinc -m32" -march=native -mtune=native; do
    # shellcheck disable=SC2086  # words are meant
    same_as_compiler "$words" -- "$cc" $words -c a.c -o a.o
  done
  for words in "--param max-inline-insns-single=5 -include inc/h.h -I inc -isystem inc -iquote inc -idirafter inc -MD -MP" "-Wp,-DVALUE=4,-DX -Wa,--noexecstack -Xassembler --noexecstack -Wl,-z,now -Xlinker -z -lm" \
    "-Xpreprocessor -DVALUE=6 -B/usr/bin -B /usr/bin -x c" "-imacros inc/h.h --include inc/h.h --include=inc/h.h --include-directory=inc --define-macro=VALUE=4 -no-canonical-prefixes -undef" "-Wp,-DVALUE=4"; do
    # shellcheck disable=SC2086  # words are meant
    same_as_compiler "$words" cacheable hit -- "$cc" $words -c a.c -o a.o
  done
  for words in "-Wp,-DVALUE=5" "-Wp,-DVALUE=4" "-Xpreprocessor -DVALUE=7" "-Xpreprocessor -DVALUE=6"; do
    # shellcheck disable=SC2086
    same_once "$words against the cache" cacheable -- "$cc" $words -c a.c -o a.o
  done

  # What the compiler does with these is its own business. Clang is asked where it reads a command in another way, or is read in another;
  # that both run the compiler as called does not depend on the words (flow/key_table.txt has them all).
  calls=("-c a.c b.c" "-E a.c -o a.i" "-M -c a.c" "-v" "-###" "-c not_there.c" "-c a.c -fno-such-option" "-c a.c -march=pdp11" "-c a.c -x" "-c a.c -include not_there.h"
    "-c -- a.c" "-c -o a.o -- a.c" "-c a.c -specs=/dev/null" "-c a.c -fplugin=not_there" "-c a.c -Xclang" "-c a.c -o a.o -arch x86_64" "-fsyntax-only a.c" "-c a.h" "")
  is_clang "$cc" || calls+=("-c a.c b.c -o ab.o" "-c" "-o x" "a.c b.c main.c -o program" "main.c" "main.c -o program" "-E a.c" "-E -c a.c -o a.i" "-M a.c" "-MM a.c" "-dM -E a.c" "-P -E a.c" "-C -E a.c" "-S a.c b.c"
    "--version" "-dumpversion" "-dumpmachine" "-print-search-dirs" "-print-file-name=libc.so" "--help" "-### -c a.c" "-c ." "-c inc" "-c a.c not_there.c" "-c a.c --no-such-option"
    "-c a.c -Wno-such-warning -Wall" "-c a.c -std=c2525" "-c a.c -D" "-c a.c -I" "-c a.c -include" "-c a.c -o a.o --" "-c a.c - " "-shared a.c -o a.so"
    "-r a.c -o r.o" "-c a.c -Wp," "-c a.c -Wa," "-c a.c -O99" "-c a.c --ccache-skipper" "-c a.c -fsyntax-only")
  for words in "${calls[@]}"; do
    # shellcheck disable=SC2086
    same_once "words '$words'" any -- "$cc" $words
  done
  same_as_compiler "empty word" any any -- "$cc" -c "" a.c -o a.o
  same_as_compiler "-o, linking, counted" called_for_link -- "$cc" main.c -o program
  same_as_compiler "-E, counted" called_for_preprocessing -- "$cc" -E a.c
  same_as_compiler "several sources, counted" multiple_source_files -- "$cc" -c a.c b.c
  same_as_compiler "no source, counted" no_input_file -- "$cc" -c
  is_clang "$cc" && same_as_compiler "--" cacheable hit -- "$cc" -c -o a.o -- a.c
  is_clang "$cc" && same_as_compiler "-Xclang" cacheable hit -- "$cc" -c -Xclang -disable-llvm-passes -O1 a.c -o a.o
  is_clang "$cc" && same_as_compiler "--target" cacheable hit -- "$cc" --target=aarch64-linux-gnu -c a.c -o a.o
  is_clang "$cc" && same_as_compiler "-target" cacheable hit -- "$cc" -target i386-linux-gnu -c a.c -o a.o
  STDIN=a.c same_as_compiler "source from stdin" any any -- "$cc" -x c -c - -o a.o
  STDIN=b.c same_as_compiler "another source from stdin" any any -- "$cc" -x c -c - -o a.o
  STDIN=a.c same_as_compiler "preprocess stdin" any any -- "$cc" -x c -E -
  STDIN=a.c same_as_compiler "/dev/stdin" any any -- "$cc" -x c -c /dev/stdin -o a.o
  (ulimit -S -n 64; same_as_compiler "few file descriptors" -- "$cc" -c b.c -o b.o) || failures=1

  # --ccache-skip hands one word through.
  observe "$TOP/bare" "$cc" -DVALUE=3 -c a.c -o a.o
  for run in cold warm; do
    observe "$TOP/$run" deja "$cc" --ccache-skip -DVALUE=3 -c a.c -o a.o
    same_as "--ccache-skip" "$TOP/bare" "$TOP/$run"
  done
  mkfifo pipe
  (cat b.c >pipe &)
  timeout 20 $RUN "$DEJA" "$cc" -x c -c pipe -o p.o || fail "a named pipe as source: exit code $?"
  "$cc" -x c -c b.c -o q.o
  cmp <(nm p.o) <(nm q.o) || fail "a named pipe as source: another object"
  rm pipe
done

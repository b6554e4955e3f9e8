# What is not in the text: __DATE__, __TIME__, __TIMESTAMP__, .incbin, .include, #embed, headers of the future.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  put date.c <<<'const char *d = __DATE__;'
  put time.c <<<'const char *t = __TIME__;'
  put stamp.c <<<'const char *s = __TIMESTAMP__;'
  put header_time.h <<<'static const char *t(void) { return __TIME__; }'
  put header_time.c <<<$'#include "header_time.h"\nconst char *f(void) { return t(); }'
  put spoken.c <<<$'/* __TIME__ in a comment, "__DATE__" in a string */\nconst char *s = "__TIMESTAMP__";'

  same_as_compiler "__DATE__" -- "$cc" -c date.c -o o.o
  same_as_compiler "named in comments and strings" cacheable hit -- "$cc" -c spoken.c -o o.o
  # An object never holds an earlier time.
  for source in time.c header_time.c; do
    deja "$cc" -c $source -o one.o
    sleep 1.1
    deja "$cc" -c $source -o two.o
    cmp -s one.o two.o && fail "$source: the time stood still"
    CCACHE_DEPEND=1 deja "$cc" -MD -c $source -o one.o
    sleep 1.1
    CCACHE_DEPEND=1 deja "$cc" -MD -c $source -o two.o
    cmp -s one.o two.o && fail "$source, depend mode: the time stood still"
    CCACHE_SLOPPINESS=time_macros compile cacheable "$cc" -O1 -c $source -o one.o
    sleep 1.1
    CCACHE_SLOPPINESS=time_macros compile direct "$cc" -O1 -c $source -o two.o
    cmp one.o two.o || fail "$source, sloppy: not the stored object"
  done
  rm -f ./*.o ./*.d
  if ! is_clang "$cc"; then
    for epoch in 1 86400000 1; do
      SOURCE_DATE_EPOCH=$epoch same_as_compiler "SOURCE_DATE_EPOCH $epoch, date" -- "$cc" -c date.c -o o.o
      SOURCE_DATE_EPOCH=$epoch same_as_compiler "SOURCE_DATE_EPOCH $epoch, time" cacheable any -- "$cc" -c time.c -o o.o
    done
    same_once "without SOURCE_DATE_EPOCH" cacheable -- "$cc" -c date.c -o o.o
  fi
  for when in 2001-01-01 2002-02-02 2001-01-01; do
    touch -d $when stamp.c
    same_as_compiler "__TIMESTAMP__ $when" cacheable hit -- "$cc" -c stamp.c -o o.o
  done

  # Files that the assembler reads.
  put incbin.c <<<'__asm__(".section .rodata\n.global blob\nblob: .incbin \"blob.bin\"");'
  put include.S <<<$'#define SPACE\n.include "inc.s"'
  put include.s <<<$'.include "inc.s"'
  for value in one two one; do
    put blob.bin <<<$value
    put inc.s <<<".ascii \"$value\""
    same_as_compiler ".incbin $value" any any -- "$cc" -c incbin.c -o o.o
    CCACHE_DEPEND=1 same_as_compiler ".incbin $value, depend mode" any any -- "$cc" -MD -c incbin.c -o o.o
    same_as_compiler ".include $value" any any -- "$cc" -c include.S -o o.o
    same_as_compiler ".include $value, .s" any any -- "$cc" -c include.s -o o.o
    "$cc" -E incbin.c -o incbin.i
    same_as_compiler ".incbin $value, preprocessed" any any -- "$cc" -c incbin.i -o o.o
    rm incbin.i
  done
  put embed.c <<<$'#if 0\n#embed "blob.bin"\n#endif\nint e;'
  same_as_compiler "#embed that is left out" cacheable hit -- "$cc" -c embed.c -o o.o

  # A header that may still change while the compiler runs is not trusted.
  put new.h <<<'#define NEW 1'
  put new.c <<<$'#include "new.h"\nint n = NEW;'
  touch -d tomorrow new.h
  same_as_compiler "header of tomorrow" miss preprocessed -- "$cc" -c new.c -o o.o
  CCACHE_SLOPPINESS=include_file_mtime,include_file_ctime same_as_compiler "header of tomorrow, sloppy" cacheable direct -- "$cc" -c new.c -o o.o
done

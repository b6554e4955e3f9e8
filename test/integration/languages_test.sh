# Every language: C, C++, Objective-C where the compiler has it, assembler, preprocessed input, by ending and by -x.
. "$(dirname "$0")/lib.sh"

sources() {
  put a.h <<<'enum { answer = 42 };'
  put a.c <<<$'#include "a.h"\nint a(void) { return answer; }'
  put a.cpp <<<$'#include "a.h"\nnamespace n { int a() { return answer; } }'
  put a.m <<<$'#include "a.h"\nint a(void) { return answer; }'
  put a.mm <<<$'#include "a.h"\nint a() { return answer; }'
  put a.s <<<$'.globl a\na:\n ret'
  put defs.h <<<'#define RETURN ret'
  put a.S <<<$'#include "defs.h"\n#define NAME a\n.globl NAME\nNAME:\n RETURN'
  cp -p a.S a.sx
  put plain <<<$'#include "a.h"\nint plain(void) { return answer; }'
}

for cc in $(c_compilers) $(cxx_compilers); do
  fresh "$cc"
  sources
  for ending in cc cxx c++ C CPP cp; do cp -p a.cpp "b.$ending"; done
  "$cc" -E a.c -o a.i
  "$cc" -E -x c++ a.cpp -o a.ii 2>/dev/null
  [[ $cc == g++ ]] && age
  # Endings are one table for all drivers, which C drivers have read through; to C++ drivers C is another language.
  files=(a.c a.cpp a.i a.ii)
  [[ $cc == *++* ]] || files+=(b.cc b.cxx b.c++ b.C b.CPP b.cp a.s a.S)
  for file in "${files[@]}"; do
    same_as_compiler "$file" -- "$cc" -c "$file" -o out.o
  done
  for file in a.m a.mm; do
    "$cc" -c "$file" -o objc.o 2>/dev/null || continue
    rm -f objc.o
    same_as_compiler "$file" -- "$cc" -c "$file" -o out.o
  done
  # Clang takes .sx for an object to link.
  [[ $cc == *++* ]] || same_as_compiler a.sx any any -- "$cc" -c a.sx -o out.o
  same_as_compiler "-x c" -- "$cc" -x c -c plain -o out.o
  same_as_compiler "-x c++" -- "$cc" -x c++ -c plain -o out.o
  same_as_compiler "-xc joined" -- "$cc" -xc -c plain -o out.o
  # Where the word stands matters, for the compiler's warning: it runs as typed.
  same_as_compiler "-x after the file counts not" unsupported_compiler_option -- "$cc" -c a.c -x c++ -o out.o
  # To g++ a.c is C++, but C behind "-x none": left to it.
  ending=cacheable
  [[ $cc == *++* ]] && ending=unsupported_compiler_option
  same_as_compiler "-x none gives the ending back its meaning" $ending "$([[ $ending == cacheable ]] && echo direct || echo $ending)" -- "$cc" -x c++ -x none -c a.c -o out.o
  [[ $cc == *++* ]] || same_as_compiler "-x assembler-with-cpp" -- "$cc" -x assembler-with-cpp -c a.S -o out.o
  same_as_compiler "-x cpp-output" -- "$cc" -x cpp-output -c a.i -o out.o
  # The language is part of the key: the same text as C and as C++ gives two objects.
  compile any "$cc" -x c -c plain -o c.o
  compile any "$cc" -x c++ -c plain -o cxx.o
  cmp -s c.o cxx.o && fail "C and C++ gave the same object"
  same_as_compiler "unknown language" any -- "$cc" -x fortress -c plain -o out.o
  same_as_compiler "unknown ending" any -- "$cc" -c plain -o out.o
done

# Depend mode: no preprocessing; the headers come from the dependency file, which deja asks for where the caller did not.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  # A compiler that writes down how it was called.
  mkdir bin
  put "bin/$cc" <<<$'#!/bin/sh\necho "$*" >>'"$TOP/calls"$'\nexec '"$(command -v "$cc")"$' "$@"'
  chmod +x "bin/$cc"
  put a.h <<<'#define ANSWER 42'
  put a.c <<<$'#include <stddef.h>\n#include "a.h"\nint a(void) { return ANSWER; }'
  export CCACHE_DEPEND=1

  for form in "" "-MD" "-MMD" "-MD -MF dep" "-MD -MT target" "-MMD -MP -MQ a\$b"; do
    # shellcheck disable=SC2086  # words are meant
    same_as_compiler "form '$form'" cacheable direct -- "$cc" $form -c a.c -o a.o
  done
  : >"$TOP/calls"
  compile miss "bin/$cc" -O1 -c a.c -o a.o
  grep -qE -- '-E .*a\.c' "$TOP/calls" && fail "the preprocessor ran: $(cat "$TOP/calls")"
  [[ $(grep -c -- '-c a.c' "$TOP/calls") == 1 ]] || fail "the compiler ran more than once: $(cat "$TOP/calls")"
  [[ $(echo a*) == "a.c a.h a.o" ]] || fail "left behind: $(echo a*)"
  put a.h <<<'#define ANSWER 43'
  same_as_compiler "changed header" miss direct -- "$cc" -c a.c -o a.o
  same_as_compiler "changed header, asked for" miss direct -- "$cc" -MMD -c a.c -o a.o
  put a.c <<<$'#error stop\n'
  same_as_compiler "error" any -- "$cc" -c a.c -o a.o
  same_as_compiler "error, asked for" any -- "$cc" -MD -c a.c -o a.o
  put "s p.h" <<<'#define ANSWER 44'
  put "s p.c" <<<$'#include "s p.h"\nint a = ANSWER;'
  same_as_compiler "names with spaces" miss direct -- "$cc" -MD -c "s p.c" -o "s p.o"
  put "s p.h" <<<'#define ANSWER 45'
  same_once "names with spaces, changed" miss -- "$cc" -MD -c "s p.c" -o "s p.o"
  put a.S <<<'.globl a'
  same_as_compiler "assembler" -- "$cc" -c a.S -o a.o
  unset CCACHE_DEPEND
done

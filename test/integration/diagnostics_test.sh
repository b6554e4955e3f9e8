# Diagnostics: the same text as without deja, cold and warm, with the colours this terminal would show.
. "$(dirname "$0")/lib.sh"

# On a pseudo-terminal: prints what it shows while the words run, without hyperlinks. GCC adds them on terminals only, and deja cannot ask
# for them: unlike the option for colours, -fdiagnostics-urls=always gets into debug information.
on_terminal() { TERM=xterm-256color script -qec "$(printf '%q ' "$@")" /dev/null </dev/null | sed -E 's/\x1b\]8;;[^\x07\x1b]*(\x07|\x1b\\)//g'; }

for cc in $(c_compilers); do
  fresh "$cc"
  put a.h <<<$'static inline int h(unsigned u, int i) { return u < i; }'
  put a.c <<<$'#include "a.h"\nint a(int x) { int unused; if (x = 1) return h(x, 2); return x; }\n#warning "careful"'
  put only.c <<<'int a(int x) { int unused; return x; }'
  put bad.c <<<$'int a(int x) { return y; }\nint b( { }'
  age
  same_as_compiler "warnings" -- "$cc" -Wall -Wextra -c a.c -o a.o
  same_as_compiler "no warnings wanted" -- "$cc" -w -c a.c -o a.o
  # The preprocessor meets #warning first.
  same_as_compiler "warnings are errors" preprocessor_error -- "$cc" -Wall -Werror -c a.c -o a.o
  same_as_compiler "warnings are errors, of the compiler proper" compile_failed -- "$cc" -Wall -Werror -c only.c -o a.o
  same_as_compiler "warnings that stay warnings" -- "$cc" -Wall -Werror -Wno-error -c a.c -o a.o
  same_as_compiler "errors" compile_failed -- "$cc" -c bad.c -o a.o
  same_as_compiler "fatal error" any -- "$cc" -Wfatal-errors -c bad.c -o a.o
  same_as_compiler "colours asked for" -- "$cc" -Wall -fdiagnostics-color=always -c a.c -o a.o
  same_as_compiler "colours refused" -- "$cc" -Wall -fdiagnostics-color=never -c a.c -o a.o
  same_as_compiler "colours if a terminal" -- "$cc" -Wall -fdiagnostics-color=auto -c a.c -o a.o
  same_as_compiler "colours, short" -- "$cc" -Wall -fdiagnostics-color -c a.c -o a.o
  same_as_compiler "colours refused, short" -- "$cc" -Wall -fno-diagnostics-color -c a.c -o a.o
  same_as_compiler "header list" any hit -- "$cc" -H -c a.c -o a.o
  if is_clang "$cc"; then
    same_as_compiler "colours, clang's word" -- "$cc" -Wall -fcolor-diagnostics -c a.c -o a.o
    same_as_compiler "no colours, clang's word" -- "$cc" -Wall -fno-color-diagnostics -c a.c -o a.o
    same_as_compiler "escape codes" -- "$cc" -Wall -fcolor-diagnostics -fansi-escape-codes -c a.c -o a.o
    same_as_compiler "unused argument" -- "$cc" -Wall -c a.c -o a.o -lm -L/nowhere
    same_as_compiler "absolute paths" any any -- "$cc" -Wall -fdiagnostics-absolute-paths -c a.c -o a.o
  else
    same_as_compiler "json" any any -- "$cc" -Wall -fdiagnostics-format=json -c a.c -o a.o
    same_as_compiler "plain output" -- "$cc" -Wall -fdiagnostics-plain-output -c a.c -o a.o
    GCC_COLORS='' same_as_compiler "GCC_COLORS empty" -- "$cc" -Wall -fdiagnostics-color=always -c a.c -o a.o
    GCC_COLORS='warning=01;36' same_as_compiler "GCC_COLORS" -- "$cc" -Wall -fdiagnostics-color=always -c a.c -o a.o
  fi

  # An earlier object stays as it is where the compiler proper fails, and is gone where the assembler does.
  put wrong.c <<<'int a(void) { __asm__("no such instruction %0" : : "r"(1)); return 1; }'
  put late.c <<<$'int b(int x) { return x + 1; }\nint a(int x) { __asm__("# %0" : : "i"(x)); return x; }'
  for source in bad only wrong late; do
    "$cc" -w -c only.c -o $source.o
    touch -d yesterday $source.o
    same_as_compiler "errors over an earlier object, $source" compile_failed -- "$cc" -Wall -Werror=unused-variable -c $source.c -o $source.o
    same_as_compiler "no earlier object, $source" compile_failed -- "$cc" -Wall -Werror=unused-variable -c $source.c -o other.o
  done
  chmod 600 only.o
  same_as_compiler "errors over an object of another mode" compile_failed -- "$cc" -Wall -Werror -c only.c -o only.o
  ln only.o second.o
  same_as_compiler "errors over an object of two names" compile_failed -- "$cc" -Wall -Werror -c only.c -o only.o

  command -v script >/dev/null || continue
  # Stored without a terminal, shown on one, and the other way round.
  options=("" -fdiagnostics-color=auto -fdiagnostics-color=never -fdiagnostics-color=always)
  is_clang "$cc" || options+=(-fdiagnostics-plain-output "-fdiagnostics-plain-output -fdiagnostics-color=always" "-fdiagnostics-color=always -fdiagnostics-plain-output")
  for option in "${options[@]}"; do
    for source in a.c bad.c; do
      rm -rf "$CCACHE_DIR"
      # shellcheck disable=SC2086  # an empty option is no word
      {
        on_terminal "$cc" -Wall $option -c $source -o a.o >"$TOP/bare.tty"
        "$cc" -Wall $option -c $source -o a.o >"$TOP/bare.text" 2>&1
        # Of a failure nothing is stored, which makes every run the first.
        runs=(cold) && [[ $source == a.c ]] && runs+=(warm)
        for run in "${runs[@]}"; do
          on_terminal $RUN "$DEJA" "$cc" -Wall $option -c $source -o a.o >"$TOP/deja.tty"
          cmp "$TOP/bare.tty" "$TOP/deja.tty" || fail "$option $source $run: differs on a terminal: $(cat -v "$TOP/deja.tty")"
          deja "$cc" -Wall $option -c $source -o a.o >"$TOP/deja.text" 2>&1
          cmp "$TOP/bare.text" "$TOP/deja.text" || fail "$option $source $run: differs in a file: $(cat -v "$TOP/deja.text")"
        done
        [[ $source == a.c ]] || continue
        rm -rf "$CCACHE_DIR"
        for run in cold warm; do
          deja "$cc" -Wall $option -c $source -o a.o >"$TOP/deja.text" 2>&1
          cmp "$TOP/bare.text" "$TOP/deja.text" || fail "$option $source $run: differs in a file, first: $(cat -v "$TOP/deja.text")"
          on_terminal $RUN "$DEJA" "$cc" -Wall $option -c $source -o a.o >"$TOP/deja.tty"
          cmp "$TOP/bare.tty" "$TOP/deja.tty" || fail "$option $source $run: differs on a terminal, second: $(cat -v "$TOP/deja.tty")"
        done
      }
    done
  done
  TERM=dumb script -qec "$cc -Wall -c a.c -o a.o" /dev/null </dev/null >"$TOP/bare.tty"
  TERM=dumb script -qec "$RUN $DEJA $cc -Wall -c a.c -o a.o" /dev/null </dev/null >"$TOP/deja.tty"
  cmp "$TOP/bare.tty" "$TOP/deja.tty" || fail "differs on a dumb terminal: $(cat -v "$TOP/deja.tty")"
done

# Response files: quoted, nested, with anything in them.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  mkdir "s p"
  put "s p/h.h" <<<'#define H 3'
  put a.c <<<$'#include <h.h>\n#ifndef TEXT\n#define TEXT ""\n#endif\nint a = H; const char *t = TEXT;'
  response() { printf '%s\n' "$2" >"$1"; }

  response plain '-I"s p" -c a.c'
  same_as_compiler "plain" -- "$cc" @plain -o a.o
  response all $'-c\na.c\n\n  -o\ta.o -MD -I"s p"\n'
  same_as_compiler "everything in it" -- "$cc" @all
  response quotes $'-c a.c "-Is p" \'-DTEXT="a b"\' -o \'a b.o\''
  same_as_compiler "quotes" -- "$cc" @quotes
  response escapes '-c a.c -Is\ p -DTEXT=\"a\\\\b\" -o a\"b.o'
  same_as_compiler "escapes" -- "$cc" @escapes
  response mixed '-c a.c -I"s"" p" -DTEXT="\"x'"'"'y\"" -o "a"'"'"'b'"'"'.o'
  same_as_compiler "mixed quotes" -- "$cc" @mixed
  response inner '-I"s p" -DINNER'
  response outer '@inner -c a.c'
  same_as_compiler "nested" -- "$cc" @outer -o a.o
  response "na me" '-Is\ p -c a.c'
  same_as_compiler "name with a space" -- "$cc" "@na me" -o a.o
  printf '' >empty
  same_as_compiler "empty" -- "$cc" @empty -Is\ p -c a.c -o a.o
  same_as_compiler "twice" -- "$cc" @inner @inner -c a.c -o a.o
  printf -- '-c\r\na.c\r\n-I"s p"\r\n' >crlf
  same_as_compiler "Windows line ends" cacheable hit -- "$cc" @crlf -o a.o
  response unclosed '-c a.c -I"s p'
  same_as_compiler "open quote" any -- "$cc" @unclosed -o a.o
  printf -- '-c a.c -I"s p" -DX=\\' >backslash
  same_as_compiler "backslash at the end" any -- "$cc" @backslash -o a.o
  response emptyword $'-c a.c "" -I"s p"'
  same_as_compiler "empty word" any -- "$cc" @emptyword -o a.o
  same_as_compiler "missing" any -- "$cc" @not_there -c a.c -o a.o
  same_as_compiler "a folder" any -- "$cc" "@s p" -c a.c -o a.o
  same_as_compiler "nothing after @" any -- "$cc" @ -c a.c -o a.o
  printf 'int at;' >@at.c
  same_as_compiler "a source that begins with @" any -- "$cc" -c @at.c -o a.o

  # The content counts, not the name.
  response change '-I"s p" -DTEXT=\"one\"'
  same_once "before" cacheable -- "$cc" @change -c a.c -o a.o
  response change '-I"s p" -DTEXT=\"two\"'
  same_once "after" miss -- "$cc" @change -c a.c -o a.o
  { for ((i = 0; i < 20000; i++)); do echo "-DMACRO_NUMBER_$i=$i"; done; echo '-I"s p"'; } >long
  # The system does not let gcc hand so much on to its cc1: the compile fails, as it does without deja.
  ending=preprocessor_error
  is_clang "$cc" && ending=cacheable
  same_as_compiler "half a megabyte" $ending "$([[ $ending == cacheable ]] && echo direct || echo $ending)" -- "$cc" @long -c a.c -o a.o
  { head -n 2000 long; tail -n 1 long; } >shorter
  same_as_compiler "fifty kilobytes" -- "$cc" @shorter -c a.c -o a.o
done

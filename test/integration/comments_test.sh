# A change of comments alone is a direct hit where nothing can tell, and no hit where something does.
. "$(dirname "$0")/lib.sh"

# edit HOW FILE TEXT WORDS…: FILE gets TEXT; then the words give what the bare compiler gives, and end as HOW.
edit() {
  local how=$1
  put "$2" <<<"$3"
  shift 3
  same_once "$*" "$how" -- "$@"
}

for cc in $(c_compilers); do
  fresh "$cc"
  put a.h <<<$'#pragma once\nint one(int); // one'
  put a.c <<<$'#include "a.h"\nint a(int x) { return one(x); } /* first */'
  same_once cold miss -- "$cc" -O2 -c a.c -o a.o
  edit direct a.h $'#pragma once\nint one(int); // something longer' "$cc" -O2 -c a.c -o a.o
  edit direct a.h $'#pragma once\nint one(int);' "$cc" -O2 -c a.c -o a.o
  edit direct a.c $'#include "a.h" // why\nint a(int x) { return one(x); } /* second */' "$cc" -O2 -c a.c -o a.o
  edit miss a.c $'#include "a.h" // why\nint a(int x) { return one(x + 1); } /* second */' "$cc" -O2 -c a.c -o a.o
  edit miss a.h $'#pragma once\nint one(int); //* one\n#define one two' "$cc" -O2 -c a.c -o a.o

  fresh "$cc, columns in the object"
  put a.c <<<$'int a(int x) { /* one */ return x; }'
  same_once cold miss -- "$cc" -g -c a.c -o a.o
  how=direct
  is_clang "$cc" && how=miss # its debug information has a digest of the source
  edit $how a.c $'int a(int x) { /* two */ return x; }' "$cc" -g -c a.c -o a.o
  edit miss a.c $'int a(int x) { /* three */ return x; }' "$cc" -g -c a.c -o a.o

  fresh "$cc, messages that show source lines"
  put a.c <<<$'int a(int x) { int unused; return x; } // one'
  same_once cold miss -- "$cc" -Wall -c a.c -o a.o
  edit miss a.c $'int a(int x) { int unused; return x; } // two' "$cc" -Wall -c a.c -o a.o
  same_once warm direct -- "$cc" -Wall -c a.c -o a.o

  fresh "$cc, comments that are told of"
  put a.c <<<$'int a; // one\nint b;'
  same_once cold miss -- "$cc" -Wall -c a.c -o a.o
  edit miss a.c $'int a; // one /* in it\nint b;' "$cc" -Wall -c a.c -o a.o
  edit miss a.c $'int a; // on \\\nint b;' "$cc" -Wall -c a.c -o a.o

  fresh "$cc, a comment that silences a warning"
  put a.c <<<$'int a(int x) { switch (x) { case 1: x++; /* falls through */\ncase 2: x--; } return x; }'
  same_once cold miss -- "$cc" -Wextra -c a.c -o a.o
  edit miss a.c $'int a(int x) { switch (x) { case 1: x++; /* goes on */\ncase 2: x--; } return x; }' "$cc" -Wextra -c a.c -o a.o

  fresh "$cc, lines and strings"
  put a.c <<<$'#define A 1 /* x\n  */ + 2\nconst char *s = "// no"; int a = A;'
  same_once cold miss -- "$cc" -c a.c -o a.o
  edit any a.c $'#define A 1 /* x */\n     + 2;\nconst char *s = "// no"; int a = A;' "$cc" -c a.c -o a.o
  edit miss a.c $'#define A 1 /* y\n  */ + 2\nconst char *s = "// on"; int a = A;' "$cc" -c a.c -o a.o

  fresh "$cc, indentation and macros that a warning sees"
  export CCACHE_NODIRECT=1
  put a.c <<<$'int g(void);\nint f(int x) {\n  if (x)\n\tg();\n g();\n return 1; }'
  same_once cold cacheable -- "$cc" -Wall -Werror -c a.c -o a.o
  edit any a.c $'int g(void);\nint f(int x) {\n  if (x)\n\tg();\n\tg();\n return 1; }' "$cc" -Wall -Werror -c a.c -o a.o
  put a.c <<<$'#define M x == x\nint f(int x) { if (M) return 1; return 0; }'
  same_once cold cacheable -- "$cc" -Wall -c a.c -o a.o
  edit cacheable a.c $'\nint f(int x) { if (x == x) return 1; return 0; }' "$cc" -Wall -c a.c -o a.o
  unset CCACHE_NODIRECT
done

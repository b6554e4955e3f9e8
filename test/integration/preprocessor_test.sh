# Preprocessor mode: what the preprocessor prints decides; the second look-up on a direct miss.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  put a.h <<<'#define ANSWER 42 /* one */'
  put a.c <<<$'#include "a.h"\nint a(void) { return ANSWER; }'
  export CCACHE_NODIRECT=1
  same_as_compiler "without direct mode" miss preprocessed -- "$cc" -c a.c -o a.o
  same_as_compiler "with a dependency file" cacheable preprocessed -- "$cc" -MD -c a.c -o a.o
  same_as_compiler "with debug information" cacheable preprocessed -- "$cc" -g -c a.c -o a.o
  put a.h <<<'#define ANSWER 42 /* two */'
  same_once "another comment" preprocessed -- "$cc" -c a.c -o a.o
  CCACHE_COMMENTS=1 same_as_compiler "comments kept" cacheable preprocessed -- "$cc" -c a.c -o a.o
  put a.h <<<'#define ANSWER 43'
  same_once "another value" miss -- "$cc" -c a.c -o a.o
  put a.c <<<$'#include "a.h"\n\n\nint a(void) { return ANSWER + __LINE__; }'
  same_as_compiler "another line" miss preprocessed -- "$cc" -c a.c -o a.o
  unset CCACHE_NODIRECT

  put a.h <<<'#define ANSWER 44 /* one */'
  same_once "direct mode again" miss -- "$cc" -c a.c -o a.o
  put a.h <<<$'#define ANSWER 44 /* one */\n#define UNUSED 1'
  same_as_compiler "direct miss, preprocessed hit, then direct" preprocessed direct -- "$cc" -c a.c -o a.o
  put a.h <<<'#define ANSWER 44 /* one */'
  same_once "the first comment" direct -- "$cc" -c a.c -o a.o

  # The warning's text quotes the source: the file's line has changed though the preprocessor's output has not.
  put w.c <<<'int w(int x) { if (x = 1) return 2; return x; } /* one */'
  same_as_compiler "warning" miss direct -- "$cc" -Wall -c w.c -o w.o
  put w.c <<<'int w(int x) { if (x = 1) return 2; return x; } /* two */'
  same_once "warning with another comment" cacheable -- "$cc" -Wall -c w.c -o w.o

  put e.c <<<$'#error stop here\nint a;'
  same_as_compiler "preprocessor error" any -- "$cc" -c e.c -o e.o
  CCACHE_NODIRECT=1 same_as_compiler "preprocessor error, not direct" any -- "$cc" -c e.c -o e.o
  put n.c <<<'#include "not_there.h"'
  same_as_compiler "missing header" any -- "$cc" -c n.c -o e.o
  put w2.c <<<$'#warning careful\nint a;'
  same_as_compiler "preprocessor warning" -- "$cc" -c w2.c -o w.o
  CCACHE_NODIRECT=1 same_as_compiler "preprocessor warning, not direct" cacheable preprocessed -- "$cc" -c w2.c -o w.o

  # Several megabytes of preprocessed text.
  { for ((i = 0; i < 40000; i++)); do echo "extern int function_with_a_rather_long_name_$i(int first_argument, const char *second_argument, void *third);"; done; } | put big.h
  put big.c <<<$'#include "big.h"\nint big;'
  CCACHE_NODIRECT=1 same_as_compiler "large text" miss preprocessed -- "$cc" -c big.c -o big.o
done

# With -g the columns of all text are in the object; a header of macros alone (config.h) has none.
for cc in $(c_compilers); do
  fresh "a header of macros, $cc"
  put config.h <<<$'#define WHEN "yesterday"\n#define VALUE 1'
  put main.c <<<$'#include "config.h"\nint value(void) { return VALUE; }'
  compile miss "$cc" -g -c main.c
  put config.h <<<$'#define WHEN "today, rather late"\n#define VALUE 1'
  compile preprocessed "$cc" -g -c main.c
  put config.h <<<$'#define WHEN "today, rather late"\n#define VALUE 2'
  compile miss "$cc" -g -c main.c
done

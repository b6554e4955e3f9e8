# An exact repeat is answered from its record, and from nothing else than that: every change of what it depends on shows in the result.
. "$(dirname "$0")/lib.sh"

export CCACHE_LOGFILE=$TOP/log

# Whether the last compile was answered by its record.
replayed() { tail -n 1 "$CCACHE_LOGFILE" | tr -d '\r' | grep -q 'Done in .* ms, replayed$'; }

# missed "what happened" WORDS…: a compile, and a hit by content, which makes the record.
missed() {
  compile_as ordinary "$@"
  compile_as ordinary "$1, served by content" "${@:2}"
}

# compile_as answered|ordinary "what happened" WORDS…: compiles, and compares with the bare compiler.
compile_as() {
  local expected=$1
  context=$2
  shift 2
  rm -f out.o out.d
  "$@" 2>bare.err || fail "the bare compiler fails"
  mv out.o bare.o
  [[ -f out.d ]] && mv out.d bare.d
  deja "$@" 2>deja.err || fail "deja fails"
  cmp out.o bare.o || fail "another object"
  [[ ! -f bare.d ]] || cmp out.d bare.d || fail "another dependency file"
  cmp deja.err bare.err || fail "other diagnostics"
  if [[ $expected == answered ]]; then
    replayed || fail "not answered by the record: $(tail -n 3 "$CCACHE_LOGFILE")"
  else
    ! replayed || fail "answered by a record that does not hold any more"
  fi
}

fresh "the first compile and its repeat"
mkdir early late build
put late/header.h <<<'int from_header(void) { return 1; }'
put source.c <<<$'#include <header.h>\n#warning "said each time"\nint source(void) { return from_header(); }'
words=(gcc -Iearly -Ilate -MMD -c source.c -o out.o)
age
missed "the first time" "${words[@]}"
compile_as answered "again" "${words[@]}"
compile_as answered "a file that does not matter came" "${words[@]}"
objects=$(stat_of direct_cache_hit)
compile_as answered "counted" "${words[@]}"
[[ $(stat_of direct_cache_hit) == $((objects + 1)) ]] || fail "not counted as a direct hit"

touch source.c
compile_as answered "source touched" "${words[@]}"
put late/header.h <<<'int from_header(void) { return 2; }'
age
missed "header edited" "${words[@]}"
compile_as answered "and again" "${words[@]}"
put early/header.h <<<'int from_header(void) { return 3; }'
age
missed "a header came that is found earlier" "${words[@]}"
compile_as answered "and again" "${words[@]}"
rm early/header.h
age
compile_as ordinary "it went" "${words[@]}"
compile_as answered "and again" "${words[@]}"

CPATH=early compile_as ordinary "a variable that matters" "${words[@]}"
EDITOR=ed compile_as answered "a variable that does not" "${words[@]}"
CCACHE_NODIRECT=1 compile_as ordinary "no direct mode" "${words[@]}"
CCACHE_DISABLE=1 compile_as ordinary "disabled" "${words[@]}"
CCACHE_RECACHE=1 compile_as ordinary "recache" "${words[@]}"
compile_as answered "as before" "${words[@]}"

echo "max_files = 0" >"$CCACHE_DIR/ccache.conf"
age
compile_as ordinary "a configuration file came" "${words[@]}"
compile_as answered "and again" "${words[@]}"
rm -f out.o
ln -s elsewhere.o out.o
deja "${words[@]}" 2>/dev/null
[[ -L out.o && -s elsewhere.o ]] || fail "the output was a link, and is none any more"
rm out.o

fresh "called by a link"
put source.c <<<'int source(void) { return 1; }'
mkdir bin
ln -s "$DEJA" bin/gcc
age
missed "by its own name" gcc -c source.c -o out.o
PATH=$W/bin:$PATH gcc -c source.c -o out.o || fail "by the link"
PATH=$W/bin:$PATH gcc -c source.c -o out.o || fail "by the link"
replayed || fail "not answered by the record: $(tail -n 3 "$CCACHE_LOGFILE")"

# The driver is not all of a compiler: an assembler found earlier on PATH, programs below -B and COMPILER_PATH, gcc's specs make other
# objects. Each change shows at once, in every mode and where a record could have answered.
. "$(dirname "$0")/lib.sh"
[[ -z $RUN ]] || skip "runs the native program"
assembler=$(command -v as) || skip "no assembler on PATH"

# An assembler that defines a symbol more, named after its folder.
other_assembler() {
  mkdir -p "$1"
  printf '#!/bin/sh\nexec %s --defsym made_by_%s=1 "$@"\n' "$assembler" "$2" >"$1/as"
  chmod +x "$1/as"
}

# as_bare "what happened" WORDS…: the bare compiler's object, twice, the second time from a record where there is one.
as_bare() {
  local what=$1 turn
  shift
  "$@" 2>bare.err || fail "$what: the bare compiler fails: $(cat bare.err)"
  mv out.o bare.o
  for turn in first second; do
    deja "$@" || fail "$what: deja fails"
    cmp -s out.o bare.o || fail "$what: another object, the $turn time"
  done
}

# Only direct mode has records, which need files that are old enough.
grown() { if [[ -z ${mode:-} || $mode == CCACHE_DIRECT=1 ]]; then age; else settle; fi; }

for mode in CCACHE_DIRECT=1 CCACHE_NODIRECT=1 CCACHE_DEPEND=1; do
  export "$mode"
  for cc in $(c_compilers); do
    # Which programs a compiler starts does not depend on the mode.
    is_clang "$cc" && [[ $mode != CCACHE_DIRECT=1 ]] && continue
    fresh "$cc, $mode"
    external=()
    if is_clang "$cc"; then external=(-fno-integrated-as); fi
    put a.c <<<'int a(int x) { return x; }'
    mkdir first below
    usual=$PATH
    words=("$cc" "${external[@]}" -c a.c -o out.o)
    export PATH=$W/first:$usual
    grown
    as_bare "the usual assembler" "${words[@]}"
    other_assembler first one
    grown
    as_bare "another one came, earlier on PATH" "${words[@]}"
    other_assembler first two
    grown
    as_bare "it changed" "${words[@]}"
    chmod -x first/as
    grown
    as_bare "it cannot be run any more" "${words[@]}"
    export PATH=$usual
    as_bare "PATH without it" "${words[@]}"

    words=("$cc" "${external[@]}" -Bbelow -c a.c -o out.o)
    as_bare "nothing below -B" "${words[@]}"
    other_assembler below three
    grown
    as_bare "an assembler below -B" "${words[@]}"
    other_assembler below four
    grown
    as_bare "it changed" "${words[@]}"

    words=("$cc" "${external[@]}" -c a.c -o out.o)
    export COMPILER_PATH=$W/below
    as_bare "COMPILER_PATH" "${words[@]}"
    other_assembler below five
    grown
    as_bare "what it leads to changed" "${words[@]}"
    rm below/as
    grown
    as_bare "nothing there" "${words[@]}"
    unset COMPILER_PATH
  done
  unset "${mode%=*}"
done

mode=
if command -v gcc >/dev/null; then
  fresh "specs below -B"
  put a.c <<<'int a(int x) { return x * 3; }'
  mkdir below
  words=(gcc -Bbelow -c a.c -o out.o)
  grown
  as_bare "none" "${words[@]}"
  printf '*cc1:\n+ -O2\n\n' >below/specs
  grown
  as_bare "some" "${words[@]}"
  printf '*cc1:\n+ -Os\n\n' >below/specs
  grown
  as_bare "others" "${words[@]}"
fi

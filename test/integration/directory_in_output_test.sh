# An output that holds the working directory's name, by an option that no table knows to do that, serves no other directory.
. "$(dirname "$0")/lib.sh"

for words in "gcc -O2 -gno-dwarf" "clang-14 -gmodules" "clang-14 -Wall -fdiagnostics-absolute-paths"; do
  compiler=${words%% *}
  [[ $(available "$compiler") ]] || continue
  fresh "$words"
  for directory in p q; do
    put "$directory/a.c" <<<'struct s { int x; } a; int f(int *p) { int u; return *p; }'
    cd "$W/$directory" || exit 1
    for run in cold warm; do
      # shellcheck disable=SC2086  # words are meant
      $words -c a.c -o bare.o 2>bare.txt
      # shellcheck disable=SC2086
      deja $words -c a.c -o ours.o 2>ours.txt || fail "exit code $?"
      cmp bare.o ours.o && cmp bare.txt ours.txt || fail "in $directory, $run: differs"
    done
    cd "$W" || exit 1
  done
done

fresh "a directory that is keyed, or that nobody minds"
put p/a.c <<<'int a;'
cd p || exit 1
for words in "-g" "-DA=\"$PWD\""; do
  # shellcheck disable=SC2086
  compile miss gcc $words -c a.c
  # shellcheck disable=SC2086
  compile direct gcc $words -c a.c
done

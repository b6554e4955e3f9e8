# Coverage and profiles: .gcno files in both naming forms, and profiles that are read.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  mkdir sub one two
  put a.c <<<'int a(int x) { return x ? 1 : 2; }'
  # GCC's files hold a stamp of the time unless it gets a seed.
  seed=-frandom-seed=1
  age
  is_clang "$cc" && seed=
  for form in "--coverage" "-coverage" "-fprofile-arcs -ftest-coverage" "-ftest-coverage" "-fprofile-arcs" "-g --coverage" "--coverage -MD" "-fprofile-generate"; do
    for output in "-o a.o" "-o sub/x.y.o" "-o noending" ""; do
      [[ $output == "-o a.o" || $form == --coverage ]] || continue
      # shellcheck disable=SC2086  # words are meant
      same_as_compiler "$form $output" -- "$cc" $seed $form -c a.c $output
    done
  done
  is_clang "$cc" || same_as_compiler "-fprofile-abs-path" cacheable hit -- "$cc" $seed --coverage -fprofile-abs-path -c a.c -o a.o

  # The folder is in the .gcno file; the object's path is in the object.
  for folder in one two one; do
    cp -p a.c "$folder"
    cd "$folder" || exit 1
    # shellcheck disable=SC2086
    same_once "in $folder" cacheable -- "$cc" $seed --coverage -c a.c -o a.o
    cd ..
    # shellcheck disable=SC2086
    same_once "object in $folder" cacheable -- "$cc" $seed --coverage -c a.c -o "$folder/a.o"
  done

  # A profile that is used is an input.
  if ! is_clang "$cc"; then
    put m.c <<<'int f(int x) { return x > 3 ? x * 2 : x - 1; } int main(int n, char **v) { int s = 0; for (int i = 0; i < 1000; i++) s += f(i * n); return s == 5; }'
    "$cc" -O2 -fprofile-generate m.c -o m && ./m
    profile=$(echo ./*.gcda)
    [[ -f $profile ]] || fail "no profile: $(ls)"
    [[ $profile -ef m.gcda ]] || mv "$profile" m.gcda
    same_as_compiler "-fprofile-use" cacheable hit -- "$cc" -O2 -fprofile-use=m.gcda -c m.c -o m.o
    same_as_compiler "-fprofile-use, found by name" cacheable hit -- "$cc" -O2 -fprofile-use -c m.c -o m.o
    mv m.gcda kept
    same_once "-fprofile-use, file gone" any -- "$cc" -O2 -fprofile-use=m.gcda -c m.c -o m.o
    same_once "-fprofile-use, file gone, found by name" any -- "$cc" -O2 -fprofile-use -c m.c -o m.o
  fi
done

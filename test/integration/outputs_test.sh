# Where the object goes: no -o, other folders, odd names, things that are in the way.
. "$(dirname "$0")/lib.sh"

# What the words make of $file where that has a second name: how many names are left, and what both hold.
two_names() {
  rm -f "$file" target
  printf old >target
  ln target "$file"
  # shellcheck disable=SC2086  # words are meant
  "$@" $words || fail "exit code $?: $words"
  stat -c %h target "$file"
  cksum target "$file"
}

for cc in $(c_compilers); do
  fresh "$cc"
  mkdir sub "s p" ünï
  put a.c <<<'int a(void) { return 1; }'
  for name in "b c.c" "ä.c" "a.b.c" "日本.c" "q'uote.c" 'd"q.c' 'dol$lar.c' "-dash.c" "per%cent.c" "back\\slash.c" "semi;colon.c" "#hash.c" "@at.c" noending.x.c; do cp -p a.c "./$name"; done
  for name in ./*.c; do
    is_clang "$cc" || same_as_compiler "$name" -- "$cc" -c "$name" -o out.o
    same_as_compiler "$name, -MD, no -o" -- "$cc" -MD -c "$name"
  done
  age
  # What follows -o is read alike for all compilers, and what is there already is met in the same way.
  outputs=(out.o "sub/../out.o" noending .hidden)
  is_clang "$cc" || outputs+=(-oout.o "sub/out.o" "s p/o ut.o" "ünï/日本.o" "./sub/../out.o" "$W/abs.o" out noending. "out.c.o" "sub/./x")
  for output in "${outputs[@]}"; do
    if [[ $output == -o* ]]; then words=("$output"); else words=(-o "$output"); fi
    same_as_compiler "to $output" -- "$cc" -c a.c "${words[@]}"
  done
  cp -p a.c sub/b.c
  same_as_compiler "source elsewhere, no -o" -- "$cc" -c sub/b.c
  same_as_compiler "absolute source, no -o" -- "$cc" -c "$W/sub/b.c"
  cd sub || exit 1
  same_as_compiler "source above, no -o" -- "$cc" -c ../a.c
  cd ..

  same_as_compiler "-o -" any -- "$cc" -c a.c -o -
  same_as_compiler "-S -o -" any -- "$cc" -S a.c -o -
  same_as_compiler "-o /dev/null" any -- "$cc" -c a.c -o /dev/null
  [[ -c /dev/null ]] || fail "/dev/null is gone"
  same_as_compiler "-o /dev/stdout" any -- "$cc" -S a.c -o /dev/stdout
  same_as_compiler "missing folder" any -- "$cc" -c a.c -o not/there/a.o
  same_as_compiler "a folder as output" any -- "$cc" -c a.c -o sub
  same_as_compiler "empty output name" any -- "$cc" -c a.c -o ""
  same_as_compiler "no output name" any -- "$cc" -c a.c -o
  same_as_compiler "two outputs" any -- "$cc" -c a.c -o one.o -o two.o
  same_as_compiler "output over the source" any -- "$cc" -c a.c -o a.c
  same_as_compiler "source as output, no ending" any -- "$cc" -x c -c a.c -o a.c

  # Something is there already.
  aged=
  "$cc" -c -O2 "b c.c" -o there.o
  same_as_compiler "over a file" -- "$cc" -c a.c -o there.o
  chmod 444 there.o
  same_as_compiler "over a read-only file" -- "$cc" -c a.c -o there.o
  chmod 755 there.o
  same_as_compiler "over an executable file" -- "$cc" -c a.c -o there.o
  ln there.o other-name.o
  same_as_compiler "over a file with two names" -- "$cc" -c a.c -o there.o
  printf old >target
  ln -s target link.o
  same_as_compiler "through a link" -- "$cc" -c a.c -o link.o
  ln -s nowhere dangling.o
  same_as_compiler "through a link to nothing" -- "$cc" -c a.c -o dangling.o
  ln -s /dev/null null.o
  same_as_compiler "through a link to a device" any any -- "$cc" -c a.c -o null.o
  rm ./*.o target

  # Compilers write some files anew and others over: what is there shows which.
  put a.s <<<$'.globl a\na:\n ret'
  put a.hh <<<'int h;'
  kinds=("a.o -c a.c" "a.s.o -c a.s -o a.s.o" "a.d -MD -c a.c" "out.s -S a.c -o out.s" "a.su -fstack-usage -c a.c" "a.gcno -frandom-seed=7 -ftest-coverage -c a.c" "a.dwo -g -gsplit-dwarf -c a.c"
    "list.al -Wa,-a=list.al -c a.s")
  if is_clang "$cc"; then
    kinds+=("a.dia --serialize-diagnostics a.dia -c a.c" "a.bc -emit-llvm -c a.c")
  else
    kinds+=("a.ci -fcallgraph-info -c a.c" "a.c.000i.ipa-clones -O2 -fdump-ipa-clones -c a.c")
  fi
  for kind in "${kinds[@]}"; do
    read -r file words <<<"$kind"
    case $file in list.al | a.ci) is_clang "$cc" && continue ;; esac
    for state in 600 444 link dangling; do
      rm -f "$file" target
      case $state in
        link) printf old >target && ln -s target "$file" ;;
        dangling) ln -s target "$file" ;;
        *) printf old >"$file" && chmod $state "$file" ;;
      esac
      # shellcheck disable=SC2086  # words are meant
      same_as_compiler "$file over $state: $words" -- "$cc" $words
    done
    bare=$(two_names "$cc")
    for run in cold warm; do
      [[ $(two_names deja "$cc") == "$bare" ]] || fail "$file with two names, $run: not as after the bare compiler: $words"
    done
    rm -f ./*.o a.d "$file" target
  done
  for mask in 077 $(is_clang "$cc" || echo 002 027); do
    umask $mask
    same_as_compiler "umask $mask" -- "$cc" -MD -c a.c -o masked.o
  done
  umask 022
done

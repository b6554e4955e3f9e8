# Signals that end a compiler end deja the same way, and leave nothing behind.
. "$(dirname "$0")/lib.sh"

fresh "sent to deja while the compiler runs"
mkdir bin
# Stands for a compiler that takes its time; says when it has begun.
cat >bin/gcc <<'S'
#!/bin/sh
case " $* " in *" -E "*) echo "int a;"; exit 0 ;; esac
echo begun >"$BEGUN"
exec sleep 30
S
chmod +x bin/gcc
put a.c <<<'int a;'
mkfifo begun
export BEGUN=$W/begun CCACHE_TEMPDIR=$TOP/temporary
for signal in INT TERM HUP QUIT USR1 USR2 ALRM XCPU VTALRM PROF; do
  # A background shell ignores INT and QUIT; setsid's child of an interactive one would not.
  python3 - "$signal" "$DEJA" "$W/bin/gcc" <<'P' || fail "SIG$signal: not ended by it"
import os, signal, subprocess, sys
number = getattr(signal, "SIG" + sys.argv[1])
for each in (signal.SIGINT, signal.SIGQUIT):
    signal.signal(each, signal.SIG_DFL)
child = subprocess.Popen([sys.argv[2], sys.argv[3], "-c", "a.c", "-o", "a.o"])
with open(os.environ["BEGUN"]) as begun:
    begun.read()
child.send_signal(number)
sys.exit(0 if child.wait(20) == -number else 1)
P
  ! pgrep -f "^sleep 30$" >/dev/null || fail "SIG$signal: the compiler goes on"
  [[ -z $(find . -name '.*' -type f) && ! -e a.o ]] || fail "SIG$signal: something is left beside the object"
  [[ -z $(ls "$CCACHE_TEMPDIR" 2>/dev/null) ]] || fail "SIG$signal: $(ls "$CCACHE_TEMPDIR") is left"
done

fresh "outputs of the compiler's own choosing"
put o.m <<<$'@interface A\n- (int) x;\n@end'
put a.c <<<'int a;'
OUT="a.o b.o a.d b.d o.m.decl o.decl"
same_as_compiler "two -o" any any -- gcc -c a.c -o b.o -o a.o -MD
same_as_compiler "declarations" any any -- gcc -gen-decls -c o.m -o a.o
for file in /dev/fd/1 /dev/stderr; do same_as_compiler "-MF $file" any any -- gcc -c a.c -o a.o -MD -MF $file; done
umask 077
for program in "" "$DEJA"; do
  rm -f a.o other.o
  install -m 640 /dev/null a.o
  ln a.o other.o
  $program gcc -c a.c -o a.o || fail "exit code $?"
  seen=$(stat -c '%a %h' a.o other.o)
  [[ -n $program ]] || bare=$seen
done
[[ $seen == "$bare" ]] || fail "an object with a mode and another name: $seen, bare $bare"

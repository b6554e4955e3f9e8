# Launchers in a row, by whatever name: the compile happens once, and is cached.
. "$(dirname "$0")/lib.sh"

fresh "names"
put a.c <<<'int a;'
gcc -c a.c -o bare.o
mkdir links copies copies2
ln -s "$DEJA" links/ccache
ln -s "$DEJA" links/deja
cp "$DEJA" copies/gcc
cp "$DEJA" copies2/gcc
once() {
  rm -rf a.o "$CCACHE_DIR"
  "$@" 2>err || fail "exit code $? from: $*: $(cat err)"
  cmp -s a.o bare.o || fail "another object from: $*"
  stat_is cache_miss "${expected:-1}"
  "$@" || fail "again: exit code $? from: $*"
  stat_is cache_miss "${expected:-1}"
}
once "$DEJA" "$DEJA" gcc -c a.c -o a.o
once "$DEJA" stats=true "$DEJA" direct_mode=true gcc -c a.c -o a.o
once links/ccache links/deja gcc -c a.c -o a.o
PATH=$W/links:$PATH once ccache ccache gcc -c a.c -o a.o
once "$DEJA" /usr/bin/ccache gcc -c a.c -o a.o
PATH=$W/copies:$W/copies2:$PATH once gcc -c a.c -o a.o
PATH=$W/copies:$W/copies2:$PATH once "$DEJA" gcc -c a.c -o a.o
expected=0 once "$DEJA" /usr/bin/env gcc -c a.c -o a.o
for link in links/ccache links/deja; do
  [[ $($link --version | head -n 1) == "ccache version "*"this is deja"* ]] || fail "$link --version says $($link --version)"
  $link -s >/dev/null || fail "$link -s: exit code $?"
done
mkdir other && cp "$DEJA" other/gcc
PATH=$W/other gcc -c a.c -o a.o 2>err && fail "without a compiler it ended well"
grep -q '^deja: error: ' err || fail "no word about the missing compiler: $(cat err)"

context="a copy where there is no /proc"
((EUID == 0)) || skip "needs root for a chroot"
mkdir -p root/bin root/w root/tmp
cp "$DEJA" root/bin/deja && cp "$DEJA" root/bin/tool
printf 'int main(void) { return 0; }' >tool.c && gcc -static -o root/bin/gcc tool.c
cp a.c root/w
chroot root /bin/deja deja gcc -c w/a.c -o w/a.o || fail "in a chroot: exit code $?"

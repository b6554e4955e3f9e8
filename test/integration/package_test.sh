# The .deb: free of lintian's errors, installed, used and removed again, below a directory of its own.
. "$(dirname "$0")/lib.sh"

command -v dpkg >/dev/null && ((EUID == 0)) || skip "dpkg and root are needed"
(cd "$(dirname "$DEJA")" && cpack -G DEB -B "$TOP/package") >"$TOP/cpack.txt" 2>&1 || fail "cpack: $(tail -5 "$TOP/cpack.txt")"
package=$(echo "$TOP"/package/deja_*.deb)
if command -v lintian >/dev/null; then
  complaints=$(lintian --fail-on error "$package" 2>&1) || fail "lintian: $complaints"
fi

root=$TOP/root
mkdir -p "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info"
touch "$root/var/lib/dpkg/status"
on_root() { dpkg --root="$root" --log=/dev/null "$@" >"$TOP/dpkg.txt" 2>&1 || fail "dpkg $*: $(cat "$TOP/dpkg.txt")"; }
fresh used
on_root --install "$package"
echo 'int main(void) { return 0; }' | put a.c
for round in miss hit; do
  PATH=$root/usr/lib/deja:$PATH gcc -c a.c -o "$round.o" || fail "gcc by its link, $round"
done
gcc -c a.c -o bare.o
cmp bare.o miss.o && cmp bare.o hit.o || fail "the outputs differ"
[[ $("$root/usr/bin/deja" --print-stats | grep -P '^direct_cache_hit\t') == $'direct_cache_hit\t1' ]] || fail "no hit"
zcat "$root/usr/share/man/man1/deja.1.gz" | grep -q '^\.SH OPTIONS' || fail "no manual page"
for file in bash-completion/completions/deja zsh/vendor-completions/_deja fish/vendor_completions.d/deja.fish; do
  [[ -s $root/usr/share/$file ]] || fail "no $file"
done

on_root --purge deja
left=$(find "$root/usr" ! -type d 2>/dev/null)
[[ -z $left ]] || fail "left behind: $left"

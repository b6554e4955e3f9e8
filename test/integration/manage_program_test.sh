# deja becomes deja-manage for options of its own: from anywhere, with its exit codes; without it compiles go on.
. "$(dirname "$0")/lib.sh"

# What every compile runs has no streams of the C++ library, whose initialisers cost page faults in each process.
if command -v nm >/dev/null; then
  ! nm -C "$DEJA" | grep -qE 'ios_base::Init|std::locale::classic|CLI::App' || fail "deja holds iostream, locale or CLI11"
fi

fresh by a link, from another directory
mkdir -p "$TOP/bin"
ln -s "$DEJA" "$TOP/bin/ccache"
cd / && "$TOP/bin/ccache" --print-version >"$TOP/version" || fail "exit code $?"
[[ $(<"$TOP/version") == "$(deja --print-version)" ]] || fail "another version"
"$TOP/bin/ccache" --bogus 2>/dev/null
[[ $? == 1 ]] || fail "an unknown option does not end with 1"

fresh without deja-manage
cp "$DEJA" "$TOP/bin/deja"
! PATH=/usr/bin:/bin "$TOP/bin/deja" -s 2>err || fail "options work without deja-manage"
[[ $(wc -l <err) == 1 && $(<err) == *"deja: error: find 'deja-manage'"* ]] || fail "said: $(<err)"
echo 'int x;' | put a.c
PATH=/usr/bin:/bin "$TOP/bin/deja" gcc -c a.c || fail "compiles need deja-manage"

fresh found in each place
found() { "$TOP/bin/deja" --print-version >/dev/null || fail "not found $1"; }
CCACHE_LIBEXEC_DIRS=$(dirname "$DEJA") found "in libexec_dirs"
PATH=$(dirname "$DEJA"):$PATH found "on PATH"
mkdir -p "$TOP/libexec/deja"
cp "$(dirname "$DEJA")/deja-manage" "$TOP/libexec/deja/"
found "in ../libexec/deja"
mv "$TOP/libexec/deja/deja-manage" "$TOP/bin/"
found "beside deja"

# Minor faults of the process itself, the fewest of five: what else runs on the machine adds to them.
fewest_faults() {
  PYTHONCOERCECLOCALE=0 python3 -c '
import os, sys
def faults():
    pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
    return os.wait4(pid, 0)[2].ru_minflt
print(min(faults() for _ in range(5)))' "$@"
}
fresh page faults of a content hit
echo 'int x;' | put a.c
export CCACHE_STATSLOG=$TOP/stats.log # keeps replay away
deja gcc -c a.c && deja gcc -c a.c
faults=$(fewest_faults "$DEJA" gcc -c a.c)
echo "page faults of a content hit: $faults"
((faults <= 130)) || fail "a content hit has $faults page faults"
[[ $(stat_of direct_cache_hit) == 6 ]] || fail "these were no content hits"

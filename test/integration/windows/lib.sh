# What the tests under Wine share: lib.sh of the folder above, with TinyCC as the compiler, found on Windows' PATH as `tcc`.
# Run by misc/windows/check, which starts Wine:   RUN=wine TCC=/path/to/tcc.exe HOLD=/path/to/hold_file.exe bash hits_test.sh /path/to/deja.exe
. "$(dirname "$0")/../lib.sh"
[[ -n $RUN && -f ${TCC:-} ]] || skip "needs RUN and TCC, see misc/windows/check"
export LC_ALL=C.UTF-8 # with which Wine takes names from the command line
export CCACHE_COMPILERTYPE=gcc

windows_path() { printf 'Z:%s' "${1//\//\\}"; }
WINEPATH=$(windows_path "$(dirname "$TCC")")
export WINEPATH

# Output to files: a pipe could stay open in a program of Wine's own.
in_wine() {
  local code=0
  $RUN "$@" >"$TOP/wine.out" 2>"$TOP/wine.err" </dev/null || code=$?
  cat "$TOP/wine.out"
  cat "$TOP/wine.err" >&2
  return "$code"
}
deja() { in_wine "$DEJA" "$@"; }
tcc() { in_wine "$TCC" "$@"; }

# The number of lines in the log that say so.
logged() { tr -d '\r' <"${2:-$TOP/log}" | grep -cE -- "$1" || true; }

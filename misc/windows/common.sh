# Sourced by the scripts beside it: folders, and Wine in a form that cannot hang a pipe or touch the user's own prefix.
set -euo pipefail
deja_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
windows=${DEJA_WINDOWS_BUILD:-$deja_root/build/windows}
sources=$windows/sources
root=$windows/root
jobs=${JOBS:-$(nproc)}
mkdir -p "$windows"

say() { printf '%s\n' "windows: $*"; }
# Exit code 77: CTest and misc/check count it as skipped.
skip() {
  say "SKIP: $*"
  exit 77
}
need() {
  local program
  for program; do command -v "$program" > /dev/null || skip "$program is not installed (see docs/windows.md)"; done
}

# The loader itself: Debian's wrapper script prints advice about 32 bits.
wine_loader() {
  local candidate
  for candidate in /usr/lib/wine/wine64 wine64 wine; do
    command -v "$candidate" > /dev/null && { echo "$candidate"; return; }
  done
  return 1
}
wine_server() {
  local candidate
  for candidate in /usr/lib/wine/wineserver64 wineserver; do
    command -v "$candidate" > /dev/null && { echo "$candidate"; return; }
  done
  return 1
}

# Wine puts a page at 0x7ffe0000, and one process in some thousands finds its randomly placed heap there ("failed to map the shared user data"):
# it ends with 1 before it has run any of the program, and with WINEDEBUG=-all without a word. Where that is allowed, nothing is placed at random.
wine_script() {
  local fixed=
  setarch -R true 2> /dev/null && fixed="setarch -R "
  printf '#!/bin/sh\nexec %s%s "$@"\n' "$fixed" "$(wine_loader)" > "$windows/wine.$$"
  chmod +x "$windows/wine.$$"
  mv "$windows/wine.$$" "$windows/wine"
  echo "$windows/wine"
}

# Starts Wine's server, which stays for a minute after its last program, with a prefix of our own.
wine_start() {
  wine_loader > /dev/null && server=$(wine_server) || skip "Wine is not installed (see docs/windows.md)"
  wine=$(wine_script)
  # That one message tells the reason where a process could not even be started.
  export WINEPREFIX=$windows/prefix WINEDEBUG=-all,err+virtual WINEARCH=win64 WINEDLLOVERRIDES="mscoree=;mshtml=;winemenubuilder.exe=" DISPLAY=
  mkdir -p "$WINEPREFIX"
  "$server" -p60 > /dev/null 2>&1 < /dev/null || true
  if [[ ! -f $WINEPREFIX/ready ]]; then
    timeout 180 "$wine" wineboot -i > "$windows/wineboot.log" 2>&1 < /dev/null || skip "Wine does not start here, see $windows/wineboot.log"
    touch "$WINEPREFIX/ready"
  fi
}
wine_stop() { "$server" -k > /dev/null 2>&1 < /dev/null || true; }

# in_wine OUTPUT PROGRAM ARGUMENTS…: both outputs to a file; a pipe would stay open in Wine's server.
in_wine() {
  local output=$1
  shift
  timeout "${WINE_TIMEOUT:-300}" "$wine" "$@" > "$output" 2>&1 < /dev/null
}

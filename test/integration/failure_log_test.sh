# When the cache fails, the build goes on, and the log names the cause in one line a run; an unwritable log costs nothing.
. "$(dirname "$0")/lib.sh"

cc=(gcc -Wall -MD -c a.c -o a.o)
prepare() {
  fresh "$1"
  put a.h <<<'#define A 1'
  put a.c <<<$'#include "a.h"\nint a(int x) { int unused; return x + A; }'
  cc=(gcc -Wall -MD -c a.c -o a.o)
  export CCACHE_LOGFILE=$TOP/log
  : >"$CCACHE_LOGFILE"
}

# What a run tells besides its ordinary lines, with the time and PID taken off.
complaints() {
  sed -E 's/^\[[^]]*\] //' "$TOP/log" |
    grep -vE '^(=== |Command line: |Working directory: |Config: |Compiler: |Compiler type: |Preprocess: |Compile: |Compiler ended: |Observed: |Not observed: |Result: |Done in |No (manifest|result) |Not served: |Result [0-9a-f]* (found|stored)|Manifest [0-9a-f]* updated|No match in manifest: |No replay record: record |Replay record [0-9a-f]* stored|Replayed: |Run the real compiler: )'
}

# tells NAME PATTERN: one run, as with the bare compiler, whose log has exactly one complaint, and that matches. No pattern: none.
tells() {
  snapshot
  observe "$TOP/bare" "${cc[@]}"
  settle
  : >"$TOP/log"
  observe "$TOP/run" deja "${cc[@]}"
  same_as "$1" "$TOP/bare" "$TOP/run"
  local lines
  lines=$(complaints)
  if [[ -z ${2:-} ]]; then
    [[ -z $lines ]] || fail "$1: the log complains: $lines"
  else
    [[ $(wc -l <<<"$lines") == 1 ]] && grep -qE "$2" <<<"$lines" || fail "$1: the log says '$lines', expected one line like '$2'"
  fi
}

# mounted FOLDER OPTIONS: a small file system; false where that is not allowed.
mounted() {
  mkdir -p "$1"
  mount -t tmpfs -o "$2" tmpfs "$1" 2>/dev/null || { echo "left out: cannot mount a file system for '$context'"; return 1; }
  undo_at_exit+=("umount -l '$1' 2>/dev/null")
}

prepare "nothing fails"
tells "first run" '^Cache directory .* was not there; made$'
tells "hit"
cc+=(-O1)
tells "miss"

prepare "broken entries"
age
for run in 1 2 3; do deja "${cc[@]}" 2>/dev/null; done
grep -q 'Replayed: ' "$TOP/log" || fail "no replay"
cp -a "$CCACHE_DIR" "$TOP/good"
for kind in manifest:m result:r "replay record":p; do
  file=$(cd "$TOP/good" && find . -name "*.${kind#*:}")
  [[ -f $TOP/good/$file ]] || fail "not one ${kind%:*}: $file"
  for how in truncated flipped empty; do
    rm -rf "$CCACHE_DIR"
    cp -a "$TOP/good" "$CCACHE_DIR"
    # A replay looks at nothing but its record, and at large outputs.
    [[ $kind == *:p ]] || find "$CCACHE_DIR" -name '*.p' -delete
    case $how in
      truncated) truncate -s -10 "$CCACHE_DIR/$file" ;;
      flipped) printf '\xa5' | dd of="$CCACHE_DIR/$file" bs=1 seek=90 conv=notrunc status=none ;;
      *) : >"$CCACHE_DIR/$file" ;;
    esac
    cmp -s "$CCACHE_DIR/$file" "$TOP/good/$file" && fail "nothing is broken"
    tells "${kind%:*}, $how" "^Broken entry [0-9a-f]{32}\\.${kind#*:}: .*(removed|replaced)\$"
    tells "${kind%:*}, $how, mended"
  done
done

prepare "the cache directory goes away while in use"
tells "before" '^Cache directory'
rm -rf "$CCACHE_DIR"
tells "gone between two runs" "^Cache directory '.*' was not there; made\$"
put compiler/gcc <<<$'#!/bin/sh\ncase "$*" in *-E*) ;; *) rm -rf "$CCACHE_DIR" ;; esac\nexec gcc "$@"'
chmod 755 compiler/gcc
touch -d yesterday compiler/gcc
cc=(compiler/gcc -Wall -c a.c -o a.o)
tells "gone while the compiler runs" "^Cache directory '.*' was not there; made\$"

for place in "a file" "below a file" "not to be made"; do
  prepare "the cache directory is $place"
  case $place in
    "a file") : >"$CCACHE_DIR" ;;
    "below a file") : >"$TOP/file" && export CCACHE_DIR=$TOP/file/cache ;;
    *) export CCACHE_DIR=/proc/cache ;;
  esac
  tells "$place" "^(Cache not read: open|Cache not written: create|Statistics not updated: open) '$CCACHE_DIR[^']*': (Not a directory|No such file or directory)\$"
done

prepare "no home"
for home in /dev/null/home /proc/home; do
  (unset CCACHE_DIR; HOME=$home tells "HOME=$home" "^Cache not (read|written): .*'$home.*': "; exit $failures) || failures=1
done
: >"$TOP/log"
# Where not even the system knows one.
if ((EUID == 0)) && command -v setpriv >/dev/null; then
  chmod 755 "$TOP"
  chmod 777 "$W" "$TOP/log"
  cp "$DEJA" "$TOP/deja-for-all"
  gcc -Wall -c a.c -o "$TOP/bare.o" 2>/dev/null
  setpriv --reuid=54321 --clear-groups env -u HOME -u CCACHE_DIR "$TOP/deja-for-all" gcc -Wall -c a.c -o a.o 2>/dev/null || fail "nobody's compile: exit code $?"
  cmp a.o "$TOP/bare.o" || fail "nobody's compile: another object"
  [[ $(complaints) == "no home directory and no CCACHE_DIR: nothing is cached" ]] || fail "nobody's compile: the log says '$(complaints)'"
else
  echo "left out: cannot become a user without a home"
fi

prepare "the log"
mkdir "$TOP/logfolder"
: >"$TOP/readonly.log"
chattr +i "$TOP/readonly.log" 2>/dev/null && undo_at_exit+=("chattr -i '$TOP/readonly.log'")
for log in /dev/full "$TOP/logfolder" "$TOP/not/there/log" /dev/null/log /proc/log "$TOP/readonly.log"; do
  for run in cold warm; do
    CCACHE_LOGFILE=$log same_once "log $log, $run" any -- "${cc[@]}"
  done
done

prepare "full disk"
if mounted "$TOP/small" size=24k; then
  export CCACHE_DIR=$TOP/small/cache
  for ((i = 0; i < 12; i++)); do
    cc=(gcc -Wall "-DN=$i" -c a.c -o a.o)
    deja "${cc[@]}" 2>/dev/null
  done
  head -c 1M /dev/zero >"$TOP/small/fill" 2>/dev/null
  cc=(gcc -Wall -O1 -MD -c a.c -o a.o)
  tells "miss" "(Cache not written|Statistics not updated): .*'$CCACHE_DIR.*': No space left on device\$"
  CCACHE_DEPEND=1 CCACHE_TEMPDIR=$TOP/small/tmp tells "depend mode without room for its dependency file" "'$TOP/small/.*': "
  umount "$TOP/small"
fi

prepare "read-only cache"
if mounted "$TOP/readonly" size=4m; then
  export CCACHE_DIR=$TOP/readonly/cache
  tells "before" '^Cache directory'
  mount -o remount,ro "$TOP/readonly"
  tells "hit" "^Cache not written: create '$CCACHE_DIR[^']*': Read-only file system\$"  # a replay record
  cc+=(-O1)
  tells "miss" "^Cache not written: create '$CCACHE_DIR[^']*': Read-only file system\$"
  umount "$TOP/readonly"
fi

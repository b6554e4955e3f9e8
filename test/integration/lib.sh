# What the integration tests share: a clean environment, a private folder, compilers, and comparison with the bare compiler.
# Sourced as `. "$(dirname "$0")/lib.sh"` by scripts that get deja's path as their first word.
#
#   RUN=wine          runs deja through that program
#   KEEP_GOING=1      reports every difference instead of stopping at the first
#   KEEP=1            leaves the test's folder behind
set -u
shopt -s nullglob

DEJA=$(realpath "${1:?usage: $0 /path/to/deja}")
RUN=${RUN:-}
TEST=$(basename "$0" _test.sh)
SCRIPTS=$(cd "$(dirname "$0")" && pwd)

unset DEJA_OBSERVE "${!CCACHE_@}" "${!LC_@}" "${!XDG_@}" "${!GIT_@}" CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH GCC_COLORS TERM_PROGRAM \
  DEPENDENCIES_OUTPUT SUNPRO_DEPENDENCIES SOURCE_DATE_EPOCH COMPILER_PATH GCC_EXEC_PREFIX CFLAGS CXXFLAGS MAKEFLAGS CC CXX
umask 022
export LANG=C

TOP=$(realpath "$(mktemp -d "${TMPDIR:-/tmp}/deja-$TEST.XXXXXX")")
W=$TOP/w # where compiles happen
failures=0
context=
aged=

mkfifo "$TOP/silent" # to wait at, without starting a program
exec {silent}<>"$TOP/silent"

export HOME=$TOP/home
mkdir "$HOME" "$TOP/observed"

# Answers what is asked around every compile (observe.cpp), without a start of a program for each.
for candidate in "${OBSERVE:-}" "$(dirname "$DEJA")"/{,../}test/deja_observe "$(dirname "$DEJA")/../deja_observe"; do
  [[ -x $candidate ]] && break
done
OBSERVE=$candidate
[[ -x $OBSERVE ]] || { echo "deja_observe is not built; OBSERVE may name it" >&2; exit 1; }
mkfifo "$TOP/requests" "$TOP/answers"
("$OBSERVE" <"$TOP/requests" >"$TOP/answers" &) # no job of this shell's, which would tell of its end
exec {requests}>"$TOP/requests" {answers}<"$TOP/answers"

# ask WORDS…: the answer in $answer.
ask() {
  printf '%s\0' "$#" "$@" >&"$requests"
  IFS= read -r -u "$answers" answer || answer="failed: no answer"
  [[ $answer != failed:* ]] || fail "$1: $answer"
}

at_exit() {
  local code=$?
  printf '1\0end\0' >&"$requests"
  cd /
  for undo in "${undo_at_exit[@]}"; do eval "$undo"; done
  if [[ -n ${KEEP:-} ]]; then echo "left behind: $TOP"; else chmod -R u+rwX "$TOP" && rm -rf "$TOP"; fi
  ((code == 0 && failures > 0)) && code=1
  exit "$code"
}
undo_at_exit=()      # commands, for mounts and processes
trap at_exit EXIT

deja() { $RUN "$DEJA" "$@"; }
# The same for options of deja's own, without a start of deja before: for what is asked after every compile.
MANAGE=$(dirname "$DEJA")/deja-manage$([[ $DEJA != *.exe ]] || echo .exe)
manage() { $RUN "$MANAGE" "$@"; }

# Says what is wrong and ends the test (KEEP_GOING: notes it).
fail() {
  printf 'FAIL %s%s: %s\n' "$TEST" "${context:+ ($context)}" "$*" >&2
  failures=$((failures + 1))
  [[ -n ${KEEP_GOING:-} ]] || exit 1
}

skip() {
  echo "skipped: $*"
  exit 77
}

# An empty working folder and an empty cache; `context` goes into messages.
fresh() {
  context=$*
  cd /
  rm -rf "$W" "$TOP/cache"
  mkdir "$W"
  cd "$W" || exit 1
  aged=
  export CCACHE_DIR=$TOP/cache
}

# Writes stdin to a file, with the times of yesterday: an old file, as sources mostly are.
put() {
  mkdir -p "$(dirname "$1")"
  cat >"$1"
  touch -d yesterday "$1"
  aged=
}

# Waits until what was just written is older than the next run's start (the clock that stamps files ticks in milliseconds).
settle() { read -rt 0.02 -u "$silent" || true; }
# Waits until a stat of what was just written can be trusted; from then on same_as_compiler makes a run more.
trust_age=2.1
[[ $DEJA == */quick/deja ]] && trust_age=0.1 # linked with less
age() {
  read -rt "$trust_age" -u "$silent"
  aged=yes
}

# Compilers that are there, one name a line.
available() {
  local name
  for name; do command -v "$name" >/dev/null && echo "$name"; done
}
c_compilers() { available gcc "$(command -v clang-14 >/dev/null && echo clang-14 || echo clang)"; }
cxx_compilers() { available g++ "$(command -v clang++-14 >/dev/null && echo clang++-14 || echo clang++)"; }
is_clang() { [[ $1 == *clang* ]]; }

# --- statistics ---------------------------------------------------------------------------------------------------------
stat_of() { manage --print-stats | awk -F'\t' -v id="$1" '{ sub("\r$", "") } $1 == id { print $2 }'; }
stat_is() {
  local seen
  seen=$(stat_of "$1")
  [[ $seen == "$2" ]] || fail "$1 is '$seen', expected $2"
}
stats_are() {
  while (($#)); do
    stat_is "$1" "$2"
    shift 2
  done
}

# Whether a statistic tells how a run ended.
is_ending() {
  case $1 in
    direct_cache_miss | preprocessed_cache_miss | cache_size_kibibyte | files_in_cache | cleanups_performed) return 1 ;;
    stats_* | max_* | local_storage_* | primary_storage_* | remote_storage_* | secondary_storage_*) return 1 ;;
  esac
}
# Those that do, as "id count" lines.
endings() {
  local id count
  while IFS=$'\t' read -r id count; do
    if is_ending "$id"; then printf '%s\t%s\n' "$id" "${count%$'\r'}"; fi
  done < <(manage --print-stats)
}
# Remembers the statistics; ended() then tells how the runs since ended, in $ending: direct, preprocessed, miss, or other ids, joined by
# '+', or nothing; and remembers what there is now.
mark() { ask mark "${CCACHE_DIR:-/nowhere}"; }
ended() {
  ask ended "${CCACHE_DIR:-/nowhere}"
  ending=$answer
}
# HOW: one of ended()'s words; `cacheable` for direct, preprocessed or miss; `hit` for the first two; `any`.
expect_hit() {
  ended
  case $1:$ending in
    any:* | cacheable:direct | cacheable:preprocessed | cacheable:miss | hit:direct | hit:preprocessed) ;;
    *) [[ $ending == "$1" ]] || fail "${2:+$2: }ended as $ending, expected $1" ;;
  esac
}

# compile HOW WORDS…: deja must end with 0, as HOW in the statistics.
compile() {
  local how=$1
  shift
  settle
  mark
  deja "$@" >"$TOP/out" 2>"$TOP/err" || fail "exit code $? from: $*: $(cat "$TOP/err")"
  expect_hit "$how" "$*"
}

# check HOW ID COUNT…: a.c compiled gives the compiler's object and ends as HOW; then the statistics are these.
check() {
  local how=$1
  shift
  gcc -c a.c -o bare.o || fail "gcc"
  rm -f a.o
  compile "$how" gcc -c a.c -o a.o
  cmp -s a.o bare.o || fail "the object is another one"
  stats_are "$@"
}

# --- comparison with the bare compiler ----------------------------------------------------------------------------------
# What is below $W now counts as input from here on.
snapshot() { ask snapshot "$W" "$TOP/inputs"; }

# observe FOLDER WORDS…: runs the words, keeps exit code, streams and what they made or changed below $W in the folder, and puts everything
# there back as it was at the snapshot.
observe() {
  local into=$1
  shift
  "$@" >"$TOP/observed/stdout" 2>"$TOP/observed/stderr" <"${STDIN:-/dev/null}"
  echo "$?" >"$TOP/observed/exit"
  # Names of the compilers' temporary files are never the same.
  [[ ! -s $TOP/observed/stderr ]] ||
    sed -E -i 's#/tmp/([A-Za-z0-9_-]+-)?cc?[A-Za-z0-9]{6}\b#/tmp/NAME#g; s#/tmp/[a-z]+-[0-9a-f]{6}\b#/tmp/NAME#g; s#^\{standard input\}:#/tmp/NAME.s:#' "$TOP/observed/stderr"
  ask collect "$W" "$TOP/inputs" "$TOP/observed" "$into"
}

# same_as NAME A B: two observations must be equal.
same_as() {
  local name=$1 a=$2 b=$3
  ask same "$a" "$b"
  [[ $answer != yes ]] || return 0
  diff -r --no-dereference "$a" "$b" >"$TOP/difference" 2>&1
  fail "$name: $(basename "$b") differs from $(basename "$a"):
$(<"$TOP/difference")
--- stderr of $(basename "$b"): $(head -c 2000 "$b/stderr")"
}

# Runs the bare compiler and then deja, here, below $W; files left behind (names, kinds, modes, bytes), stdout, stderr and exit
# code must be equal, and deja's run must end as HOW. Leaves $W as it was.
same_once() {
  local name=$1 how=$2
  shift 3
  snapshot
  observe "$TOP/bare" "$@"
  settle
  mark
  observe_deja "$name" cold "$how" "$@"
}

# After mark, or after another of these.
observe_deja() {
  local name=$1 run=$2 how=$3
  shift 3
  observe "$TOP/$run" deja "$@"
  same_as "$name" "$TOP/bare" "$TOP/$run"
  expect_hit "$how" "$name, $run"
}

# same_as_compiler NAME [cold [warm]] -- compiler args…
# The same with two runs of deja, which must end as `cold` (default cacheable) and `warm` (default direct; like `cold` when that
# alone is given), and where the files are old enough for a replay, one more that must end as `warm`. The cache is not emptied before: a key that leaves something out serves the object of an earlier,
# different call. Where deja did not even look there is one run, for nothing can have been stored.
same_as_compiler() {
  local name=$1 cold=cacheable warm=direct
  shift
  if [[ $1 != -- ]]; then cold=$1 warm=$1; shift; fi
  if [[ $1 != -- ]]; then warm=$1; shift; fi
  shift
  same_once "$name" "$cold" -- "$@"
  case $ending in unsupported_* | called_for_* | multiple_source_files | no_input_file | bad_compiler_arguments | output_to_stdout)
    [[ $warm == any || $warm == "$ending" ]] || fail "$name: ended as $ending, expected $warm"
    return ;;
  esac
  observe_deja "$name" warm "$warm" "$@"
  # Failures have no replay.
  if [[ $aged && $ending != compile_failed && $ending != preprocessor_error ]]; then observe_deja "$name" again "$warm" "$@"; fi
}

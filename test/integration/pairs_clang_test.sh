# Compiles that differ in one thing, through one cache in both orders, with clang: pairs.py.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "needs python3"
cc=$(available clang-14 clang | head -n 1)
[[ $cc ]] || skip "no clang"
[[ -z $RUN ]] || skip "runs the native program"
python3 "$SCRIPTS/pairs.py" "$DEJA" "$cc"

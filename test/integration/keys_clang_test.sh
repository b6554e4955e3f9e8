# Compiles that differ in one thing, with clang: no two of them have one key and different outputs (keys.py).
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "needs python3"
cc=$(available clang-14 clang | head -n 1)
[[ $cc ]] || skip "no clang"
[[ -z $RUN ]] || skip "runs the native program"
python3 "$SCRIPTS/keys.py" "$DEJA" "$cc"

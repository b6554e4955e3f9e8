# What the tests of deja-storage begin with, after lib.sh: they are written in Python, in this folder.
STORAGE=$(dirname "$DEJA")/deja-storage
[[ -x $STORAGE ]] || skip "there is no deja-storage"
PATH=$PATH:/usr/sbin:/sbin

# Skips the test where a program is missing.
needs() {
  local program
  for program; do command -v "$program" >/dev/null || skip "there is no $program"; done
}

storage_test() {
  PYTHONDONTWRITEBYTECODE=1 python3 "$SCRIPTS/storage/$1.py" "$STORAGE" "$TOP" || fail "$1"
}

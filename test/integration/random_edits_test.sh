#!/usr/bin/env bash
# Random edits against the bare compiler, after each of which deja must leave what the compiler leaves: 500 with TinyCC, which takes milliseconds, and some
# with gcc (misc/soak does 5,000 with it). COMPILER, STEPS and SEED may be given.
set -euo pipefail
command -v python3 >/dev/null || { echo "no python3"; exit 77; }

edits() { # COMPILER STEPS WORLDS
  command -v "$1" >/dev/null || { echo "no $1"; return; }
  python3 "$(dirname "${BASH_SOURCE[0]}")/random_edits.py" "$deja" --compiler "$1" --steps "$2" --worlds "$3" ${SEED:+--seed "$SEED"}
}

deja=$1
if [[ ${COMPILER:-} ]]; then
  edits "$COMPILER" "${STEPS:-1000}" 24
else
  # The quicker the steps, the more worlds, for a world rests two seconds between its turns.
  edits tcc "${STEPS:-500}" 40
  edits gcc "${STEPS:-40}" 10
fi

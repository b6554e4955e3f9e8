#!/usr/bin/env bash
# Random edits against the bare compiler, after each of which deja must leave what the compiler leaves. STEPS and SEED may be given.
set -euo pipefail
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
exec python3 "$(dirname "$0")/random_edits.py" "$1" --steps "${STEPS:-1000}" ${SEED:+--seed "$SEED"}

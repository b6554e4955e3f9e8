"""soak.py DEJA faults|kills|signals|mutations [--seed N] [--limit N] [--compiler NAME]...: what a crash, a limit or a stranger may do to deja."""

import argparse
import random
import shutil
import sys

import faults
import kills
import mutations

RUNS = {
    "faults": faults.run,
    "kills": lambda *how: kills.run(*how, by_signal=False),
    "signals": lambda *how: kills.run(*how, by_signal=True),
    "mutations": mutations.run,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deja")
    parser.add_argument("run", choices=sorted(RUNS))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--limit", type=int, default=1000, help="how many are tried")
    parser.add_argument("--compiler", action="append", help="tcc and gcc when not given")
    asked = parser.parse_args()
    compilers = asked.compiler or ["tcc", "gcc"]
    for name in compilers:
        if not shutil.which(name):
            sys.exit(f"{name} is not installed")
    wrong = sum(RUNS[asked.run](asked.deja, name, asked.seed, asked.limit) for name in compilers)
    sys.exit(1 if wrong else 0)


main()

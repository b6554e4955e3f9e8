"""Mutated cache files of every kind: whatever is in them, the object is the bare compiler's and nothing hangs."""

import os

from world import MODES, Report, World


def flip(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 8])):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


MUTATIONS = {
    "bits flipped": flip,
    "cut": lambda rng, data: data[:rng.randrange(len(data) + 1)],
    "emptied": lambda rng, data: b"",
    "grown": lambda rng, data: data + bytes(rng.choice([1, 4096, 3_000_000])),
    "zeros": lambda rng, data: bytes(len(data)),
    "noise": lambda rng, data: rng.randbytes(len(data)),
    "a piece moved": lambda rng, data: data[len(data) // 2:] + data[:len(data) // 2],
}


def files_of(world):
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(world.cache) for name in names
                  if name not in ("CACHEDIR.TAG", "ccache.conf"))


def run(deja, compiler, seed, limit):
    """`limit` files are damaged; returns how many times something was wrong."""
    report = Report(f"mutations with {compiler}", seed)
    world = World(deja, compiler, seed)
    kinds = set()
    for number in range(limit):
        mode = world.random.choice(sorted(set(MODES) - {"miss"}))
        world.prepare(mode)
        files = files_of(world)
        file = world.random.choice(files)
        kinds.add(os.path.splitext(file)[1] or os.path.basename(file).split(".")[0])
        with open(file, "rb") as was:
            data = was.read()
        what = world.random.choice(sorted(MUTATIONS) + ["swapped"])
        if what == "swapped":
            other = world.random.choice(files)
            with open(other, "rb") as was:
                changed = was.read()
        else:
            changed = MUTATIONS[what](world.random, data)
        with open(file, "wb") as out:
            out.write(changed)
        for turn in range(2):
            got = world.result_of([world.deja, *world.words], world.environment_for(mode))
            report.check(got == world.truth, f"number {number}, {mode}: {os.path.basename(file)} {what}, turn {turn}: exit code {got[0]}, {got[2][:200]!r}")
    report.check({".d", ".m", ".o", ".p", ".r", "digests", "stats"} <= kinds or limit < 100, f"only {sorted(kinds)} were damaged")
    report.check(not world.torn_lines(), f"torn lines in the log: {world.torn_lines()[:3]}")
    world.close()
    return report.end()

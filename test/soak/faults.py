"""Faults: each system call of deja's own process fails once, in each way that an answer is found; strace injects them."""

import re
import subprocess

from world import HANG, MODES, Report, World

ERRORS = ["ENOSPC", "EIO", "EACCES", "ENOMEM", "EMFILE", "EINTR"]
# What a compile must be able to do without; a process that cannot map memory or start programs is nobody's.
CALLS = ["openat", "read", "pread64", "write", "pwrite64", "newfstatat", "fstat", "rename", "renameat2", "unlink", "mkdir",
         "fcntl", "utimensat", "getdents64", "statx", "lseek", "ftruncate"]


def counts(world, mode):
    """How often a run makes each call, as strace counts them."""
    world.prepare(mode)
    done = subprocess.run(["strace", "-c", "-o", world.top + "/counts", world.deja, *world.words], cwd=world.work,
                          env=world.environment_for(mode), capture_output=True, timeout=HANG)
    assert done.returncode == 0, done.stderr
    found = {}
    with open(world.top + "/counts") as table:
        for line in table:
            columns = line.split()
            if columns and columns[-1] in CALLS and re.fullmatch(r"\d+", columns[3]):
                found[columns[-1]] = int(columns[3])
    return found


def run(deja, compiler, seed, limit):
    """Tries at most `limit` faults (0: all); returns how many went wrong."""
    report = Report(f"faults with {compiler}", seed)
    world = World(deja, compiler, seed)
    cases = []
    for mode in MODES:
        for call, times in counts(world, mode).items():
            cases += [(mode, call, at, error) for at in range(1, times + 1) for error in ERRORS]
    world.random.shuffle(cases)
    for mode, call, at, error in cases[:limit or None]:
        world.prepare(mode)
        command = ["strace", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={at}", world.deja, *world.words]
        got = world.result_of(command, world.environment_for(mode))
        how = f"{mode}: {call} number {at} fails with {error}"
        report.check(got == world.truth, f"{how}: exit code {got[0]}, {got[2][:200]!r}")
        report.check(not world.left_over(), f"{how}: left {world.left_over()}")
        after = world.result_of([world.deja, *world.words], world.environment_for(mode))
        report.check(after == world.truth, f"after {how}: exit code {after[0]}, {after[2][:200]!r}")
    report.check(not world.torn_lines(), f"torn lines in the log: {world.torn_lines()[:3]}")
    world.close()
    return report.end()

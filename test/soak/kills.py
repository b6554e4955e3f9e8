"""Kills and signals at random moments; the next compile is right, and nothing is left that the bare compiler would not leave."""

import os
import signal
import subprocess
import time

from world import HANG, MODES, Report, World

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM]


def run(deja, compiler, seed, limit, by_signal):
    """`limit` processes are ended: with SIGKILL, or `by_signal`; returns how many times something was wrong."""
    report = Report(("signals" if by_signal else "kills") + f" with {compiler}", seed)
    world = World(deja, compiler, seed)
    for number in range(limit):
        mode = world.random.choice(sorted(MODES))
        which = world.random.choice(SIGNALS) if by_signal else signal.SIGKILL
        to_group = by_signal and world.random.random() < 0.5
        world.prepare(mode)
        started = time.monotonic()
        child = subprocess.Popen([world.deja, *world.words], cwd=world.work, env=world.environment_for(mode), start_new_session=True,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait = world.random.random() * (0.12 if mode in ("miss", "preprocessed") else 0.006)
        time.sleep(max(0, wait - (time.monotonic() - started)))
        how = f"number {number}, {mode}, {which.name} {'to the group ' if to_group else ''}after {wait * 1000:.1f} ms"
        try:
            os.killpg(child.pid, which) if to_group else child.send_signal(which)
        except ProcessLookupError:
            pass
        try:
            code = child.wait(HANG)
            report.check(code in (0, -which) or not by_signal, f"{how}: exit code {code}")
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            report.check(False, f"{how}: hangs")
        if not by_signal:
            time.sleep(0.05)  # the compiler, which was not killed, may still be writing
            subprocess.run(["pkill", "-KILL", "-s", str(child.pid)], check=False)
        report.check(not [name for name in world.left_over() if not name.startswith("cc")], f"{how}: left {world.left_over()}")
        after = world.result_of([world.deja, *world.words], world.environment_for(mode))
        report.check(after == world.truth, f"after {how}: exit code {after[0]}, {after[2][:200]!r}")
    report.check(not world.torn_lines(), f"torn lines in the log: {world.torn_lines()[:3]}")
    world.close()
    return report.end()

#!/usr/bin/env python3
# What the log costs: N processes at once, each a hit, with CCACHE_LOGFILE and without, the two in turn; medians and ratios of one run.
#   log_cost.py build/release/deja [--rounds 30] [--jobs 1,8,32]
import argparse, os, statistics, subprocess, tempfile, time

arguments = argparse.ArgumentParser()
arguments.add_argument("deja")
arguments.add_argument("--rounds", type=int, default=30)
arguments.add_argument("--jobs", default="1,8,32")
given = arguments.parse_args()
deja = os.path.abspath(given.deja)


def milliseconds(jobs, environment):
    """Wall time a process of `jobs` that start together."""
    started = time.monotonic()
    running = [subprocess.Popen([deja, "gcc", "-c", "a.c", "-o", f"{job}.o"], env=environment) for job in range(jobs)]
    if any(process.wait() for process in running):
        raise SystemExit("a run failed")
    return (time.monotonic() - started) * 1000 / jobs


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("a.c", "w") as source:
        source.write("#include <stdio.h>\nint f(void) { return puts(\"\"); }\n")
    os.utime("a.c", (time.time() - 86400,) * 2)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CCACHE_")} | {"CCACHE_DIR": folder + "/cache"}
    logged = plain | {"CCACHE_LOGFILE": folder + "/log"}
    jobs = [int(number) for number in given.jobs.split(",")]
    for environment in (plain, logged, plain, logged):
        milliseconds(max(jobs), environment)
    time.sleep(2.1)  # from here on every file is old enough for a replay
    milliseconds(max(jobs), plain), milliseconds(max(jobs), logged)
    print(f"load {os.getloadavg()[0]:.1f}; milliseconds a process: median (quartiles)")
    for number in jobs:
        times = {"no log": [], "log": []}
        for _ in range(given.rounds):
            times["no log"].append(milliseconds(number, plain))
            times["log"].append(milliseconds(number, logged))
        text = []
        for name, values in times.items():
            low, middle, high = statistics.quantiles(values, n=4)
            text.append(f"{name} {middle:.2f} ({low:.2f} to {high:.2f})")
        ratio = statistics.median(a / b for a, b in zip(times["log"], times["no log"]))
        print(f"{number:3} at once: {', '.join(text)}, ratio {ratio:.3f}")

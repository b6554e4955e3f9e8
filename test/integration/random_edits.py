#!/usr/bin/env python3
"""Random edits against the bare compiler: after every step deja must leave exactly what the compiler leaves.

usage: random_edits.py DEJA [--steps N] [--seed S] [--compiler gcc] [--worlds W]

Each world is a small project of its own with a cache of its own. Worlds take turns, so that between two visits to one the files grow old
enough to be trusted by their times: that is what brings exact repeats onto the fastest path, and what makes an edit dangerous.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time


class World:
    """One project: sources, two include folders, two folders on PATH with a compiler script, a configuration file."""

    def __init__(self, root, rng, deja, compiler):
        self.root, self.rng, self.deja = root, rng, deja
        self.real = shutil.which(compiler)
        self.env = {"PATH": f"{root}/bin1:{root}/bin2:/usr/bin:/bin", "HOME": root, "CCACHE_DIR": f"{root}/cache", "LANG": "C"}
        self.options = ["-O0"]
        self.history = {}
        self.lines = []
        for folder in ("src/sub", "inc1/sub", "inc2/sub", "bin1", "bin2", "cache"):
            os.makedirs(f"{root}/{folder}")
        self.write("src/a.h", "int a = 1;\n")
        self.write("inc2/b.h", "int b = 1;\n")
        self.write("inc2/sub/c.h", "int c = 1;\n")
        self.write("src/main.c", self.main_text(0))
        self.write_compiler("bin2", 1)
        self.write("cache/ccache.conf", "max_size = 1GiB\n")

    def main_text(self, value):
        return (
            '#include "a.h"\n#include <b.h>\n#include <sub/c.h>\n'
            '#if __has_include("maybe.h")\n#include "maybe.h"\n#else\nint maybe = 0;\n#endif\n'
            "#ifndef EXTRA\n#define EXTRA 0\n#endif\n#ifndef FROM_COMPILER\n#define FROM_COMPILER 0\n#endif\n"
            f"int main_value = {value} + EXTRA + FROM_COMPILER;\n"
        )

    def path(self, name):
        return f"{self.root}/{name}"

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)
        self.history.setdefault(name, []).append(text)

    def read(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def write_compiler(self, folder, version):
        self.write(f"{folder}/mycc", f'#!/bin/sh\nexec {self.real} -DFROM_COMPILER={version} "$@"\n')
        os.chmod(self.path(f"{folder}/mycc"), 0o755)

    # --- the edits; each returns a word for the log -----------------------------------------------------------------

    def some_file(self):
        names = ["src/main.c", "src/a.h", "inc2/b.h", "inc2/sub/c.h", "inc1/b.h", "inc1/sub/c.h", "src/b.h", "src/maybe.h", "inc1/maybe.h"]
        return self.rng.choice([name for name in names if os.path.exists(self.path(name))])

    def changed(self, name):
        """The file's text with one digit changed: the same size."""
        text = self.read(name)
        digits = [i for i, c in enumerate(text) if c.isdigit()]
        i = self.rng.choice(digits)
        return text[:i] + str((int(text[i]) + self.rng.randint(1, 8)) % 9 + 1) + text[i + 1 :]

    def same_size_edit(self):
        name = self.some_file()
        self.write(name, self.changed(name))
        return f"same-size edit of {name}"

    def same_size_same_time_edit(self):
        name = self.some_file()
        stat = os.stat(self.path(name))
        self.write(name, self.changed(name))
        os.utime(self.path(name), ns=(stat.st_atime_ns, stat.st_mtime_ns))
        return f"same-size edit of {name} with its old mtime"

    def longer_edit(self):
        name = self.some_file()
        number = self.rng.randint(10, 10**6)
        self.write(name, self.read(name) + f"/* {number} */ extern int e{number};\n")
        return f"longer {name}"

    def comment_edit(self):
        name = self.some_file()
        self.write(name, self.read(name) + f"/* {self.rng.randint(10, 10**6)} */\n")
        return f"comment in {name}"

    def warning_edit(self):
        name = self.some_file()
        self.write(name, self.read(name) + f"#warning {self.rng.randint(10, 10**6)}\n")
        return f"#warning in {name}"

    def error_edit(self):
        name = self.some_file()
        self.write(name, self.read(name) + "#error broken\n")
        return f"#error in {name}"

    def date_edit(self):
        name = self.some_file()
        macro = self.rng.choice(["__DATE__", "__TIMESTAMP__", "__FILE__", "__BASE_FILE__"])
        self.write(name, self.read(name) + f"static const char *d{self.rng.randint(10, 10**6)} = {macro};\n")
        return f"{macro} in {name}"

    def revert(self):
        name = self.some_file()
        self.write(name, self.rng.choice(self.history[name]))
        return f"revert {name}"

    def replace_by_rename(self):
        name = self.some_file()
        text = self.changed(name)
        old = os.stat(self.path(name))
        with open(self.path(name) + ".new", "w") as file:
            file.write(text)
        os.utime(self.path(name) + ".new", ns=(old.st_atime_ns, old.st_mtime_ns))
        os.replace(self.path(name) + ".new", self.path(name))
        self.history[name].append(text)
        return f"{name} replaced by rename, mtime kept"

    def symlink_swap(self):
        name = self.some_file()
        text = self.changed(name)
        target = self.path(f"{name}.target{self.rng.randint(0, 3)}")
        with open(target, "w") as file:
            file.write(text)
        os.remove(self.path(name))
        os.symlink(target, self.path(name))
        return f"{name} is now a link to {target}"

    def touch(self):
        name = self.some_file()
        os.utime(self.path(name))
        return f"touch {name}"

    def touch_old(self):
        name = self.some_file()
        when = time.time_ns() - self.rng.randint(10, 10**6) * 10**9
        os.utime(self.path(name), ns=(when, when))
        return f"touch {name} with an old time"

    def shadow(self):
        name, text = self.rng.choice(
            [("inc1/b.h", "int b = 5;\n"), ("src/b.h", "int b = 6;\n"), ("inc1/sub/c.h", "int c = 7;\n"), ("src/sub/c.h", "int c = 8;\n"), ("inc1/a.h", "int a = 9;\n")]
        )
        self.write(name, text)
        return f"{name} appears"

    def unshadow(self):
        for name in ("inc1/b.h", "src/b.h", "inc1/sub/c.h", "src/sub/c.h", "inc1/a.h", "src/maybe.h", "inc1/maybe.h"):
            if os.path.lexists(self.path(name)):
                os.remove(self.path(name))
                return f"{name} disappears"
        return "nothing"

    def probe(self):
        name = self.rng.choice(["src/maybe.h", "inc1/maybe.h"])
        self.write(name, f"int maybe = {self.rng.randint(1, 9)};\n")
        return f"{name} appears"

    def folder_move(self):
        folder = self.path("inc1/sub")
        if os.path.isdir(folder):
            shutil.rmtree(folder)
            return "inc1/sub disappears"
        os.makedirs(folder)
        return "inc1/sub appears, empty"

    def compiler_edit(self):
        self.write_compiler("bin2", self.rng.randint(1, 9))
        return "compiler edited"

    def compiler_earlier(self):
        if os.path.exists(self.path("bin1/mycc")):
            os.remove(self.path("bin1/mycc"))
            return "compiler earlier on PATH disappears"
        self.write_compiler("bin1", self.rng.randint(1, 9))
        return "compiler earlier on PATH appears"

    def configure(self):
        line = self.rng.choice(["max_size = 2GiB", "namespace = x", "sloppiness = locale", "depend_mode = true", "direct_mode = false", "# nothing", "hash_dir = false",
                                "compiler_check = content", "read_only = true", "disable = true"])
        self.write("cache/ccache.conf", line + "\n")
        return f"configuration: {line}"

    def environment(self):
        name, value = self.rng.choice([("CPATH", self.path("inc1")), ("FOO", str(self.rng.randint(0, 9))), ("LANG", "C.UTF-8"), ("CCACHE_DEPEND", "1"), ("CCACHE_NODIRECT", "1"),
                                       ("CCACHE_NOHASHDIR", "1"), ("CCACHE_RECACHE", "1"), ("CCACHE_LOGFILE", self.path("log")), ("SOURCE_DATE_EPOCH", str(self.rng.randint(1, 10**9)))])
        if name in self.env and name != "LANG":
            del self.env[name]
            return f"environment: no {name}"
        self.env[name] = value
        return f"environment: {name}={value}"

    def option(self):
        self.options = self.rng.choice([["-O0"], ["-g", "-O0"], ["-O0", "-DEXTRA=1"], ["-O0", "-DEXTRA=2"], ["-O0", "-MD"], ["-O0", "-MMD", "-MP"], ["-O0", "-Wall", "-Wextra"], ["-O0", "-I.", "-MD"]])
        return f"options {self.options}"

    def drop_outputs(self):
        for name in ("main.o", "main.d"):
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        return "outputs removed"

    def nothing(self):
        return "nothing"

    EDITS = [same_size_edit, same_size_same_time_edit, longer_edit, comment_edit, warning_edit, date_edit, revert, revert, replace_by_rename, symlink_swap, touch, touch_old,
             shadow, shadow, unshadow, unshadow, probe, folder_move, compiler_edit, compiler_earlier, configure, environment, option, drop_outputs, nothing, nothing, nothing]

    # --- running --------------------------------------------------------------------------------------------------

    def command(self):
        return ["mycc", "-c", *self.options, "-Iinc1", "-Iinc2", "src/main.c", "-o", "main.o"]

    def run(self, words):
        for name in ("main.o", "main.d"):
            if self.rng.random() < 0.5 and os.path.exists(self.path(name)):
                os.remove(self.path(name))
        env = {key: value for key, value in self.env.items() if words[0] == self.deja or not key.startswith("CCACHE_")}
        done = subprocess.run(words, cwd=self.root, env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
        outputs = {}
        for name in ("main.o", "main.d"):
            if os.path.exists(self.path(name)):
                with open(self.path(name), "rb") as file:
                    outputs[name] = file.read()
        return done.returncode, done.stdout, done.stderr, outputs

    def visit(self, step):
        """One step: an edit, then deja against the compiler; at times deja twice, to be served the fastest way."""
        edit = self.rng.choice(self.EDITS) if step > 0 else World.nothing
        if self.rng.random() < 0.01:
            edit = World.error_edit
        self.lines.append(f"step {step}: {edit(self)}")
        want = self.clean_run(self.command())
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            got = self.clean_run([self.deja, *self.command()])
            if got != want:
                return self.difference(want, got)
        return None

    def clean_run(self, words):
        if self.rng.random() < 0.7:
            for name in ("main.o", "main.d"):
                if os.path.exists(self.path(name)):
                    os.remove(self.path(name))
        code, out, err, outputs = self.run(words)
        wanted = {"main.o"} | ({"main.d"} if any(option.startswith("-M") for option in self.options) else set())
        return code, out, err, {name: data for name, data in outputs.items() if name in wanted and code == 0}

    def difference(self, want, got):
        names = ("exit code", "stdout", "stderr", "outputs")
        parts = [f"{name}:\n  compiler {str(w)[:600]}\n  deja     {str(g)[:600]}" for name, w, g in zip(names, want, got) if w != g]
        return "\n".join(self.lines[-12:] + [f"command: {' '.join(self.command())}", f"environment: {self.env}", *parts])

    def too_broken(self):
        """A world that no longer compiles teaches nothing more."""
        return len(self.lines) > 5 and any("#error" in self.read(n) for n in ("src/main.c", "src/a.h", "inc2/b.h", "inc2/sub/c.h")) and self.rng.random() < 0.5


def statistics(deja, worlds):
    sums = {}
    for world in worlds:
        text = subprocess.run([deja, "--print-stats"], env={"CCACHE_DIR": f"{world.root}/cache", "PATH": os.environ["PATH"], "HOME": world.root}, capture_output=True, text=True).stdout
        for line in text.splitlines():
            name, _, value = line.partition("\t")
            if name in ("direct_cache_hit", "preprocessed_cache_hit", "cache_miss"):
                sums[name] = sums.get(name, 0) + int(value)
    return sums


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("deja")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--compiler", default="gcc")
    parser.add_argument("--worlds", type=int, default=24)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4), "little")
    print(f"seed {seed}, {options.steps} steps, {options.compiler}", flush=True)
    rng = random.Random(seed)
    base = tempfile.mkdtemp(prefix="deja-edits-")
    made = 0

    def new_world():
        nonlocal made
        made += 1
        root = f"{base}/w{made}"
        os.makedirs(root)
        return World(root, random.Random(rng.random()), os.path.abspath(options.deja), options.compiler)

    worlds = [new_world() for _ in range(options.worlds)]
    retired = []
    for step in range(options.steps):
        at = step % len(worlds)
        problem = worlds[at].visit(len(worlds[at].lines))
        if problem:
            print(f"DIFFERENCE at step {step} (seed {seed}) in {worlds[at].root}\n{problem}")
            return 1
        if worlds[at].too_broken():
            retired.append(worlds[at])
            worlds[at] = new_world()
        if sys.stdout.isatty() and step % 50 == 0:
            print(f"\r{step}/{options.steps}", end="", flush=True)
    found = statistics(options.deja, worlds + retired)
    print(f"{options.steps} steps without a difference; {found}")
    shutil.rmtree(base)
    # Three runs in five are hits; without any the comparison would mean nothing.
    hits = found.get("direct_cache_hit", 0) + found.get("preprocessed_cache_hit", 0)
    if hits < options.steps / 4:
        print(f"only {hits} hits in {options.steps} steps")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

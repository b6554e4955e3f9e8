"""What the soak runs share: a project in a directory of its own, its bare results, and the comparison with them."""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

RECORD_START = re.compile(rb"\[20\d\d-\d\d-\d\dT[\d:.]+ \d+ *\] ")
RECORD = re.compile(rb"^\[20\d\d-\d\d-\d\dT[\d:.]+ \d+ *\] ")
HANG = 20  # seconds; a small compile takes a hundredth of that


class World:
    """One source with a header, compiled by `compiler`; what the bare compiler says of it is the truth."""

    def __init__(self, deja, compiler, seed):
        self.deja = os.path.realpath(deja)
        self.compiler = compiler
        self.random = random.Random(seed)
        self.top = tempfile.mkdtemp(prefix="deja-soak.")
        self.work = os.path.join(self.top, "w")
        self.cache = os.path.join(self.top, "cache")
        self.log = os.path.join(self.top, "log")
        os.mkdir(self.work)
        self.environment = {
            "PATH": os.environ["PATH"], "LANG": "C", "HOME": self.top,
            "CCACHE_DIR": self.cache, "CCACHE_LOGFILE": self.log,
        }
        self.write("h.h", "#define VALUE 1\n")
        self.write("a.c", '#include "h.h"\nint a(void) { return VALUE; }\nconst char large[40000] = {VALUE};\n')
        self.words = [compiler, "-c", "a.c", "-o", "a.o"]
        self.truth = self.result_of(self.words)

    def close(self):
        shutil.rmtree(self.top, ignore_errors=True)

    def write(self, name, text):
        path = os.path.join(self.work, name)
        with open(path, "w") as out:
            out.write(text)
        os.utime(path, (1_600_000_000, 1_600_000_000))

    def environment_for(self, mode):
        """`mode`: one of MODES, which says by which way an answer is found."""
        return {**self.environment, **MODES[mode]}

    def prepare(self, mode):
        """Brings the cache to where the next compile ends as the mode is called."""
        if mode == "miss":
            shutil.rmtree(self.cache, ignore_errors=True)
            return
        for _ in range(3 if mode == "replay" else 1):
            subprocess.run([self.deja, *self.words], cwd=self.work, env=self.environment_for(mode), check=True,
                           capture_output=True, timeout=HANG)

    def result_of(self, command, environment=None):
        """(exit code, stdout, stderr, object) of a command that may hang no longer than HANG."""
        try:
            os.remove(os.path.join(self.work, "a.o"))
        except FileNotFoundError:
            pass
        try:
            done = subprocess.run(command, cwd=self.work, env=environment or self.environment, capture_output=True,
                                  timeout=HANG, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return ("hangs", b"", b"", b"")
        return (done.returncode, done.stdout, done.stderr, self.object())

    def object(self):
        try:
            with open(os.path.join(self.work, "a.o"), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

    def left_over(self):
        """Files beside the sources that the bare compiler would not have left."""
        return sorted(set(os.listdir(self.work)) - {"a.c", "h.h", "a.o"})

    def torn_lines(self):
        """Lines of the log that are no whole record: they begin with time and process, once."""
        try:
            with open(self.log, "rb") as file:
                lines = file.read().split(b"\n")
        except FileNotFoundError:
            return []
        return [line for line in lines if line and (not RECORD.match(line) or len(RECORD_START.findall(line)) != 1)]


MODES = {
    "miss": {},
    "direct": {"CCACHE_STATSLOG": "/dev/null"},  # keeps replays away
    "preprocessed": {"CCACHE_NODIRECT": "1"},
    "replay": {},
}


class Report:
    """Counts what was tried, and says how to repeat what went wrong."""

    def __init__(self, what, seed):
        self.what, self.seed, self.tried, self.wrong = what, seed, 0, 0

    def check(self, fine, how):
        self.tried += 1
        if not fine:
            self.wrong += 1
            print(f"WRONG ({self.what}, seed {self.seed}): {how}", flush=True)

    def end(self):
        print(f"{self.what}: {self.tried} tried, {self.wrong} wrong (seed {self.seed})", flush=True)
        if self.tried == 0:
            sys.exit(f"{self.what}: nothing was tried")
        return self.wrong

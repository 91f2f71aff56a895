"""`python -m tests.fuzz SECONDS [NAME ...]`: fuzz each for that long; a nightly job's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.fuzz import TARGETS, build, corpus, fuzz
from tests.fuzz.readers import READERS

FOLDER = Path("build/fuzz")


def main() -> int:
    seconds, *names = sys.argv[1:]
    failed = 0
    for name in names or (*TARGETS, *READERS):
        done = _core(name, seconds) if name in TARGETS else _reader(name, seconds)
        said = (done.stdout + done.stderr).strip()
        print(f"{name}: {said.splitlines()[-1][:200]}", flush=True)
        if done.returncode:
            failed = 1
            print(said[-3000:], file=sys.stderr)
    return failed


def _core(target: str, seconds: str) -> subprocess.CompletedProcess[str]:
    inputs = FOLDER / target / "inputs"
    shutil.copytree(corpus(target), inputs, dirs_exist_ok=True)
    return fuzz(build(target, FOLDER / target), inputs, f"-max_total_time={seconds}")


def _reader(name: str, seconds: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: the memory that it takes is counted."""
    command = [sys.executable, "-m", "tests.fuzz.reading", name, "--seconds", seconds]
    return subprocess.run(command, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.fuzz SECONDS [TARGET ...]`: fuzz each target for that long; a nightly job's."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.fuzz import TARGETS, build, corpus, fuzz

FOLDER = Path("build/fuzz")


def main() -> int:
    seconds, *targets = sys.argv[1:]
    failed = 0
    for target in targets or TARGETS:
        inputs = FOLDER / target / "inputs"
        shutil.copytree(corpus(target), inputs, dirs_exist_ok=True)
        done = fuzz(build(target, FOLDER / target), inputs, f"-max_total_time={seconds}")
        print(f"{target}: {done.stderr.strip().splitlines()[-1]}")
        if done.returncode:
            failed = 1
            print(done.stderr[-3000:], file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main())

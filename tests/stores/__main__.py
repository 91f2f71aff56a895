"""`python -m tests.stores [--states N] [--at-least N] [--elf ELF] [--spec SPEC] [--seed N]
[--json FILE]`

Starts the unchanged ELF on the emulated board with every memory that its log went through in a
history, and with damaged ones. Exit code 1 if it does not recover what it must, or
if there are fewer than `--at-least`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from fwgen.backends.renode.find import find_renode
from fwgen.config import load_config
from fwgen.robot.firmware import firmware
from tests.stores.run import SPEC, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.stores", description=__doc__)
    parser.add_argument("--states", type=int, default=8_000, help="about so many")
    parser.add_argument("--at-least", type=int, default=0, help="fail if there are fewer")
    parser.add_argument("--elf", type=Path, help="built from the spec if it is missing")
    parser.add_argument("--spec", type=Path, default=SPEC)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    find_renode(load_config().renode)
    elf = asked.elf or firmware(asked.spec, Path("build/robot"))
    found = run(elf, asked.spec, asked.states, asked.seed, lambda text: print(text, flush=True))
    if asked.json:
        asked.json.write_text(json.dumps(found.document(), indent=1) + "\n", encoding="utf-8")
    print(found.text())
    if found.states < asked.at_least:
        print(f"{found.states} states, expected at least {asked.at_least}")
        return 1
    return 1 if found.faults else 0


if __name__ == "__main__":
    import os

    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # .NET's shutdown may hang

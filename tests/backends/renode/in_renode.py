"""Runs one function of a test module in its own process: Renode has one emulation per process.

    python -m tests.backends.renode.in_renode tests.backends.renode.test_machine name argument ...

The function's result is printed as the last line, as JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from fwgen.robot.patience import finished

_ROOT = Path(__file__).parents[3]


def in_renode(module: str, name: str, *arguments: str) -> Any:
    command = [sys.executable, "-m", __spec__.name if __spec__ else "", module, name, *arguments]
    done = finished(command, cwd=_ROOT)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    module, name, *arguments = sys.argv[1:]
    try:
        result = getattr(importlib.import_module(module), name)(*arguments)
        print(json.dumps(result))
        code = 0
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # .NET's shutdown may hang


if __name__ == "__main__":
    main()

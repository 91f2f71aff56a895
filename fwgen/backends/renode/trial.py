"""`python -m fwgen.backends.renode.trial`: start Renode as a run does, print its version, end."""

from __future__ import annotations

import os
import sys

from fwgen.backends.renode.machine import load_renode
from fwgen.config import load_config


def main() -> int:
    """End the process directly if Renode has started: .NET's shutdown may hang."""
    try:
        out, err = load_renode(load_config().renode).Monitor().execute("version")
    except BaseException as error:  # also the SystemExit of a loader
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    print((out or err).strip() or "started")  # some builds from sources have no version
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)

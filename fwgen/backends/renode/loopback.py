"""Makes Renode's sockets listen on the loopback address instead of all addresses.

Renode 1.16 has no option for it, so a small library (loopback.c) is preloaded into the processes
that run Renode. It is compiled once, as the host backend's core is.

    python -m fwgen.backends.renode.loopback COMMAND ...

runs any command in this way, for example `renode`.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Final

from fwgen.backends.host.compile import compile_once
from fwgen.errors import FwgenError

_SOURCE: Final = "loopback.c"
_VARIABLE: Final = "LD_PRELOAD"
_FLAGS: Final = ("-std=gnu11", "-O2", "-g0", "-shared", "-fPIC", "-fvisibility=hidden")


def environment() -> dict[str, str]:
    """Return the environment variables that limit a process to the loopback address. Raises
    MissingToolError without a C compiler."""
    source = Path(__file__).with_name(_SOURCE).read_bytes()
    library = compile_once({_SOURCE: source}, _FLAGS, "the library that limits Renode to loopback")
    others = [item for item in os.environ.get(_VARIABLE, "").split(":") if item]
    return {_VARIABLE: ":".join(dict.fromkeys([str(library), *others]))}


def confined() -> bool:
    """Return whether this process is limited to the loopback address; it tries to open a port."""
    with socket.socket() as trial:
        trial.bind(("", 0))
        return str(trial.getsockname()[0]) == "127.0.0.1"


def start_again() -> None:
    """Restart this program, limited to the loopback address. Return if that was tried before and
    the system does not preload libraries. Raises MissingToolError."""
    wanted = environment()
    if os.environ.get(_VARIABLE) != wanted[_VARIABLE]:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **wanted})


def main() -> int:
    command = sys.argv[1:]
    if not command:
        print("usage: python -m fwgen.backends.renode.loopback COMMAND ...", file=sys.stderr)
        return 2
    try:
        os.execvpe(command[0], command, {**os.environ, **environment()})
    except FwgenError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())

"""The `fwgen` command: one module a command, imported only when it is the one called."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from fwgen import __version__
from fwgen.errors import FwgenError

# name -> one-line help; the module is fwgen.cli.<name>
COMMANDS = {
    "init": "write a commented spec to start from",
    "check": "check a spec and show its memory map and endurance",
    "generate": "write the Zephyr application and the Linux and OP-TEE fragments",
    "build": "generate, build with west and audit the ELF",
    "audit": "audit an ELF against a spec's plan",
    "run": "run a scenario and say whether every sample arrived",
    "demo": "check, generate and run the bundled example",
    "setup": "fetch Zephyr, its toolchain and Renode from their official sources",
    "doctor": "say what is installed, what is missing and how to get it",
    "monitor": "debug a running machine interactively in Renode",
    "schema": "print the JSON Schema of the spec",
}


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fwgen", description=sys.modules["fwgen"].__doc__)
    parser.add_argument("--version", action="version", version=f"fwgen {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name == chosen:
            importlib.import_module(f"fwgen.cli.{name}").add_arguments(command)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (0..4, see the README)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in arguments if word in COMMANDS), None)
    options = _parser(chosen).parse_args(arguments)
    module = importlib.import_module(f"fwgen.cli.{options.command}")
    try:
        return int(module.run(options))
    except FwgenError as error:
        if os.environ.get("FWGEN_TRACEBACK"):
            raise
        print(str(error).rstrip(), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 141


if __name__ == "__main__":
    sys.exit(main())

"""`fwgen monitor`: run the firmware on an emulated board interactively and debug it."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import TextIO

from fwgen.backends.registry import DEFAULT_LINUX, LINUXES, real_kernel
from fwgen.backends.renode.options import VIOLATIONS
from fwgen.errors import InputError
from fwgen.files import STDIN
from fwgen.words import quote

_FARTHEST_MM = 100_000

HELP = "run and debug the firmware interactively on the emulated board"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", type=Path, metavar="SPEC", help="the spec")
    parser.add_argument(
        "--elf", type=Path, metavar="ELF", help="the firmware (default: build it from the spec)"
    )
    parser.add_argument(
        "--linux",
        choices=LINUXES,
        default=DEFAULT_LINUX,
        help="emulated: fwgen's model of Linux; kernel: a real Linux kernel, with a shell (`sh`)",
    )
    parser.add_argument(
        "--gdb",
        type=_port,
        metavar="PORT",
        help="start a GDB server on this port, reachable only from this machine",
    )
    parser.add_argument(
        "--listen-everywhere",
        action="store_true",
        help="let other machines connect to the GDB port too; they can then run any code here",
    )
    parser.add_argument(
        "--distance",
        type=_distance,
        default="1500 mm",
        metavar="LENGTH",
        help="the obstacle's distance at the start (default: 1500 mm)",
    )
    parser.add_argument(
        "--on-violation",
        choices=VIOLATIONS,
        default=VIOLATIONS[0],
        help="what an access to closed DDR does: count it, raise a BusFault, or hang the core",
    )
    parser.add_argument(
        "--live", action="store_true", help="show the display and the console from the start"
    )


def _keep_to_this_machine() -> None:
    """Restart the process so that its ports are reachable only from this machine.

    Without a C compiler it cannot; then it continues, and no port is opened.
    """
    from fwgen.backends.renode import loopback
    from fwgen.errors import MissingToolError

    with contextlib.suppress(MissingToolError):
        if not loopback.confined():
            loopback.start_again()


def run(args: argparse.Namespace) -> int:
    from fwgen.backends.host.compile import remove_private_folder
    from fwgen.backends.renode.build import build_firmware
    from fwgen.backends.renode.find import find_renode
    from fwgen.build.elf import read_elf
    from fwgen.config import load_config
    from fwgen.monitor.bench import Bench
    from fwgen.monitor.shell import Shell
    from fwgen.plan import plan_file

    config = load_config()
    find_renode(config.renode)
    if not args.listen_everywhere:
        _keep_to_this_machine()
    linux = real_kernel() if args.linux == "kernel" else None
    plan, elf = plan_file(args.spec), args.elf
    if elf is None:
        elf, plan = build_firmware(plan, config, lambda text: print(text, file=sys.stderr))
    firmware = read_elf(elf)
    commands = _commands(args.spec)
    print(f"starting {elf} ...", file=sys.stderr)
    bench = Bench(firmware, config.renode, plan, args.distance, args.on_violation, linux)
    bench.listens_everywhere = args.listen_everywhere
    code = Shell(bench, commands, sys.stdout, gdb=args.gdb, live=args.live, elf=elf).interact()
    bench.close()
    remove_private_folder()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # .NET's own shutdown may hang


def _distance(text: str) -> int:
    """Return the distance in mm; raises InputError."""
    from fwgen.spec.quantity import Dimension, QuantityError, parse, whole

    try:
        distance_mm = whole(parse(text, Dimension.LENGTH, example="1500 mm"), "mm")
    except QuantityError as error:
        raise InputError(f"--distance: {error.sentence}", error.hint) from error
    if not 0 <= distance_mm <= _FARTHEST_MM:
        hint = f"write a length from 0 mm to {_FARTHEST_MM} mm"
        raise InputError(f"--distance: {quote(text)} is out of range", hint)
    return distance_mm


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:6]) <= 65535:
        hint = "write a number from 1 to 65535, such as 3333"
        raise InputError(f"--gdb: expected a port, found {quote(text)}", hint)
    return int(text)


def _commands(spec: Path) -> TextIO:
    """Return the source of commands: stdin, or the terminal if the spec was read from stdin."""
    if str(spec) != STDIN:
        return sys.stdin
    try:
        return Path("/dev/tty").open(encoding="utf-8")  # for as long as the process runs
    except OSError as error:
        message = "the spec was read from standard input, and there is no terminal for commands"
        raise InputError(message, "put the spec in a file") from error

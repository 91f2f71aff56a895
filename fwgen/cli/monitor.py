"""`fwgen monitor`: run the firmware on an emulated board interactively and debug it."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from fwgen.backends.registry import DEFAULT_LINUX, LINUXES, real_kernel
from fwgen.backends.renode.options import VIOLATIONS
from fwgen.errors import InputError
from fwgen.files import STDIN
from fwgen.words import quote

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

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
        metavar="LENGTH",
        help="the obstacle's distance at the start (default: 1500 mm)",
    )
    parser.add_argument(
        "--signal",
        type=_signal,
        action="append",
        default=[],
        metavar="CHANNEL=VALUE",
        help="what a channel sees at the start, as in ambient-temp='20 °C'; once for each channel "
        "(default: the middle of its range)",
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
    signals = _signals(args, plan)  # before a build
    if elf is None:
        elf, plan = build_firmware(plan, config, lambda text: print(text, file=sys.stderr))
    firmware = read_elf(elf)
    commands = _commands(args.spec)
    print(f"starting {elf} ...", file=sys.stderr)
    bench = Bench(firmware, config.renode, plan, signals, args.on_violation, linux)
    bench.listens_everywhere = args.listen_everywhere
    shell = Shell(
        bench, commands, sys.stdout, gdb=args.gdb, live=args.live, elf=elf, stderr=sys.stderr
    )
    code = shell.interact()
    bench.close()
    remove_private_folder()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # .NET's own shutdown may hang


def _signals(args: argparse.Namespace, plan: Plan) -> dict[str, str]:
    """Return what channels see at the start. Raises InputError."""
    from fwgen.scenario.by_hand import by_hand

    given = [(f"--signal {channel}", channel, value) for channel, value in args.signal]
    if args.distance is not None:
        given.append(("--distance", "distance", args.distance))
    for option, channel, value in given:
        try:
            by_hand(plan, "by hand", {channel: value})
        except InputError as error:
            raise InputError(f"{option}: {error.message}", error.hint) from error
    return {channel: value for _, channel, value in given}


def _signal(text: str) -> tuple[str, str]:
    """Return channel and value. Raises InputError."""
    channel, found, value = text.partition("=")
    if not (channel.strip() and found and value.strip()):
        hint = "write it like `--signal ambient-temp='20 °C'`"
        raise InputError(f"--signal: expected CHANNEL=VALUE, found {quote(text)}", hint)
    return channel.strip(), value.strip()


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

"""`fwgen monitor`: a running board to look into, to play with and to debug."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

HELP = "debug a running machine interactively in Renode"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", type=Path, metavar="SPEC", help="the spec file")
    parser.add_argument(
        "--elf", type=Path, metavar="ELF", help="the firmware (default: what `fwgen build` makes)"
    )
    parser.add_argument(
        "--gdb",
        type=int,
        metavar="PORT",
        help="serve GDB on this port, to programs on this machine alone",
    )
    parser.add_argument(
        "--listen-everywhere",
        action="store_true",
        help="let other machines reach GDB's port, too: whoever does can do anything here",
    )
    parser.add_argument(
        "--distance",
        default="1500 mm",
        metavar="LENGTH",
        help="where the obstacle stands at first (default: 1500 mm)",
    )
    parser.add_argument(
        "--on-violation",
        choices=("record", "fault", "hang"),
        default="record",
        help="what a touch of closed DDR leads to: a note, a BusFault, or a core that hangs",
    )
    parser.add_argument(
        "--live", action="store_true", help="begin with the display and the console on the screen"
    )


def _keep_to_this_machine() -> None:
    """Without a C compiler it goes on, and opens no port."""
    from fwgen.backends.renode import loopback
    from fwgen.errors import MissingToolError

    with contextlib.suppress(MissingToolError):
        if not loopback.confined():
            loopback.start_again()


def run(args: argparse.Namespace) -> int:
    from fwgen.backends.renode.build import build_firmware
    from fwgen.backends.renode.find import find_renode
    from fwgen.config import load_config
    from fwgen.monitor.bench import Bench
    from fwgen.monitor.shell import Shell
    from fwgen.plan import plan_spec
    from fwgen.spec import load_spec
    from fwgen.spec.quantity import Dimension, parse, whole

    distance_mm = whole(parse(args.distance, Dimension.LENGTH, example="500 mm"), "mm")
    config = load_config()
    find_renode(config.renode)
    if not args.listen_everywhere:
        _keep_to_this_machine()
    plan, elf = plan_spec(load_spec(args.spec)), args.elf
    if elf is None:
        elf, plan = build_firmware(plan, config, lambda text: print(text, file=sys.stderr))
    print(f"starting {elf} ...", file=sys.stderr)
    firmware = elf.read_bytes()
    bench = Bench(firmware, config.renode, plan, distance_mm, args.on_violation)
    bench.listens_everywhere = args.listen_everywhere
    code = Shell(bench, sys.stdin, sys.stdout, gdb=args.gdb, live=args.live).interact()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # .NET's own shutdown may hang

"""`fwgen doctor`: what is here, what is missing, who needs it, and the one command that gets it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.cli.output import print_json

if TYPE_CHECKING:
    from fwgen.setup.inventory import Inventory, Item

HELP = "say what is installed, what is missing and how to get it"

FORMAT = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="print what was found as one JSON document instead"
    )


def run(args: argparse.Namespace) -> int:
    """Exit code 3 if not even the host road (check, generate, run, demo) is there. That Zephyr or
    Renode is missing is told, and no failure."""
    from fwgen.config import load_config
    from fwgen.setup.inventory import take

    inventory = take(load_config(), [Path.cwd()])
    if args.json:
        document = {
            "fwgen-doctor": FORMAT,
            "ok": inventory.host_road,
            "config": {"file": str(inventory.config.path), "exists": inventory.config.exists},
            "items": [item.to_json() for item in inventory.items],
        }
        print_json(document)
    else:
        print(_text(inventory))
    return 0 if inventory.host_road else 3


def _text(inventory: Inventory) -> str:
    config = inventory.config
    width = max(len(item.name) for item in inventory.items)
    lines = []
    for item in inventory.items:
        mark = "found  " if item.found else "MISSING" if item.needed else "missing"
        what = f"{item.version}  {item.where}".strip() if item.found else _wants(item)
        lines.append(f"{mark}  {item.name:{width}}  {what}".rstrip())
        if item.note:
            lines.append(f"{'':7}  {'':{width}}  {item.note}")
    exists = "" if config.exists else " (not there)"
    lines += ["", f"configuration: {config.path}{exists}", _verdict(inventory.items)]
    return "\n".join(lines)


def _wants(item: Item) -> str:
    use = "for" if item.needed else "used by"
    return f"{use} {item.for_commands}; get it: {item.get}"


def _verdict(items: Sequence[Item]) -> str:
    lacking = {i.for_commands for i in items if not i.found and i.needed}
    if not lacking:
        return "all commands can run"
    return f"cannot run yet: {'; '.join(sorted(lacking))}"

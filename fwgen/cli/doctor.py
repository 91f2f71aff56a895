"""`fwgen doctor`: what is here, what is missing, who needs it, and the one command that gets it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.cli.output import print_json

if TYPE_CHECKING:
    from fwgen.setup.found import Written
    from fwgen.setup.inventory import Inventory, Item

HELP = "say what is installed, what is missing and how to get it"

FORMAT = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Everything that is found is tried. Exit code 3 if check, generate, run and demo cannot "
        "run here; for them a C compiler is enough, Zephyr and Renode may be missing."
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON document instead; its `ok`: all of it works, for every command",
    )

    parser.add_argument(
        "--write-config",
        action="store_true",
        help="write what was found into the configuration file; what stands in it stays",
    )


def run(args: argparse.Namespace) -> int:
    """Exit code 3 if not even the host road (check, generate, run, demo) works. That Zephyr or
    Renode is missing is told, and no failure."""
    from fwgen.config import load_config
    from fwgen.setup.found import write_found
    from fwgen.setup.inventory import take

    near = [Path.cwd()]
    if args.write_config:
        _write(write_found(load_config(), near))
    inventory = take(load_config(), near)
    if args.json:
        document = {
            "fwgen-doctor": FORMAT,
            "ok": inventory.all_works,
            "config": {"file": str(inventory.config.path), "exists": inventory.config.exists},
            "items": [item.to_json() for item in inventory.items],
        }
        print_json(document)
    else:
        print(_text(inventory))
    return 0 if inventory.host_road else 3


def _write(written: Written) -> None:
    what = ", ".join(written.added)
    text = f"wrote {what} into {written.path}" if what else f"{written.path}: nothing to add"
    print(text, file=sys.stderr)
    for key, value in written.kept.items():
        print(f"{key} stays as the file has it; found here: {value}", file=sys.stderr)


def _text(inventory: Inventory) -> str:
    config = inventory.config
    width = max(len(item.name) for item in inventory.items)
    lines = []
    for item in inventory.items:
        what = f"{item.version}  {item.where}".strip() if item.found else _wants(item)
        lines.append(f"{_mark(item)}  {item.name:{width}}  {what}".rstrip())
        told = [item.note, *item.trouble.splitlines()]
        if item.found and item.trouble:
            told.append(_wants(item))
        lines += [f"{'':7}  {'':{width}}  {text}" for text in told if text]
    exists = "" if config.exists else " (not there)"
    lines += ["", f"configuration: {config.path}{exists}", _verdict(inventory.items)]
    return "\n".join(lines)


def _mark(item: Item) -> str:
    if item.found:
        return "works  " if item.works else "BROKEN " if item.needed else "broken "
    return "MISSING" if item.needed else "missing"


def _wants(item: Item) -> str:
    use = "for" if item.needed else "used by"
    return f"{use} {item.for_commands}; get it: {item.get}"


def _verdict(items: Sequence[Item]) -> str:
    lacking = {i.for_commands for i in items if not i.works and i.needed}
    if not lacking:
        return "all commands can run"
    return f"cannot run yet: {'; '.join(sorted(lacking))}"

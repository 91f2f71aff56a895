"""`fwgen doctor`: which tools are installed, which are missing, and how to install them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.output import print_json

if TYPE_CHECKING:
    from fwgen.setup.found import Written
    from fwgen.setup.inventory import Inventory, Item

HELP = "show what is installed, what is missing and how to install it"

FORMAT = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Each tool that is found is tested. The exit code is 3 if check, generate, run and demo "
        "cannot run; they need only a C compiler, not Zephyr or Renode."
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON document; its `ok` means that every command can run",
    )

    parser.add_argument(
        "--write-config",
        action="store_true",
        help="add what was found to the configuration file; values in it are not changed",
    )


def run(args: argparse.Namespace) -> int:
    """Return exit code 3 if check, generate, run and demo cannot run. A missing Zephyr or Renode is
    reported, but is not an error."""
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
    return 0 if inventory.host_works else 3


def _write(written: Written) -> None:
    what = ", ".join(written.added)
    text = f"added {what} to {written.path}" if what else f"{written.path}: nothing to add"
    print(text, file=sys.stderr)
    for key, value in written.kept.items():
        print(f"{key} is not changed; the value found is {value}", file=sys.stderr)


def _text(inventory: Inventory) -> str:
    config = inventory.config
    width = max(len(item.name) for item in inventory.items)
    lines = []
    for item in inventory.items:
        what = f"{item.version}  {item.where}".strip() if item.found else _how_to_get(item)
        lines.append(f"{_mark(item)}  {item.name:{width}}  {what}".rstrip())
        details = [item.note, *item.trouble.splitlines()]
        if item.found and item.trouble:
            details.append(_how_to_get(item))
        lines += [f"{'':7}  {'':{width}}  {text}" for text in details if text]
    exists = "" if config.exists else " (does not exist)"
    lines += ["", f"configuration: {config.path}{exists}", _verdict(inventory.items)]
    return "\n".join(lines)


def _mark(item: Item) -> str:
    if item.found:
        return "works  " if item.works else "BROKEN " if item.needed else "broken "
    return "MISSING" if item.needed else "missing"


def _how_to_get(item: Item) -> str:
    use = "needed by" if item.needed else "used by"
    return f"{use} {item.for_commands}; to install it: {item.get}"


def _verdict(items: Sequence[Item]) -> str:
    lacking = {i.for_commands for i in items if not i.works and i.needed}
    if not lacking:
        return "all commands can run"
    return f"these commands cannot run: {'; '.join(sorted(lacking))}"

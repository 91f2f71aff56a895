"""`fwgen-peer tail`: the last samples, and new ones as they arrive."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

from fwgen.errors import ExaminedBadError, InputError
from fwgen.output import print_json
from fwgen.service.caller import Caller
from fwgen.service.command import places
from fwgen.service.follow import Follower
from fwgen.service.sinks.lines import shown_values
from fwgen.service.stored import Stored

_MOST: Final = (1 << 63) - 1
"""What SQLite takes for a number."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    places.add_socket(parser)
    places.add_database(parser)
    parser.add_argument("-n", type=int, default=10, metavar="COUNT", help="stored samples (10)")
    parser.add_argument(
        "-f", "--follow", action="store_true", help="print new samples until it is interrupted"
    )
    parser.add_argument("--json", action="store_true", help="print JSON lines")


def run(args: argparse.Namespace) -> int:
    if args.n < 0:
        raise InputError(f"-n: expected a number of samples, found {args.n}", "0 shows none")
    with Stored(places.database_of(args)) as stored:
        rows, ends = stored.last_and_ends(min(args.n, _MOST))
        for row in rows:
            _print(row, as_json=args.json)
        if args.follow:
            _follow(places.socket_of(args), stored, ends, as_json=args.json)
    return 0


def _follow(socket: Path, stored: Stored, ends: dict[str, int], *, as_json: bool) -> None:
    """Raises ExaminedBadError when the service ends."""
    caller = Caller(socket)
    caller.send({"do": "watch"})
    follower = Follower(stored, ends, partial(_print, as_json=as_json), _tell)
    for document in caller.lines():
        follower.take(document)
    raise ExaminedBadError("fwgen-peer ended")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(row, indent=None)
    else:
        value = shown_values(row)
        time = row["utc"] or "unknown time"
        print(f"{row['position']:>10}  {time:<27}  {value:>8}  {row['status']}", flush=True)

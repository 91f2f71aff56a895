"""`fwgen-peer tail`: the last samples, and new ones as they arrive."""

from __future__ import annotations

import argparse
from typing import Any, Final

from fwgen.errors import ExaminedBadError, InputError
from fwgen.output import print_json
from fwgen.service.caller import Caller
from fwgen.service.command import places
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
        for row in stored.last(min(args.n, _MOST)):
            _print(row, args.json)
    if args.follow:
        caller = Caller(places.socket_of(args))
        caller.send({"do": "watch"})
        for document in caller.lines():
            for row in document.get("samples", ()):
                _print(row, args.json)
        raise ExaminedBadError("fwgen-peer ended")
    return 0


def _print(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(row, indent=None)
    else:
        value = shown_values(row)
        time = row["utc"] or "unknown time"
        print(f"{row['position']:>10}  {time:<27}  {value:>8}  {row['status']}", flush=True)

"""`fwgen schema`: the JSON Schema of a file that a user writes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from fwgen.output import print_json

HELP = "print the JSON Schema of a spec, a scenario or a board of one's own"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        choices=tuple(_SCHEMAS),
        default="spec",
        metavar="WHAT",
        help=f"one of {', '.join(_SCHEMAS)} (default: spec)",
    )
    parser.epilog = (
        "To use it in an editor, run `fwgen schema > fwgen.schema.json` and write "
        "`# yaml-language-server: $schema=fwgen.schema.json` in the spec's first line; in the file "
        "of a board, `#:schema ./board.schema.json`."
    )


def run(args: argparse.Namespace) -> int:
    print_json(_SCHEMAS[args.what]())
    return 0


def _spec() -> dict[str, Any]:
    from fwgen.spec.schema import spec_schema

    return spec_schema()


def _scenario() -> dict[str, Any]:
    from fwgen.scenario.load import scenario_schema

    return scenario_schema()


def _board() -> dict[str, Any]:
    from fwgen.boards.schema import board_schema

    return board_schema()


_SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "spec": _spec,
    "scenario": _scenario,
    "board": _board,
}

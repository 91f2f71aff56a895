"""`fwgen board check`: check the file of a board of one's own, show what a spec may use of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from fwgen.boards import read_board
from fwgen.errors import FwgenError
from fwgen.output import print_json
from fwgen.soc import release_names
from fwgen.soc.board import Board, Rings
from fwgen.soc.load import DEFAULT_TREES
from fwgen.spec.diagnostics import DiagnosticErrors

HELP = "check the file of a board of one's own"

FORMAT = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("check",), metavar="check", help="the only action")
    parser.add_argument("file", type=Path, metavar="FILE", help="the board's file (TOML)")
    parser.add_argument(
        "--trees",
        choices=release_names(),
        default=DEFAULT_TREES,
        metavar="RELEASE",
        help=f"one of {', '.join(release_names())} (default: {DEFAULT_TREES})",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    board = read_board(args.file, args.trees)
    if args.json:
        print_json({**_document(args.file), "ok": True, "diagnostics": []})
    else:
        print(_text(board), end="")
    return 0


def error_document(args: argparse.Namespace, error: FwgenError) -> dict[str, Any] | None:
    """Return the document that `--json` prints for a bad file, None for other errors."""
    if not isinstance(error, DiagnosticErrors):
        return None
    found = [diagnostic.to_json() for diagnostic in error.diagnostics]
    return {**_document(args.file), "ok": False, "diagnostics": found}


def _document(path: Path) -> dict[str, Any]:
    return {"fwgen-board-check": FORMAT, "file": str(path)}


def _range_of(rings: Rings) -> str:
    size_bytes = sum(part.size_bytes for part in rings.parts)
    return f"0x{min(part.start for part in rings.parts):08X}, {size_bytes // 1024:,} KiB"


def _text(board: Board) -> str:
    free = [pin for pin in board.pins.values() if not pin.taken_by]
    rows = [
        ("chip", board.chip.title),
        ("Zephyr", board.zephyr_board + (f", in {board.zephyr_root}" * bool(board.zephyr_root))),
        *(
            (w.title, f"0x{w.start:08X}, {w.size_bytes // 1024} KiB")
            for w in board.windows.values()
        ),
        *((f"rings in {where}", _range_of(rings)) for where, rings in board.rings.items()),
        ("for others", ", ".join(f"{part.title} 0x{part.start:08X}" for part in board.reserved)),
        ("console", f"{board.console.uart}, {board.console.tx} and {board.console.rx}"),
        ("buses", ", ".join(f"{b.name} ({b.scl}, {b.sda})" for b in board.buses.values())),
        ("pins", ", ".join(f"{pin.name} {pin.place}".strip() for pin in free)),
    ]
    width = max(len(name) for name, _ in rows) + 2
    lines = [f"{board.name}: {board.title}", ""]
    return "\n".join([*lines, *(f"  {name:{width}}{text}" for name, text in rows), ""])

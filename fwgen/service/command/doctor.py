"""`fwgen-peer doctor`: what is wrong on this board, and the cure."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from fwgen.errors import FwgenError
from fwgen.output import print_json
from fwgen.service import settings
from fwgen.service.caller import Caller
from fwgen.service.command import places
from fwgen.service.doctor import link, system, tree
from fwgen.service.doctor.board import SILENT, Board, Finding
from fwgen.service.system_clock import utc_us

FORMAT: Final = 1
RULES: Final[tuple[Callable[[Board], Iterator[Finding]], ...]] = (
    *(link.remoteproc, tree.processor_node, link.tty, link.service),
    *(system.mailbox, system.mem_sleep, system.alarm, system.clock, system.disk),
    *(system.latency, system.bus, tree.reserved_memory),
)
_MARKS: Final = {"ok": "ok     ", "bad": "BAD    ", "unknown": "unknown"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    places.add_socket(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.epilog = "The exit code is 1 if something is bad."


def run(args: argparse.Namespace) -> int:
    """Return 1 if something is bad."""
    chosen = settings.load(args.settings)
    socket = args.socket or chosen.socket
    status, silent = _status(socket)
    board = Board(chosen, status=status, silent=silent, utc_us=utc_us())
    findings = examine(board)
    fine = all(finding.state != "bad" for finding in findings)
    if args.json:
        found = [finding.to_json() for finding in findings]
        print_json({"fwgen-peer-doctor": FORMAT, "ok": fine, "findings": found})
    else:
        for finding in findings:
            print(f"{_MARKS[finding.state]}  {finding.name:<15}  {finding.text}")
            if finding.cure:
                print(f"{'':9}{'':15}  -> {finding.cure}")
    return 0 if fine else 1


def examine(board: Board) -> list[Finding]:
    """Return all findings."""
    return [finding for rule in RULES for finding in rule(board)]


def _status(socket: Path | None) -> tuple[dict[str, Any] | None, FwgenError]:
    """Return the service's status, or None and why there is none."""
    if socket is None:
        text = 'no command can ask fwgen-peer: the settings say socket = ""'
        return None, FwgenError(text, "name a socket in the settings")
    try:
        caller = Caller(socket)
    except FwgenError as error:
        return None, error
    try:
        return caller.ask("status", "status"), SILENT
    except FwgenError as error:
        return None, error
    finally:
        caller.close()

"""`fwgen-peer status`: what the running service knows."""

from __future__ import annotations

import argparse
from typing import Any

from fwgen.output import print_json
from fwgen.service.caller import Caller
from fwgen.service.command import places
from fwgen.service.sinks.lines import shown_values
from fwgen.words import count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    places.add_socket(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.epilog = "The exit code is 1 if the service does not run, is offline or has a trouble."


def run(args: argparse.Namespace) -> int:
    """Return 1 if something is wrong."""
    caller = Caller(places.socket_of(args))
    status = caller.ask("status", "status")
    caller.close()
    if args.json:
        print_json(status)
    else:
        print("\n".join(lines(status)))
    return 0 if status["online"] and not status["trouble"] else 1


def lines(status: dict[str, Any]) -> list[str]:
    """Return the status for people."""
    firmware, counts, sample = status["firmware"], status["counts"], status["last_sample"]
    link = f"online over {status['tty']}" if status["online"] else "offline"
    found = [f"link      {link}"]
    if firmware:
        found.append(f"firmware  log {firmware['log']}, boot {firmware['boot']}")
    if status["backlog"] is not None and status["online"]:
        age = f"{status['backlog_age_s']:.0f} s ago"
        found.append(f"backlog   {count(status['backlog'], 'sample')} in the firmware's log, {age}")
    if sample is not None:
        value = sample["status"]
        if shown := shown_values(sample):
            value += f", {shown}"
        found.append(
            f"last      {sample['position']} at {sample['utc'] or 'unknown time'}: {value}"
        )
    found.append(f"counts    {count(counts['samples'], 'sample')}, {counts['lost']:,} lost")
    found += [f"trouble   {name}: {text}" for name, text in status["trouble"].items()]
    for sleep in status["sleeps"][-5:]:
        if sleep["refused"]:
            found.append(f"no sleep  {sleep['ended']} ({sleep['by']}): {sleep['refused']}")
        else:
            why = ", ".join(sleep["causes"]) or "unknown"
            found.append(f"slept     until {sleep['ended']}, {sleep['slept_s']} s; woken by {why}")
    return found

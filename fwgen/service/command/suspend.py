"""`fwgen-peer suspend`: handshake with the firmware, then sleep.

The service does the handshake; this process, if it is root, writes /sys/power/state. With `--serve`
it stays and does that for every request, also those of the button and of other users. While such a
process runs, it does that for a command of root, too: with its own alarm and mode, unless the
command names others.
"""

from __future__ import annotations

import argparse
import os

from fwgen.errors import ExaminedBadError, InputError
from fwgen.output import print_json
from fwgen.service import settings
from fwgen.service.caller import Caller
from fwgen.service.command import places
from fwgen.service.power.sysfs import MODES, SysfsPower, Wanted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    places.add_socket(parser)
    parser.add_argument(
        "--serve", action="store_true", help="stay, and suspend Linux for each request (as root)"
    )
    parser.add_argument(
        "--alarm",
        metavar="TIME",
        help="the RTC wakes Linux after this time, such as '12 h'; else as in the settings",
    )
    parser.add_argument(
        "--mode", choices=MODES, help="write this to /sys/power/mem_sleep before; else likewise"
    )
    parser.add_argument("--json", action="store_true", help="print the sleep as JSON")


def run(args: argparse.Namespace) -> int:
    """Return 1 if Linux did not suspend."""
    asked, root = Wanted(args.mode or "", _alarm_s(args.alarm)), os.geteuid() == 0
    if args.serve and not root:
        raise InputError("`--serve` must run as root: only root may suspend Linux")
    usual = asked.or_else(settings.load(args.settings).sleep.wanted)
    power = SysfsPower()
    caller = Caller(places.socket_of(args))
    caller.ask("status", "status")  # raises if the service is stuck: a sleep may take any time
    if root:
        caller.send({"do": "serve", "stays": args.serve})
    if not args.serve:
        caller.send({"do": "suspend", **asked.to_json()})
    for document in caller.lines():
        if "now" in document:
            wanted = Wanted.from_json(document["now"]).or_else(usual)
            caller.send({"slept": power.suspend(wanted).to_json()})
        elif "sleep" in document and not args.serve:
            caller.close()
            return _outcome(document["sleep"], args.json)
    raise ExaminedBadError("fwgen-peer ended")


def _alarm_s(text: str | None) -> int | None:
    try:
        return None if text is None else settings.alarm_s(text)
    except ValueError as error:
        raise InputError(f"--alarm: {error}", "for example `--alarm '12 h'`") from error


def _outcome(sleep: dict[str, object], as_json: bool) -> int:
    if as_json:
        print_json(sleep)
    elif sleep["refused"]:
        raise ExaminedBadError(f"Linux did not suspend: {sleep['refused']}")
    else:
        causes = sleep["causes"]
        why = ", ".join(causes) if isinstance(causes, list) and causes else "unknown"
        print(f"slept {sleep['slept_s']} s; woken by {why}")
    return 1 if sleep["refused"] else 0

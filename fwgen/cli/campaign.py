"""`fwgen campaign`: many seeded histories of sleeps and faults."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.backends.registry import DEFAULT, NAMES
from fwgen.cli.progress import Progress
from fwgen.cli.running import planted
from fwgen.guard import StoppedError
from fwgen.process import job_count
from fwgen.words import count, quote

if TYPE_CHECKING:
    from fwgen.campaign.record import Record

HELP = "run many seeded histories of sleeps and faults, and shrink the first that fails"

_SEED_MOST = (1 << 63) - 1
_SEEDS_MOST = 100_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seeds", type=_count, default=1000, metavar="N", help="how many (default: 1000)"
    )
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="FIRST", help="the first seed (default: 0)"
    )
    parser.add_argument(
        "--backend",
        choices=NAMES,
        default=DEFAULT,
        help="host: the generated core on this machine; renode: the ELF on the emulated board",
    )
    parser.add_argument(
        "--jobs",
        type=job_count,
        metavar="N",
        help="processes (default: one for each processor; at most four)",
    )
    parser.add_argument(
        "--cluster",
        type=_address,
        metavar="ADDRESS",
        help="use the workers of this Dask scheduler",
    )
    parser.add_argument(
        "--report",
        type=Path,
        default=Path("campaign"),
        metavar="DIR",
        help="the folder of the record, with which a stopped campaign goes on (default: campaign)",
    )
    parser.add_argument(
        "--plant",
        type=Path,
        metavar="FILE",
        help="plant a fault of robot/mutants in the core (host only): the campaign must find it",
    )
    parser.add_argument(
        "--page", type=Path, metavar="FILE", help="write what was tried and found as a page"
    )
    parser.add_argument("--json", action="store_true", help="print the record as one JSON document")


def run(args: argparse.Namespace) -> int:
    """Return exit code 1 if a history fails."""
    from fwgen.campaign.page import check_page, write_page
    from fwgen.campaign.record import open_record
    from fwgen.campaign.run import run_campaign
    from fwgen.campaign.specs import plan_of
    from fwgen.campaign.trial import Setting

    if args.plant:
        planted(args.plant, plan_of(0), args.backend)
    if args.page:
        check_page(args.page)
    plant = str(args.plant.resolve()) if args.plant else ""
    record = open_record(args.report, Setting(args.backend, plant), args.seed, args.seeds)
    jobs = args.jobs or ((os.cpu_count() or 1) if args.backend == "host" else 1)
    with Progress("campaign", unit="histories") as progress:
        if record.done:
            progress.say(f"going on after {record.done:,} of {_histories(record.seeds)}")
        try:
            run_campaign(
                record,
                args.report,
                jobs=jobs,
                cluster=args.cluster or "",
                at=progress.at,
                say=progress.say,
            )
        except (KeyboardInterrupt, StoppedError):
            told = f"{record.done:,} of {_histories(record.seeds)} are in {args.report}"
            progress.say(f"{told}; the same command goes on from there")
            raise
    if args.page:
        write_page(args.page, record.document())
    if args.json:
        print(json.dumps(record.document(), indent=2))
    else:
        _print(record)
    return 1 if record.verdict == "fail" else 0


def _print(record: Record) -> None:
    from fwgen.campaign.record import program

    tried = record.tally
    hours = tried["virtual_ms"] / 3_600_000
    rate = record.done / record.wall_s if record.wall_s else 0.0
    print(f"{_histories(record.done)} from seed {record.first} on, {rate:,.0f} a second")
    print(f"code with digest {program()}")
    print(
        f"{hours:,.1f} h of virtual time, {count(tried['samples'], 'sample')}, "
        f"{count(tried['sleeps'], 'sleep')}, {count(tried['outages'], 'restart')} of the M33"
    )
    for group in ("woken_by", "step"):
        shown = [
            f"{name.partition(' ')[2]} {times:,}"
            for name, times in sorted(tried.items())
            if name.startswith(f"{group} ")
        ]
        if shown:
            print(f"{'woken by' if group == 'woken_by' else 'steps'}: {', '.join(shown)}")
    failure = record.failure
    if failure is None:
        print(record.verdict.upper())
        return
    print(f"FAIL: seed {failure.seed}")
    for reason in failure.reasons:
        print(f"  {reason}")
    for name in record.files:
        print(f"  wrote {name}", file=sys.stderr)


def _histories(number: int) -> str:
    return count(number, "history", "histories")


def _address(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(
            "expected the address of a Dask scheduler, such as `tcp://10.0.0.5:8786`, found an "
            "empty text; leave the option out to use this machine"
        )
    return text


def _count(text: str) -> int:
    return _number(text, 1, _SEEDS_MOST)


def _seed(text: str) -> int:
    return _number(text, 0, _SEED_MOST)


def _number(text: str, least: int, most: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(
            f"expected a whole number from {least} to {most:,}, found {quote(text)}"
        )
    return value

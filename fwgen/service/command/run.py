"""`fwgen-peer run`: receive samples and keep them, until it is stopped."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

from fwgen.errors import InputError
from fwgen.guard import StoppedError
from fwgen.service import settings
from fwgen.service.dating import LastDated
from fwgen.service.desk import Desk
from fwgen.service.items import Mark
from fwgen.service.lock import only_one
from fwgen.service.power.choose import Power
from fwgen.service.service import Service
from fwgen.service.settings import Settings, SinkSettings
from fwgen.service.sinks.base import SinkError
from fwgen.service.sinks.make import make
from fwgen.service.sinks.sqlite import SqliteSink


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help=f"instead of {settings.DEFAULT_FILE}"
    )
    parser.add_argument(
        "--tty", type=Path, metavar="FILE", help="instead of looking for the channel's tty in sysfs"
    )
    parser.add_argument(
        "--database", type=Path, metavar="FILE", help="the SQLite database, created if missing"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="also append samples to this file")
    parser.add_argument("--socket", type=Path, metavar="FILE", help=f"instead of {settings.SOCKET}")
    parser.add_argument(
        "--json-lines", action="store_true", help="also print samples on standard output"
    )


def run(args: argparse.Namespace) -> int:
    """Return 0 when a signal stops the service."""
    chosen = changed(settings.load(args.settings), args)
    needed = any(sink.kind == "sqlite" and sink.required for sink in chosen.sinks)
    with only_one(chosen.database, needed=needed):
        recorded, last = _recorded(chosen.database, needed=needed)
        power = Power(chosen.sleep.by, chosen.sleep.wanted, chosen.button, tell)
        service = Service(
            chosen,
            {sink.kind: make(sink, chosen.sensors) for sink in chosen.sinks},
            suspender=power,
            recorder="" if chosen.database is None else "sqlite",
            recorded=recorded,
            last=last,
            tell=tell,
        )
        power.sleeping = service.sleeping
        desk = Desk(service, power.helper, power.request, chosen.socket)
        try:
            power.start()
            desk.start()
            service.run()
        except (StoppedError, KeyboardInterrupt):
            tell("stopped")
        finally:
            desk.stop()
            power.stop()
    return 0


def changed(chosen: Settings, args: argparse.Namespace) -> Settings:
    """Return the settings with the changes that the command line makes. Raises InputError."""
    for option in ("tty", "database", "csv", "socket"):
        path = getattr(args, option)
        if path is not None:
            _check_file(f"--{option}", path)
    sinks = {sink.kind: sink for sink in chosen.sinks}
    if args.database:
        old = sinks.get("sqlite", SinkSettings("sqlite"))
        file = args.database.absolute()
        sinks["sqlite"] = dataclasses.replace(old, options={**old.options, "file": file})
    if args.csv:
        sinks["csv"] = SinkSettings("csv", options={"file": args.csv.absolute()})
    if args.json_lines:
        sinks["json"] = SinkSettings("json")
    tty = args.tty or chosen.tty
    socket = args.socket.absolute() if args.socket else chosen.socket
    chosen = dataclasses.replace(chosen, tty=tty, socket=socket, sinks=tuple(sinks.values()))
    for _, text in settings.two_uses(chosen, str(args.settings or settings.DEFAULT_FILE)):
        raise InputError(text, "name another file")
    return chosen


def _check_file(option: str, path: Path) -> None:
    try:
        settings.file_path(str(path.absolute()))
    except ValueError as error:
        raise InputError(f"{option}: {error}", "name a file") from error


def _recorded(database: Path | None, *, needed: bool) -> tuple[Mark | None, LastDated | None]:
    """As `recorded_in`; (None, None) if there is no database, or it is unusable and not needed."""
    if database is None:
        return None, None
    try:
        return recorded_in(database)
    except InputError as error:
        if needed:
            raise
        tell(f"{error.message}; the settings do not require it: going on without it")
        return None, None


def recorded_in(database: Path) -> tuple[Mark | None, LastDated | None]:
    """Return where the last service stopped, and the last sample that has a time.

    Raises InputError if the database is unusable."""
    sink = SqliteSink(database)
    try:
        sink.open()
        return sink.recorded(), sink.last_dated()
    except SinkError as error:
        hint = "check its folder, its permissions and the disk, or name another with --database"
        raise InputError(str(error), error.cure or hint) from error
    finally:
        sink.close()


def tell(text: str) -> None:
    """Print one line for people; systemd's journal adds the time."""
    print(text, file=sys.stderr, flush=True)

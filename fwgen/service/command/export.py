"""`fwgen-peer export`: stored samples as CSV, JSON lines or Parquet."""

from __future__ import annotations

import argparse
import csv
import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from fwgen.errors import InputError, MissingToolError
from fwgen.output import print_json
from fwgen.service.command import places
from fwgen.service.sensors import with_unit
from fwgen.service.stored import Stored

_CHUNK: Final = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    places.add_settings(parser)
    places.add_database(parser)
    parser.add_argument("--format", choices=("csv", "json", "parquet"), default="csv")
    parser.add_argument(
        "--since", metavar="TIME", help="from this UTC time on, such as 2026-11-26T09:00"
    )
    parser.add_argument("--until", metavar="TIME", help="before this UTC time")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="a new file, instead of standard output"
    )


def run(args: argparse.Namespace) -> int:
    since, until = _utc_us("--since", args.since), _utc_us("--until", args.until)
    if args.format == "parquet" and args.output is None:
        raise InputError("Parquet is written to a file", "name it with -o")
    with Stored(places.database_of(args)) as stored:
        rows = stored.between(since, until)
        if args.output is None:
            _write_text(sys.stdout, stored, rows, args.format)
        else:
            _write_file(args.output, stored, rows, args.format)
    return 0


def _utc_us(option: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "write it as 2026-11-26T09:00"
        raise InputError(f"{option}: expected a time, found {text!r}", hint) from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return round(moment.timestamp() * 1e6)


def _write_file(path: Path, stored: Stored, rows: Iterable[dict[str, Any]], form: str) -> None:
    """Write the file whole or not at all; an existing one is left alone."""
    _check_free(path)
    part = path.with_name(f".fwgen-peer-{os.getpid()}.part")
    try:
        with _named(path):
            if form == "parquet":
                part.open("xb").close()
                _write_parquet(part, stored, rows)
            else:
                with part.open("x", encoding="utf-8", newline="") as file:
                    _write_text(file, stored, rows, form)
            _rename(part, path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _check_free(path: Path) -> None:
    """Raise InputError if there is a file of this name."""
    if path.is_dir():
        raise InputError(f"{path}: expected a file, found a folder", "name a file in it")
    if os.path.lexists(path):
        raise InputError(f"{path}: the file exists", "remove it, or name another one")


def _rename(part: Path, path: Path) -> None:
    """Give the file its name, unless a file of that name was made meanwhile."""
    try:
        os.link(part, path)
    except FileExistsError:
        _check_free(path)
    except OSError:  # no second names on FAT, as on USB sticks
        _check_free(path)
        part.rename(path)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Raise errors of the temporary file as those of the file that it will be."""
    try:
        yield
    except FileNotFoundError as error:
        if path.parent.exists():
            raise InputError(f"{path}: no file can be made there", "name another folder") from error
        hint = f"make it: `mkdir -p {shlex.quote(str(path.parent))}`, or name another folder"
        raise InputError(f"{path}: the folder does not exist", hint) from error
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write_text(file: Any, stored: Stored, rows: Iterable[dict[str, Any]], form: str) -> None:
    if form == "json":
        for row in rows:
            print_json(row, indent=None, file=file)
        return
    headings = {name: with_unit(name, stored.units.get(name, "")) for name in stored.columns}
    writer = csv.DictWriter(file, stored.columns, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)


def _write_parquet(path: Path, stored: Stored, rows: Iterable[dict[str, Any]]) -> None:
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        text = "Parquet needs the Python package pyarrow"
        raise MissingToolError(text, "`pip install pyarrow`") from error
    whole = {"position", "boot", "device_us", "within_us", "distance_mm", "late_16ths"}
    kinds = {name: pyarrow.string() for name in stored.columns}
    kinds |= {name: pyarrow.float64() for name in stored.units}
    kinds |= {name: pyarrow.int64() for name in stored.columns if name in whole}
    schema = pyarrow.schema({**kinds, "utc": pyarrow.timestamp("us", "UTC")})
    with parquet.ParquetWriter(path, schema) as writer:
        chunk: list[dict[str, Any]] = []
        for row in rows:
            utc = row["utc"] and datetime.fromisoformat(row["utc"])
            chunk.append({**row, "utc": utc})
            if len(chunk) == _CHUNK:
                writer.write_table(pyarrow.Table.from_pylist(chunk, schema))
                chunk = []
        writer.write_table(pyarrow.Table.from_pylist(chunk, schema))

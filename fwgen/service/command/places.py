"""Options that several commands have: where the service's socket and database are."""

from __future__ import annotations

import argparse
from pathlib import Path

from fwgen.errors import InputError
from fwgen.service import settings


def add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help=f"instead of {settings.DEFAULT_FILE}"
    )


def add_socket(parser: argparse.ArgumentParser) -> None:
    add_settings(parser)
    parser.add_argument(
        "--socket", type=Path, metavar="FILE", help="the service's socket, instead of the settings'"
    )


def add_database(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database", type=Path, metavar="FILE", help="instead of the one in the settings"
    )


def socket_of(args: argparse.Namespace) -> Path:
    path = args.socket or settings.load(args.settings).socket
    if path is None:
        raise InputError('the service has no socket: the settings say socket = ""')
    return Path(path)


def database_of(args: argparse.Namespace) -> Path:
    path = args.database or settings.load(args.settings).database
    if path is None:
        raise InputError("the settings have no SQLite database", "name it with --database")
    if not path.exists():
        hint = "`fwgen-peer run` makes it; --database names another one"
        raise InputError(f"{path}: no such database", hint)
    if not path.is_file():
        raise InputError(f"{path}: expected a file", "name a database with --database")
    return Path(path)

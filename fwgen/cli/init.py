"""`fwgen init`: a commented spec to start from, or a whole project."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from fwgen import files
from fwgen.errors import InputError
from fwgen.spec.examples import REFERENCE_BOARD, example_paths

HELP = "write a commented spec to start from, or a whole project"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path",
        nargs="?",
        metavar="PATH",
        help="file to write, never over an existing one; `-` prints it (default: range-node.yaml)",
    )
    parser.add_argument(
        "--project",
        type=Path,
        metavar="DIR",
        help="write a whole project there: spec, scenario, Robot suite, CI files, README",
    )
    parser.add_argument(
        "--board",
        default=REFERENCE_BOARD,
        help=f"one of {', '.join(example_paths())} (default: {REFERENCE_BOARD})",
    )


def run(args: argparse.Namespace) -> int:
    example = _example(args.board)
    text = example.read_text(encoding="utf-8")
    if args.project:
        if args.path:
            raise InputError("a PATH and --project are given", "give one of them")
        return _project(args.project, example, text)
    if args.path == "-":
        print(text, end="")
        return 0
    path = Path(args.path or example.name)
    _write_new(path, text)
    print(f"wrote {path}; next: `fwgen check {path}`", file=sys.stderr)
    return 0


def _project(folder: Path, example: Path, text: str) -> int:
    from fwgen.spec import load_spec
    from fwgen.starter import SCENARIO, SUITES, project_files, write_project

    content = project_files(load_spec(example), text)
    write_project(folder, content)
    for place in content:
        print(f"wrote {folder / place}", file=sys.stderr)
    print(
        f"next: `cd {shlex.quote(str(folder))}`, then `fwgen run {SCENARIO}` "
        f"and `robot -d results {SUITES}`",
        file=sys.stderr,
    )
    return 0


def _example(board: str) -> Path:
    paths = example_paths()
    if board not in paths:
        from fwgen.spec.diagnostics import did_you_mean, quote

        hint = did_you_mean(board, paths, "there is one for")
        raise InputError(f"no example for the board {quote(board)}\nhelp: {hint}")
    return paths[board]


def _write_new(path: Path, text: str) -> None:
    """Raises InputError where something is already there or nothing can be written."""
    try:
        files.write_new(path, text.encode())
    except FileExistsError:
        other = "`fwgen init OTHER.yaml` writes elsewhere, `fwgen init -` prints it"
        if path.is_dir():
            other = f"name a file in it: `fwgen init {path / 'range-node.yaml'}`"
        what = "is a directory" if path.is_dir() else "is already there and stays as it is"
        raise InputError(f"{path} {what}\nhelp: {other}") from None
    except FileNotFoundError:
        parent = path.parent
        message = f"there is no directory {parent}\nhelp: `mkdir -p {parent}` first"
        raise InputError(message) from None
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}\nhelp: name another place"
        raise InputError(message) from None

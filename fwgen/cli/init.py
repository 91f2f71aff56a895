"""`fwgen init`: write a commented spec to start from, or a whole project."""

from __future__ import annotations

import argparse
import importlib.util
import shlex
import shutil
import sys
from pathlib import Path

from fwgen import files
from fwgen.distribution import install
from fwgen.errors import InputError
from fwgen.spec.examples import REFERENCE_BOARD, example_paths

HELP = "write a commented spec to start from, or a whole project"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path",
        nargs="?",
        metavar="PATH",
        help="the file to write, which must not exist; `-` prints the spec (default: "
        "range-node.yaml)",
    )
    parser.add_argument(
        "--project",
        type=Path,
        metavar="DIR",
        help="write a whole project to this folder: spec, scenario, Robot suite, CI files, README",
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
            raise InputError("PATH and --project cannot be used together", "use one of them")
        return _project(args.project, example, text)
    if args.path == "-":
        print(text, end="")
        return 0
    path = Path(args.path or example.name)
    _write_new(path, text)
    print(f"wrote {path}; next: `fwgen check {shlex.quote(str(path))}`", file=sys.stderr)
    return 0


def _project(folder: Path, example: Path, text: str) -> int:
    from fwgen.spec import load_spec
    from fwgen.starter import SCENARIO, SUITES, project_files, write_project

    content = project_files(load_spec(example), text)
    write_project(folder, content)
    for place in content:
        print(f"wrote {folder / place}", file=sys.stderr)
    print(
        f"next: `cd {shlex.quote(str(folder))}`, then `fwgen run {SCENARIO}` and {_suites(SUITES)}",
        file=sys.stderr,
    )
    return 0


def _suites(folder: str) -> str:
    """Return how to run the suites on this machine."""
    arguments = f"-d results {folder}"
    if importlib.util.find_spec("robot") is None:
        return f"`robot {arguments}`, which needs Robot Framework: `{install('renode')}`"
    if shutil.which("robot") is None:
        return f"`{shlex.quote(sys.executable)} -m robot {arguments}`"
    return f"`robot {arguments}`"


def _example(board: str) -> Path:
    paths = example_paths()
    if board not in paths:
        from fwgen.spec.diagnostics import did_you_mean, quote

        hint = did_you_mean(board, paths, "known boards")
        raise InputError(f"--board: unknown board {quote(board)}", hint)
    return paths[board]


def _write_new(path: Path, text: str) -> None:
    """Write a new file. Raises InputError if it exists or cannot be written."""
    try:
        files.write_new(path, text.encode())
    except FileExistsError:
        if path.is_dir():
            hint = f"name a file in it: `fwgen init {shlex.quote(str(path / 'range-node.yaml'))}`"
            raise InputError(f"{path}: expected a file, found a directory", hint) from None
        hint = "name another file: `fwgen init OTHER.yaml`; `fwgen init -` prints the spec"
        raise InputError(f"{path} already exists and was not changed", hint) from None
    except FileNotFoundError:
        parent = path.parent
        message = f"the directory {parent} does not exist"
        raise InputError(message, f"create it: `mkdir -p {shlex.quote(str(parent))}`") from None
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise InputError(message, "name another file") from None

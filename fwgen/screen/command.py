"""The command line of `fwgen-screen`."""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path

from fwgen import __version__
from fwgen.errors import InputError, MissingToolError
from fwgen.guard import guarded
from fwgen.screen.ending import Ending
from fwgen.service import settings
from fwgen.words import quote

_PLATFORMS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
_DISPLAYS = Path("/dev/dri")
_LIBRARIES = "apt-get install libegl1 libgl1 libxkbcommon0 libfontconfig1 libdbus-1-3"


def main(argv: Sequence[str] | None = None) -> int:
    """Show the screen until its window is closed; return the exit code."""
    return guarded(lambda: _run(_parser().parse_args(argv)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "fwgen-screen",
        description="Show what fwgen-peer receives: distance, curve, and the state of the board.",
        epilog="Keys: S sleeps, D changes between dark and light, F fills the display, Tab and "
        "Space press the button.",
    )
    parser.add_argument("--version", action="version", version=f"fwgen-screen {__version__}")
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help=f"instead of {settings.DEFAULT_FILE}"
    )
    parser.add_argument(
        "--socket", type=Path, metavar="FILE", help="the service's socket, instead of the settings'"
    )
    parser.add_argument(
        "--language", metavar="NAME", help="such as de, fr or en_US, instead of the system's"
    )
    parser.add_argument(
        "--colours", choices=("dark", "light"), default="", help="instead of the system's"
    )
    parser.add_argument(
        "--size", default="1280x720", metavar="WxH", help="of the window (default: 1280x720)"
    )
    parser.add_argument(
        "--pace",
        type=float,
        default=1.0,
        metavar="N",
        help="the service's time passes N times faster than this machine's (`fwgen demo --view`)",
    )
    parser.add_argument("--full", action="store_true", help="fill the display")
    return parser


def _run(args: argparse.Namespace) -> int:
    size = _size(args.size)
    if not 0 < args.pace <= 1000:
        raise InputError(f"--pace: expected more than 0 and at most 1000, found {args.pace:g}")
    socket = args.socket or settings.load(args.settings).socket
    if socket is None:
        raise InputError('the service has no socket: the settings say socket = ""')
    with Ending() as ending:
        code = _show(args, socket, size, ending)
    return code if ending.code is None else ending.code


def _show(args: argparse.Namespace, socket: Path, size: tuple[int, int], ending: Ending) -> int:
    try:
        from fwgen.screen import app
    except ImportError as error:
        raise _missing(error) from error
    from fwgen.screen.board import Board
    from fwgen.screen.client import Client
    from fwgen.screen.model import Model

    _choose_platform()
    app.application()
    board = Board(lambda: time.clock_gettime(time.CLOCK_BOOTTIME), args.pace)
    screen = app.Screen(
        board,
        locale=app.locale_of(args.language),
        scheme=args.colours,
        size=size,
        make_model=lambda board, figures: Model(board, figures, Client(socket, board)),
    )
    screen.show(full=args.full)
    return screen.run(ending)


def _choose_platform() -> None:
    """Without a desktop, use the display itself (eglfs). Raises MissingToolError without one."""
    if any(os.environ.get(name) for name in _PLATFORMS):
        return
    if not list(_DISPLAYS.glob("card*")):
        hint = "start it on a desktop or with a display; QT_QPA_PLATFORM=offscreen needs none"
        text = f"there is no display: no desktop ({', '.join(_PLATFORMS[:2])}) and no {_DISPLAYS}"
        raise MissingToolError(text, hint)
    os.environ["QT_QPA_PLATFORM"] = "eglfs"


def _missing(error: ImportError) -> MissingToolError:
    """Return the error for a PySide6 that is not there, or whose libraries are not."""
    if isinstance(error, ModuleNotFoundError):
        hint = "`pip install 'PySide6-Essentials<6.12' font-manrope`"
        return MissingToolError("the Python package PySide6-Essentials is not installed", hint)
    return MissingToolError(f"Qt cannot be loaded: {error}", f"on Debian: `{_LIBRARIES}`")


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{2,5})x([0-9]{2,5})", text)
    if match is None or int(match[1]) < 320 or int(match[2]) < 240:
        hint = "write it as 1280x720; the least is 320x240"
        raise InputError(f"--size: expected a width and a height, found {quote(text)}", hint)
    return int(match[1]), int(match[2])

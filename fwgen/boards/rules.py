"""What a user's own board says, against its chip and against itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fwgen.boards.toml import TomlFile
from fwgen.soc import board_names
from fwgen.soc.model import Board, Carveout, Region
from fwgen.spec.diagnostics import did_you_mean, quote

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PIN = re.compile(r"P[A-Z](?:[0-9]|1[0-5])")


def check_board(file: TomlFile, board: Board) -> None:
    """Add what is wrong to the file's findings."""
    _check_name(file, board)
    for path, part in _carveouts(board):
        _check_part(file, board, path, part)
    _check_overlaps(file, board)
    for name in board.pins:
        _check_pin(file, board, name, ("pins", name))
    for name, bus in board.buses.items():
        if name not in board.chip.i2c:
            message = f"`buses.{name}`: {board.chip.title} has no such bus for the M33"
            hint = did_you_mean(name, board.chip.i2c, "buses")
            file.findings.error("unknown-bus", message, file.where("buses", name), hint)
        _check_pin(file, board, bus.scl, ("buses", name, "scl"))
        _check_pin(file, board, bus.sda, ("buses", name, "sda"))
    if board.console.uart not in board.chip.uarts:
        message = f"`console.uart`: {board.chip.title} has no {quote(board.console.uart)}"
        hint = did_you_mean(board.console.uart, board.chip.uarts, "serial ports")
        file.findings.error("unknown-uart", message, file.where("console", "uart"), hint)
    _check_pin(file, board, board.console.tx, ("console", "tx"))
    _check_pin(file, board, board.console.rx, ("console", "rx"))
    _check_zephyr(file, board)


def _check_name(file: TomlFile, board: Board) -> None:
    place = file.where("name")
    if not _NAME.fullmatch(board.name):
        message = f"`name`: {quote(board.name)} is not a name (a-z, 0-9 and `_`)"
        file.findings.error("bad-name", message, place, 'write it like `name = "our_carrier"`')
    elif board.name in board_names():
        message = f"`name`: `{board.name}` is a board that fwgen knows"
        file.findings.error("known-name", message, place, "add `name` with another name")


def _carveouts(board: Board) -> Iterator[tuple[tuple[str | int, ...], Carveout]]:
    for name, window in board.windows.items():
        yield ("windows", name), window
    for index, part in enumerate(board.reserved):
        yield ("reserved", index), part
    yield ("ddr", "code"), board.ddr.code
    yield ("ddr", "data"), board.ddr.data
    for memory, rings in board.rings.items():
        for name in ("shm", "vring0", "vring1", "vdev_buffer"):
            yield ("rings", memory, name), getattr(rings, name)


def _check_part(file: TomlFile, board: Board, path: tuple[str | int, ...], part: Carveout) -> None:
    memory, where = board.chip.memories.get(part.memory), file.where(*path)
    name = ".".join(str(key + 1) if isinstance(key, int) else key for key in path)
    if memory is None:
        message = f"`{name}`: {board.chip.title} has no memory {quote(part.memory)}"
        hint = did_you_mean(part.memory, board.chip.memories, "memories")
        file.findings.error("unknown-memory", message, where, hint)
        return
    page = board.chip.alignment.page_bytes
    if not memory.contains(part):
        message = f"`{name}`: {_range(part)} is not in {memory.title}, {_range(memory)}"
        hint = "correct `start` and `size_bytes`; addresses are those of the M33, non-secure"
        file.findings.error("not-in-memory", message, file.where(*path, "start"), hint)
    elif part.start % page or part.size_bytes % page or part.size_bytes <= 0:
        message = f"`{name}`: {_range(part)} is not whole pages of 0x{page:x}"
        hint = f"write multiples of 0x{page:x}: the firewall and Linux know only whole pages"
        file.findings.error("not-pages", message, file.where(*path, "start"), hint)


def _check_overlaps(file: TomlFile, board: Board) -> None:
    for name, window in board.windows.items():
        for part in board.reserved:
            if part.overlaps(window):
                message = (
                    f"`windows.{name}`: {_range(window)} overlaps {part.title} of {part.owner}, "
                    f"{_range(part)}"
                )
                hint = (
                    "make the window smaller; if your trees reserve other pages, write all of "
                    "them as [[reserved]]"
                )
                file.findings.error("window-reserved", message, file.where("windows", name), hint)


def _check_pin(file: TomlFile, board: Board, name: str, path: tuple[str | int, ...]) -> None:
    known = bool(_PIN.fullmatch(name))
    if known and name[1] in board.chip.gpio_ports:
        return
    what = f"{board.chip.title} has no port {name[1]}" if known else "it is not a pin's name"
    message = f"`{'.'.join(map(str, path))}`: {quote(name)}: {what}"
    hint = f"write it like `PF6`; ports: {', '.join(board.chip.gpio_ports)}"
    file.findings.error("unknown-pin", message, file.where(*path), hint)


def _check_zephyr(file: TomlFile, board: Board) -> None:
    if not board.zephyr_root:
        return
    folder, name = Path(board.zephyr_root) / "boards", board.zephyr_board.partition("/")[0]
    if not folder.is_dir():
        message = f"`zephyr_root`: {folder} is not a folder"
        hint = "name the folder that contains `boards/`, as for Zephyr's BOARD_ROOT"
        file.findings.error("zephyr-root", message, file.where("zephyr_root"), hint)
    elif not any(folder.rglob(f"{name}/board.yml")):
        message = f"`labels.zephyr_board`: {folder} has no board `{name}`"
        known = sorted(path.parent.name for path in folder.rglob("board.yml"))
        hint = did_you_mean(name, known, "its boards")
        file.findings.error("zephyr-board", message, file.where("labels", "zephyr_board"), hint)


def _range(region: Region) -> str:
    return f"0x{region.start:08X} to 0x{region.end:08X}"

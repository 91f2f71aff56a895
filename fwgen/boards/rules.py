"""What a user's own board says, against its chip and against itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from fwgen.boards.toml import TomlFile
from fwgen.boards.wires import check_buses, check_console, check_pins
from fwgen.soc import board_names
from fwgen.soc.board import Board, Rings
from fwgen.soc.region import Carveout, Region
from fwgen.spec.diagnostics import did_you_mean, quote

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NOT_IN_A_TREE = ('"', "\\", "/*", "*/")


def check_board(file: TomlFile, board: Board) -> None:
    """Add what is wrong to the file's findings."""
    _check_name(file, board)
    for path, part in _carveouts(board):
        _check_part(file, board, path, part)
    _check_overlaps(file, board)
    _check_reserved_names(file, board)
    _check_places(file, board)
    check_pins(file, board)
    check_buses(file, board)
    check_console(file, board)
    _check_trees(file, board)
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
    name = _name(path)
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


def _check_reserved_names(file: TomlFile, board: Board) -> None:
    known = dict[str, int]()
    for index, part in enumerate(board.reserved):
        first = known.setdefault(part.name, index)
        if first != index:
            message = f"`reserved.{index + 1}`: {quote(part.name)} is the name of another one"
            place = file.where("reserved", index, "name")
            hint = "give each [[reserved]] its own name"
            file.findings.error("same-name", message, place, hint)


def _check_places(file: TomlFile, board: Board) -> None:
    """No two pages for two uses; windows are another rule's."""
    parts = [(path, part) for path, part in _carveouts(board) if path[0] != "windows"]
    for (first, one), (second, other) in combinations(parts, 2):
        if one.overlaps(other):
            message = f"`{_name(second)}`: {_range(other)} overlaps `{_name(first)}`, {_range(one)}"
            place = file.where(*second, "start")
            place = place if place.line else file.where(*first, "start")
            hint = "correct `start` and `size_bytes`: no two of them may have a common page"
            file.findings.error("overlap", message, place, hint)
    for memory, rings in board.rings.items():
        _check_rings(file, memory, rings)


def _check_rings(file: TomlFile, memory: str, rings: Rings) -> None:
    """Their parts are one region: the firmware and OP-TEE's firewall have it as a whole."""
    ends = {part.end for part in rings.parts}
    starts = {part.start for part in rings.parts}
    if len(starts - ends) <= 1:
        return
    names = ("shm", "vring0", "vring1", "vdev_buffer")
    gaps = [
        min(max(part.start - one.end, one.start - part.end) for one in rings.parts if one != part)
        for part in rings.parts
    ]
    farthest = gaps.index(max(gaps))
    name, part = names[farthest], rings.parts[farthest]
    message = f"`rings.{memory}.{name}`: {_range(part)} is not beside the other parts of the rings"
    hint = f"write addresses without a gap from one of {', '.join(names)} to the next"
    file.findings.error("ring-gap", message, file.where("rings", memory, name, "start"), hint)


def _check_trees(file: TomlFile, board: Board) -> None:
    for key in ("linux", "optee"):
        name = getattr(board.trees, key)
        if any(sign in name for sign in _NOT_IN_A_TREE):
            message = f"`trees.{key}`: {quote(name)} is not the name of a device tree's file"
            hint = 'write it like `"our-carrier.dts"`, without quotes, backslashes and comments'
            file.findings.error("bad-tree", message, file.where("trees", key), hint)


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


def _name(path: tuple[str | int, ...]) -> str:
    return ".".join(str(key + 1) if isinstance(key, int) else key for key in path)


def _range(region: Region) -> str:
    return f"0x{region.start:08X} to 0x{region.end:08X}"

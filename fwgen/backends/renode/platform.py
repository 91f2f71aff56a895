"""The files of the emulated platform.

A platform consists of the models (C#, compiled when Renode starts), a board's `.repl`, and the
wiring of sensor and display that `wiring.platform_repl` generates from a plan; they are loaded in
this order.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.errors import FwgenError

if TYPE_CHECKING:
    from fwgen.soc.chip import Ecc, Memory

_IN_CHECKOUT = Path(__file__).resolve().parents[3] / "renode"
_IN_PACKAGE = Path(__file__).resolve().parents[2] / "renode_data"


class PlatformError(FwgenError):
    """A file of the emulated platform is missing: the installation is incomplete."""

    exit_code = 4


def renode_folder() -> Path:
    """Return the folder with models, cpus, boards and scripts, of the package or the checkout."""
    for folder in (_IN_PACKAGE, _IN_CHECKOUT):
        if (folder / "models").is_dir():
            return folder
    raise PlatformError(
        f"the emulated platform is missing: {_IN_PACKAGE} does not exist", "install fwgen again"
    )


def model_files() -> list[Path]:
    """Return the models in the order of scripts/models.resc, in which they are compiled."""
    folder = renode_folder()
    script = (folder / "scripts" / "models.resc").read_text(encoding="utf-8")
    return [
        folder / "models" / name for name in re.findall(r"^include .*/(\w+\.cs)$", script, re.M)
    ]


def merged_models() -> str:
    """Return all models as one C# file: one compiler run instead of a dozen saves two seconds."""
    usings: dict[str, None] = {}
    bodies: list[str] = []
    for path in model_files():
        lines = path.read_text(encoding="utf-8").splitlines()
        usings.update(dict.fromkeys(line for line in lines if line.startswith("using ")))
        bodies += [line for line in lines if not line.startswith("using ")]
    return "\n".join([*usings, *bodies, ""])


def board_file(board: str) -> Path:
    """Return the `.repl` of a board, or of a chip's M33 for a user's own board. Raises
    PlatformError for a board without one."""
    path = renode_folder() / "boards" / f"{board}.repl"
    of_chip = renode_folder() / "cpus" / f"{board}_m33.repl"
    if not path.is_file() and not of_chip.is_file():
        raise PlatformError(f"the board {board} has no emulation: {path} does not exist")
    return path if path.is_file() else of_chip


def ecc_repl(memory: Memory, ecc: Ecc) -> str:
    """Return a memory with error correction, for the place of one without."""
    return "\n".join(
        [
            f"{memory.name}: Memory.EccMemory @ sysbus {memory.start:#010x}",
            "    cpu: cpu",
            "    nvic: nvic",
            f"    start: {memory.start:#010x}",
            f"    size: {memory.size_bytes:#x}",
            f"    wordBytes: {ecc.word_bytes}",
            "",
        ]
    )


def with_memory(board: str, memory: str, folder: Path) -> Path:
    """Return the board's `.repl`. If `memory` is not '' it replaces the memory of the same name;
    then the board is written to `folder`. Raises PlatformError."""
    path = board_file(board)
    if not memory:
        return path
    name = memory.partition(":")[0]
    text = path.read_text(encoding="utf-8")
    (using,) = re.findall(r'^using "(.*)"$', text, re.M) or (path.name,)
    chip = (path.parent / using).read_text(encoding="utf-8")
    chip, count = re.subn(rf"^{name}: .*\n(    .*\n)*", lambda _: memory, chip, flags=re.M)
    if count != 1:
        raise PlatformError(f"{using} has no memory {name}")
    (folder / "chip.repl").write_text(chip, encoding="utf-8")
    own = folder / path.name
    own.write_text(text.replace(using, str(folder / "chip.repl")), encoding="utf-8")
    return own

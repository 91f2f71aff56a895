"""Zephyr's hello_world on the emulated board: the speed of an idle core on this machine.

    python -m tests.bench.hello ELF SECONDS    prints the speed, in its own process

The emulator is as the bench's target was set: 10 ms a quantum.
"""

from __future__ import annotations

from pathlib import Path

from fwgen.build.cmake import Progress, Tree
from fwgen.build.firmware import build_environment, find_tools
from fwgen.config import load_config
from fwgen.plan.model import Plan

OVERLAY = Path(__file__).with_name("retained.overlay")


def build_hello(plan: Plan, folder: Path) -> Path:
    """Return the ELF."""
    tools = find_tools(load_config(), [])
    definitions = {
        "BOARD": plan.board.zephyr_board,
        "Python3_EXECUTABLE": tools.python,
        "WEST_PYTHON": tools.python,
        "EXTRA_DTC_OVERLAY_FILE": str(OVERLAY),
    }
    tree = Tree(
        folder,
        [f"-D{name}={value}" for name, value in definitions.items()],
        build_environment(tools),
        Progress(quiet=True),
    )
    tree.configure(tools.zephyr.base / "samples/hello_world")
    tree.build()
    return folder / "zephyr/zephyr.elf"

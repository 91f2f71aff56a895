"""Zephyr's own OpenAMP sample, built as it is: not one line of it is fwgen's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fwgen.build.cmake import Progress, Tree
from fwgen.build.firmware import build_environment, find_tools
from fwgen.config import load_config
from fwgen.plan import plan_spec
from fwgen.spec import load_spec
from tests.zephyr.firmwares import SPECS, TREES

SAMPLE = "samples/subsys/ipc/openamp_rsc_table"
HERE = Path(__file__).parent
IN_DDR = "stock.overlay"
RETAINED = "stock.overlay;retained.overlay"


@cache
def stock_sample(overlays: str) -> Path:
    """The ELF for the reference spec's board; `overlays`: IN_DDR or RETAINED."""
    plan = plan_spec(load_spec(SPECS["range-node"]))
    tools = find_tools(load_config(), [])
    definitions = {
        "BOARD": plan.board.zephyr_board,
        "Python3_EXECUTABLE": tools.python,
        "WEST_PYTHON": tools.python,
        "EXTRA_DTC_OVERLAY_FILE": ";".join(str(HERE / name) for name in overlays.split(";")),
        # the driver of 4.3 calls it by the name that other series have
        "EXTRA_CFLAGS": "-DLL_IPCC_GetChannelConfig=LL_IPCC_GetChannelNumber",
    }
    folder = TREES / ("stock" if overlays == IN_DDR else "stock-retained")
    tree = Tree(
        folder,
        [f"-D{name}={value}" for name, value in definitions.items()],
        build_environment(tools),
        Progress(quiet=True),
    )
    tree.configure(tools.zephyr.base / SAMPLE)
    tree.build()
    return folder / "zephyr/zephyr_openamp_rsc_table.elf"

"""The emulated kernel's view of the generated fragment of Linux's device tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fwgen.peer.linux.kernel import Wiring
from fwgen.peer.linux.remoteproc import Carveout

if TYPE_CHECKING:
    from fwgen.plan.model import Plan
    from fwgen.soc.region import Region


def wiring(plan: Plan) -> Wiring:
    """Return `memory-region` and `mboxes` of m33_rproc, as fwgen.generate writes them."""
    rings, ipcc = plan.rings, plan.board.chip.ipcc
    buffers = _carveout(rings.vdev_buffer.linux, rings.vdev_buffer, mapped=False)
    mapped = [plan.code, plan.data, rings.vring0, rings.vring1]
    return Wiring(
        carveouts=[*(_carveout(window.linux, window) for window in mapped), buffers],
        buffers=buffers,
        vq0_channel=ipcc.vq0.channel,
        vq1_channel=ipcc.vq1.channel,
    )


def _carveout(name: str, region: Region, *, mapped: bool = True) -> Carveout:
    return Carveout(name, region.start, region.size_bytes, mapped)

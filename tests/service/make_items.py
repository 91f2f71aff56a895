"""Items without a session."""

from __future__ import annotations

from fwgen.service.items import Dated, Log, Run
from tests.wire.made import made_block

PERIOD_US = 60_000
ONE = Log(0xA11CE)
SPEC = bytes(range(4))


def run(
    position: int,
    count: int,
    log: Log = ONE,
    *,
    boot: int = 1,
    start_us: int | None = None,
    dated: Dated | None = None,
    words: list[int] | None = None,
) -> Run:
    """Return samples of 1000 mm + position."""
    made = words or [1000 + (position + index) % 1000 for index in range(count)]
    start = position * PERIOD_US if start_us is None else start_us
    block = made_block(position % (1 << 32), PERIOD_US, start, boot, SPEC, made)
    return Run(log, position, block, 0, dated)

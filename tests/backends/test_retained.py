"""The core starts with a log that an earlier start has left."""

from __future__ import annotations

import pytest

from fwgen.backends.host.compile import build_library, core_sources
from fwgen.backends.host.library import Machine
from fwgen.backends.host.retained import retained_log
from fwgen.generate import render
from tests.backends.running import reference_plan

SIZE_BYTES = 64 + 40 * 488


@pytest.mark.parametrize("next_seq", [300, (1 << 32) - 300, (1 << 32) - 1])
def test_the_core_continues_its_numbers(next_seq: int) -> None:
    core = core_sources(render(reference_plan()))
    region = retained_log(core, SIZE_BYTES, next_seq)
    assert len(region) == SIZE_BYTES
    machine = Machine(
        build_library(core),
        SIZE_BYTES,
        initial_seq=0,
        first_sample_us=1,
        link_buffers=1,
        link_latency_us=1,
        give_back_us=1,
    )
    try:
        machine.log.view("uint8")[:] = list(region)
        machine.boot(0)
        counts = machine.counts()
    finally:
        machine.close()
    assert (counts.next_seq, counts.boot, counts.log_used_slots) == (next_seq, 2, 0)

"""What can be seen of a board between two runs."""

from __future__ import annotations

from fwgen.live import LiveHost
from tests.backends.running import bundled, reference_plan


def test_what_happened_before_the_first_sample_has_time_0() -> None:
    """Rings in DDR, which is closed from the start: the firmware touches it before time 0."""
    board = LiveHost()
    board.start(reference_plan(), bundled("rings-in-sram2"), 1)
    board.run_until(2_000_000)
    view = board.view()
    board.close()
    assert view.ddr_accesses[0].t_s == 0.0
    assert all(access.t_s >= 0 for access in view.ddr_accesses)
    assert all(event.t_s >= 0 for event in view.events)

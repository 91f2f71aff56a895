"""What must outlive a load by Linux lies where no load reaches."""

from __future__ import annotations

import pytest

from tests.zephyr.firmwares import SPECS, built

pytestmark = pytest.mark.needs("zephyr")


@pytest.mark.parametrize("name", SPECS)
def test_the_log_is_in_no_segment(name: str) -> None:
    """What is in a segment is written or zeroed when Linux loads the firmware again."""
    result = built(name)
    for segment in result.subject.elf.segments:
        assert not segment.overlaps(result.plan.log)
        assert not segment.loaded.overlaps(result.plan.log)

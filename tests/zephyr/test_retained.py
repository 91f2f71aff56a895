"""What must outlive a reset, and what must not outlive a load by Linux, lies where that is so."""

from __future__ import annotations

import pytest

from fwgen.build.elf import Elf
from tests.zephyr.firmwares import SPECS, built

pytestmark = pytest.mark.needs("zephyr")


@pytest.mark.parametrize("name", SPECS)
def test_the_log_is_in_no_segment(name: str) -> None:
    """What is in a segment is written or zeroed when Linux loads the firmware again."""
    result = built(name)
    for segment in result.subject.elf.segments:
        assert not segment.overlaps(result.plan.log)
        assert not segment.loaded.overlaps(result.plan.log)


@pytest.mark.parametrize("name", SPECS)
def test_a_load_wipes_the_mark_of_an_earlier_life(name: str) -> None:
    """It lies in a segment, behind what comes from the file: zeroed by Linux, kept by a reset."""
    elf = built(name).subject.elf
    mark = address_of(elf, "lived_before")
    assert [
        segment
        for segment in elf.segments
        if segment.loaded.start + segment.file_bytes <= mark < segment.loaded.end
    ]


def address_of(elf: Elf, name: str) -> int:
    (start,) = {symbol.start for symbol in elf.symbols if symbol.name == name}
    return start
